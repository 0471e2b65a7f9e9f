package io.sluice.block;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.TlsSettings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** Certificates of an authority of their own, made by the script that is delivered. */
public record TestCertificates(Path directory) {

  public static final String PASSWORD = "trial-only";

  /** Makes an authority, a trust store and a key store for each node. */
  public static TestCertificates make(Path directory, String... nodes)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(
        List.of("conf/make-test-certificates", "--directory", directory.toString()));
    command.addAll(List.of(nodes));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("SLUICE_STORE_PASSWORD", PASSWORD);
    Process script = builder.start();
    try (InputStream output = script.getInputStream()) {
      String shown = new String(output.readAllBytes(), StandardCharsets.UTF_8);
      assertThat(script.waitFor()).as(shown).isZero();
    }
    return new TestCertificates(directory);
  }

  public Path keyStore(String node) {
    return directory.resolve(node + ".p12");
  }

  public Path trustStore() {
    return directory.resolve("trust.p12");
  }

  /** The certificates of a node and its authority, as PEM. */
  public Path certificate(String node) throws Exception {
    Certificate[] chain = load(keyStore(node)).getCertificateChain(node);
    return pem(node + ".pem", "CERTIFICATE", chain[0].getEncoded(), chain[1].getEncoded());
  }

  /** The private key of a node, as PEM. */
  public Path privateKey(String node) throws Exception {
    Key key = load(keyStore(node)).getKey(node, PASSWORD.toCharArray());
    return pem(node + "-key.pem", "PRIVATE KEY", key.getEncoded());
  }

  /** The certificate of the authority, as PEM. */
  public Path authority() throws Exception {
    Certificate authority = load(trustStore()).getCertificate("authority");
    return pem("authority.pem", "CERTIFICATE", authority.getEncoded());
  }

  /** What trusts those from here. */
  public SSLContext trusting() throws Exception {
    TrustManagerFactory trusted =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trusted.init(load(trustStore()));
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trusted.getTrustManagers(), null);
    return context;
  }

  private Path pem(String name, String kind, byte[]... contents) throws IOException {
    StringBuilder text = new StringBuilder();
    for (byte[] content : contents) {
      String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
      text.append("-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n".formatted(kind, lines));
    }
    return Files.writeString(directory.resolve(name), text);
  }

  /** Of a node with a certificate from here that trusts those from {@code trusted}. */
  public TlsSettings settings(String node, TestCertificates trusted) {
    return new TlsSettings(
        true, keyStore(node).toString(), PASSWORD, trusted.trustStore().toString(), PASSWORD, true);
  }

  /** As lines of a configuration file. */
  public static String lines(TlsSettings tls) {
    return """
        sluice.cluster.tls {
          enabled = on
          key-store = "%s"
          key-store-password = "%s"
          trust-store = "%s"
          trust-store-password = "%s"
        }
        """.formatted(
            tls.keyStore(), tls.keyStorePassword(), tls.trustStore(), tls.trustStorePassword());
  }

  /** A connection of a program that is no node and trusts {@code this}, without a certificate of its own. */
  public SSLSocket anonymous(int port) throws Exception {
    TrustManagerFactory trusted =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trusted.init(load(trustStore()));
    return connect(port, new KeyManager[0], trusted);
  }

  /** The same, with the certificate of a node of others. */
  public SSLSocket foreign(int port, TestCertificates others, String node) throws Exception {
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(load(others.keyStore(node)), PASSWORD.toCharArray());
    TrustManagerFactory trusted =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trusted.init(load(trustStore()));
    return connect(port, keys.getKeyManagers(), trusted);
  }

  private static SSLSocket connect(int port, KeyManager[] keys, TrustManagerFactory trusted)
      throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys, trusted.getTrustManagers(), null);
    SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port);
    socket.setSoTimeout(10_000);
    return socket;
  }

  private static KeyStore load(Path file) throws Exception {
    assertThat(Files.isRegularFile(file)).as(file.toString()).isTrue();
    return KeyStore.getInstance(file.toFile(), PASSWORD.toCharArray());
  }
}
