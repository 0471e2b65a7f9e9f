package io.sluice.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.util.ByteString;
import io.sluice.api.ClusterSettings;
import io.sluice.api.TlsSettings;
import io.sluice.batch.BlockId;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The side channel with TLS: strangers know the token here, so that only their certificate keeps them out. */
@Timeout(60)
class TlsChannelTest {

  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final String TOKEN = "secret";
  private static final BlockId ID = BlockId.received(1, 2, 3);

  @TempDir
  private static Path directory = Path.of("");

  private static TestCertificates ours = new TestCertificates(directory);
  private static TestCertificates theirs = new TestCertificates(directory);

  private final Map<BlockId, DataChannel.Payload> stored = new ConcurrentHashMap<>();
  private final LoggedWarnings warnings = LoggedWarnings.of(TcpServer.class);
  private final TcpChannel server = open(ours.settings("one", ours));

  @BeforeAll
  static void make() throws Exception {
    ours = TestCertificates.make(directory.resolve("ours"), "one", "two");
    theirs = TestCertificates.make(directory.resolve("theirs"), "one");
  }

  @BeforeEach
  void store() {
    stored.put(ID, new DataChannel.Payload(new byte[] {42}, 1));
  }

  @AfterEach
  void close() {
    server.close();
    warnings.close();
  }

