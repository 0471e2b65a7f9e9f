package io.sluice.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.api.TlsSettings;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsIdentityTest {

  private static final int BUFFER = 64 * 1024;

  @TempDir
  private static Path directory = Path.of("");

  private static TestCertificates ours = new TestCertificates(directory);
  private static TestCertificates theirs = new TestCertificates(directory);

  private Instant now = Instant.now();

  @BeforeAll
  static void make() throws Exception {
    ours = TestCertificates.make(directory.resolve("ours"), "one", "two@worker.example");
    theirs = TestCertificates.make(directory.resolve("theirs"), "one");
  }

  @Test
  void nodesOfOneAuthorityUnderstandEachOther() throws Exception {
    SSLEngine server = identity(ours.settings("one", ours)).accepting();
    SSLEngine client = identity(ours.settings("two", ours)).connecting("127.0.0.1", 1);

    shakeHands(client, server);

    assertThat(client.getSession().getProtocol()).isEqualTo("TLSv1.3");
    assertThat(server.getSession().getPeerPrincipal().getName()).startsWith("CN=two");
    assertThat(client.getSession().getPeerPrincipal().getName()).startsWith("CN=one");
  }

  @Test
  void aClientOfAnotherAuthorityIsRefused() {
    SSLEngine server = identity(ours.settings("one", ours)).accepting();
    SSLEngine client = identity(theirs.settings("one", ours)).connecting("127.0.0.1", 1);

    assertThatThrownBy(() -> shakeHands(client, server)).isInstanceOf(SSLException.class);
  }

  @Test
  void aServerOfAnotherAuthorityIsRefused() {
    SSLEngine server = identity(theirs.settings("one", ours)).accepting();
    SSLEngine client = identity(ours.settings("one", ours)).connecting("127.0.0.1", 1);

    assertThatThrownBy(() -> shakeHands(client, server)).isInstanceOf(SSLException.class);
  }

  @Test
  void aCertificateThatDoesNotNameTheHostIsRefused() {
    SSLEngine server = identity(ours.settings("one", ours)).accepting();
    SSLEngine client = identity(ours.settings("two", ours)).connecting("worker.example", 1);

    assertThatThrownBy(() -> shakeHands(client, server)).hasMessageContaining("worker.example");
  }

  @Test
  void aCertificateIsGoodForTheHostItNames() throws Exception {
    SSLEngine server = identity(ours.settings("two", ours)).accepting();
    SSLEngine client = identity(ours.settings("one", ours)).connecting("worker.example", 1);

    shakeHands(client, server);

    assertThat(client.getSession().isValid()).isTrue();
  }

  @Test
  void hostNamesCanBeLeftUnchecked() throws Exception {
    TlsSettings checked = ours.settings("one", ours);
    TlsSettings unchecked = new TlsSettings(
        true,
        checked.keyStore(),
        checked.keyStorePassword(),
        checked.trustStore(),
        checked.trustStorePassword(),
        false);
    SSLEngine client = identity(unchecked).connecting("worker.example", 1);

    shakeHands(client, identity(checked).accepting());

    assertThat(client.getSession().isValid()).isTrue();
  }

  @Test
  void offIsNoIdentity() {
    assertThat(TlsIdentity.read(TlsSettings.OFF, now)).isNull();
  }

  @Test
  void aMissingFileIsNamedWithWhereItWasLookedFor() {
    refuses(
        stores("missing.p12", "secret", ours.trustStore().toString()),
        "File 'missing.p12' of sluice.cluster.tls.key-store does not exist; its path is relative to "
            + Path.of("").toAbsolutePath());
  }

  @Test
  void aMissingTrustStoreIsNamed() {
    refuses(
        stores(ours.keyStore("one").toString(), TestCertificates.PASSWORD, "missing.p12"),
        "File 'missing.p12' of sluice.cluster.tls.trust-store does not exist");
  }

  @Test
  void aWrongPasswordIsNamedAndNotShown() {
    String key = ours.keyStore("one").toString();

    refuses(
        stores(key, "guess-me", ours.trustStore().toString()),
        "File '" + key + "' of sluice.cluster.tls.key-store cannot be opened with the password of"
            + " sluice.cluster.tls.key-store-password.");
  }

  @Test
  void aFileOfAnotherKindIsNamed() throws Exception {
    Path text = Files.writeString(directory.resolve("text.p12"), "-----BEGIN CERTIFICATE-----");

    refuses(
        stores(text.toString(), "secret", ours.trustStore().toString()),
        "File '" + text + "' of sluice.cluster.tls.key-store is neither a PKCS12 nor a JKS file");
  }

  @Test
  void aKeyStoreWithoutAKeyIsRefused() {
    String trust = ours.trustStore().toString();

    refuses(
        stores(trust, TestCertificates.PASSWORD, trust),
        "File '" + trust + "' of sluice.cluster.tls.key-store has no private key");
  }

  @Test
  void aTrustStoreWithoutAnAuthorityIsRefused() {
    String key = ours.keyStore("one").toString();

    refuses(
        stores(key, TestCertificates.PASSWORD, key),
        "File '" + key + "' of sluice.cluster.tls.trust-store has no certificate of an authority");
  }

  @Test
  void anExpiredCertificateIsNamedWithItsLastDay() {
    now = Instant.now().plus(Duration.ofDays(400));

    refuses(
        ours.settings("one", ours),
        "has a certificate of CN=one, O=Sluice trial that expired on 20");
  }

  @Test
  void aCertificateOfTheFutureIsNamed() {
    now = Instant.now().minus(Duration.ofDays(2));

    refuses(
        ours.settings("one", ours),
        "has a certificate of CN=one, O=Sluice trial that is not valid before 20");
  }

  private static TlsSettings stores(String key, String password, String trust) {
    return new TlsSettings(true, key, password, trust, TestCertificates.PASSWORD, true);
  }

  private void refuses(TlsSettings settings, String message) {
    assertThatThrownBy(() -> TlsIdentity.read(settings, now))
        .isInstanceOfSatisfying(
            SluiceException.class,
            invalid -> assertThat(invalid.code()).isEqualTo(ErrorCode.SETTING_INVALID))
        .hasMessageContaining(message)
        .hasMessageNotContaining("guess-me");
  }

  private static TlsIdentity identity(TlsSettings settings) {
    return Objects.requireNonNull(TlsIdentity.read(settings, Instant.now()));
  }

  /** Passes bytes between two ends in this thread until both are content. */
  private static void shakeHands(SSLEngine client, SSLEngine server) throws SSLException {
    ByteBuffer toServer = ByteBuffer.allocate(BUFFER);
    ByteBuffer toClient = ByteBuffer.allocate(BUFFER);
    client.beginHandshake();
    server.beginHandshake();
    while (!isOver(client) || !isOver(server) || toServer.position() > 0) {
      step(client, toClient, toServer);
      step(server, toServer, toClient);
    }
  }

  private static boolean isOver(SSLEngine engine) {
    return engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING;
  }

  private static void step(SSLEngine engine, ByteBuffer from, ByteBuffer to) throws SSLException {
    for (Runnable task = engine.getDelegatedTask();
        task != null;
        task = engine.getDelegatedTask()) {
      task.run();
    }
    if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
      engine.wrap(ByteBuffer.allocate(0), to);
    } else if (from.position() > 0) {
      from.flip();
      engine.unwrap(from, ByteBuffer.allocate(BUFFER));
      from.compact();
    }
  }
}