  @AfterAll
  static void shutDown() {
    KIT.shutdownTestKit();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 256 * 1024 + 1, 3_000_000})
  void whatIsPutCanBeGotWhateverItsSize(int size) throws Exception {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    try (TcpChannel client = open(ours.settings("two", ours))) {
      client.put(server.address(), ID, bytes, 7).toCompletableFuture().get(10, TimeUnit.SECONDS);
      DataChannel.Payload got =
          client.get(server.address(), ID).toCompletableFuture().get(10, TimeUnit.SECONDS);

      assertThat(got.bytes()).isEqualTo(bytes);
      assertThat(got.records()).isEqualTo(7);
    }
    assertThat(warnings.lines()).isEmpty();
  }

  @Test
  void aPeerThatEndsIsNoticed() throws Exception {
    CompletableFuture<Void> lost = new CompletableFuture<>();
    try (TcpChannel client = open(ours.settings("two", ours))) {
      client.get(server.address(), ID).toCompletableFuture().get(10, TimeUnit.SECONDS);
      client.watch(server.address(), () -> lost.complete(null));

      client.close();

      lost.get(10, TimeUnit.SECONDS);
    }
    assertThat(warnings.lines()).isEmpty();
  }

  @Test
  void aNodeOfAnotherAuthorityReadsAndWritesNothing() throws Exception {
    try (TcpChannel stranger = open(theirs.settings("one", ours))) {
      assertRefused(stranger);
    }
    assertThat(warnings.await("PKIX path"))
        .startsWith("Closed a connection from [127.0.0.1:")
        .contains("] to port [" + port() + "]: ")
        .contains("sluice.cluster.tls.trust-store");
  }

  @Test
  void aNodeDoesNotTalkToAServerOfAnotherAuthority() throws Exception {
    try (TcpChannel node = open(ours.settings("two", theirs))) {
      assertThatThrownBy(() -> get(node))
          .hasMessageContaining("is unreachable on its data port: PKIX path");
    }
    assertThat(warnings.await("Closed a connection from [127.0.0.1:")).contains("fatal alert");
  }

  @Test
  void aNodeWithoutTlsReadsAndWritesNothing() throws Exception {
    try (TcpChannel plain = open(TlsSettings.OFF)) {
      assertRefused(plain);
    }
    warnings.await("nrecognized SSL message");
  }

  @Test
  void aNodeWithTlsDoesNotTellItsTokenToOneWithout() throws Exception {
    try (TcpChannel plain = open(TlsSettings.OFF);
        TcpChannel node = open(ours.settings("two", ours))) {
      assertThatThrownBy(
              () -> node.get(plain.address(), ID).toCompletableFuture().get(10, TimeUnit.SECONDS))
          .hasMessageContaining("unreachable");
    }
  }

  @Test
  void plainBytesAreReportedOnceWithTheirSender() throws Exception {
    String sender = "";
    for (int i = 0; i < 3; i++) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
        sender = sender.isEmpty() ? "127.0.0.1:" + socket.getLocalPort() : sender;
        assertThat(answer(
                socket,
                Frames.frame(Frames.HELLO, 0, ByteString.fromString(TOKEN)).toArray()))
            .doesNotContain(42);
      }
    }

    warnings.await("[" + sender + "]");
    assertThat(warnings.lines()).hasSize(1);
  }

  @Test
  void aTlsClientWithoutACertificateGetsNothing() throws Exception {
    try (Socket stranger = ours.anonymous(port())) {
      assertThat(answer(stranger, request())).isEmpty();

      assertThat(warnings.await("[127.0.0.1:" + stranger.getLocalPort() + "]"))
          .contains("Empty client certificate chain");
    }
  }

  @Test
  void aTlsClientOfAnotherAuthorityGetsNothing() throws Exception {
    try (Socket stranger = ours.foreign(port(), theirs, "one")) {
      assertThat(answer(stranger, request())).isEmpty();

      assertThat(warnings.await("[127.0.0.1:" + stranger.getLocalPort() + "]"))
          .contains("PKIX path");
    }
  }

  @Test
  void aTlsClientOfOurAuthorityIsAnswered() throws Exception {
    try (Socket friend = ours.foreign(port(), ours, "two")) {
      friend.getOutputStream().write(request());
      byte[] answer = friend.getInputStream().readNBytes(13);

      assertThat(answer[4]).isEqualTo(Frames.FOUND);
    }
  }

  @Test
  void theTokenIsStillAskedFor() throws Exception {
    try (TcpChannel guest = open("guess", ours.settings("two", ours))) {
      assertRefused(guest);
    }
    warnings.await("did not present this cluster's token");
  }

  private void assertRefused(TcpChannel stranger) {
    assertThatThrownBy(() -> get(stranger)).hasMessageContaining("unreachable");
    assertThatThrownBy(() -> stranger
            .put(server.address(), BlockId.received(1, 2, 4), new byte[] {1}, 1)
            .toCompletableFuture()
            .get(10, TimeUnit.SECONDS))
        .hasMessageContaining("unreachable");
    assertThat(stored).containsOnlyKeys(ID);
  }

  private DataChannel.Payload get(TcpChannel client) throws Exception {
    return client.get(server.address(), ID).toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private static byte[] request() {
    return Frames.frame(Frames.HELLO, 0, ByteString.fromString(TOKEN))
        .concat(Frames.get(1, ID))
        .toArray();
  }

  /** All that comes back before the other side closes. */
  private static byte[] answer(Socket socket, byte[] request) {
    try {
      socket.setSoTimeout(10_000);
      OutputStream out = socket.getOutputStream();
      out.write(request);
      out.flush();
      return socket.getInputStream().readAllBytes();
    } catch (java.net.SocketTimeoutException open) {
      throw new AssertionError("The connection was left open", open);
    } catch (IOException closed) {
      return new byte[0];
    }
  }

  private int port() {
    return Integer.parseInt(server.address().substring(server.address().indexOf(':') + 1));
  }

  private TcpChannel open(TlsSettings tls) {
    return open(TOKEN, tls);
  }

  private TcpChannel open(String token, TlsSettings tls) {
    ClusterSettings settings = new ClusterSettings(
        token,
        "127.0.0.1",
        0,
        new ClusterSettings.DataBind("", 0, ""),
        Duration.ofMillis(200),
        Duration.ofSeconds(3),
        Duration.ofSeconds(5),
        3,
        Duration.ofSeconds(5),
        Duration.ofSeconds(5),
        1,
        true,
        tls);
    return TcpChannel.open(KIT.system(), settings, new DataChannel.Handler() {
      @Override
      public void onPut(BlockId id, byte[] bytes, long records) {
        stored.put(id, new DataChannel.Payload(bytes, records));
      }

      @Override
      public DataChannel.Payload onGet(BlockId id) {
        return Objects.requireNonNull(stored.get(id));
      }
    });
  }
}
