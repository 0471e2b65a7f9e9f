package io.sluice.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import io.sluice.api.ClusterSettings;
import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.api.TlsSettings;
import io.sluice.batch.BlockId;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TcpChannelTest {

  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final BlockId ID = BlockId.received(1, 2, 3);
  private static final BlockId FULL = BlockId.received(1, 2, 4);

  private final Map<BlockId, DataChannel.Payload> stored = new ConcurrentHashMap<>();
  private final TcpChannel server = open("secret");
  private final TcpChannel client = open("secret");

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  @AfterAll
  static void shutDown() {
    KIT.shutdownTestKit();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 256 * 1024, 256 * 1024 + 1, 3_000_000})
  void whatIsPutCanBeGotWhateverItsSize(int size) throws Exception {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);

    client.put(server.address(), ID, bytes, 7).toCompletableFuture().get(10, TimeUnit.SECONDS);
    DataChannel.Payload got =
        client.get(server.address(), ID).toCompletableFuture().get(10, TimeUnit.SECONDS);

    assertThat(got.bytes()).isEqualTo(bytes);
    assertThat(got.records()).isEqualTo(7);
  }

  @Test
  void anUnknownBlockIsAnErrorAndTheConnectionGoesOn() throws Exception {
    assertThatThrownBy(
            () -> client.get(server.address(), ID).toCompletableFuture().get(10, TimeUnit.SECONDS))
        .hasMessageContaining("refused: no such block");

    client
        .put(server.address(), ID, new byte[] {1}, 1)
        .toCompletableFuture()
        .get(10, TimeUnit.SECONDS);
    assertThat(stored).containsKey(ID);
  }

  @Test
  void whyAPeerRefusesIsKnownByItsCode() {
    assertThatThrownBy(() -> client
            .put(server.address(), FULL, new byte[] {1}, 1)
            .toCompletableFuture()
            .get(10, TimeUnit.SECONDS))
        .cause()
        .isInstanceOfSatisfying(
            SluiceException.class,
            refused -> assertThat(refused.code()).isEqualTo(ErrorCode.STORAGE_FULL))
        .hasMessage("Node " + server.address() + " refused: no space\nfor that");
  }

  @Test
  void aPeerWithAnotherTokenGetsNothing() {
    TcpChannel stranger = open("guess");

    assertThatThrownBy(() -> stranger
            .put(server.address(), ID, new byte[] {1}, 1)
            .toCompletableFuture()
            .get(10, TimeUnit.SECONDS))
        .hasMessageContaining("unreachable");
    assertThat(stored).isEmpty();
    stranger.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"GET / HTTP/1.1\r\n\r\n", "\u0000\u0000\u0000\u0001x", "\u007f~~~~~~~~~~~~"})
  void garbageClosesItsConnectionAndNothingElse(String garbage) throws Exception {
    int port = Integer.parseInt(server.address().substring(server.address().indexOf(':') + 1));
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(garbage.getBytes(StandardCharsets.ISO_8859_1));
      socket.getOutputStream().flush();
      InputStream answer = socket.getInputStream();

      assertThat(ended(answer)).isTrue();
    }
    client
        .put(server.address(), ID, new byte[] {1}, 1)
        .toCompletableFuture()
        .get(10, TimeUnit.SECONDS);
    assertThat(stored).containsKey(ID);
  }

  @Test
  void aPeerThatEndsIsNoticed() throws Exception {
    CompletableFuture<Void> lost = new CompletableFuture<>();
    client
        .put(server.address(), ID, new byte[] {1}, 1)
        .toCompletableFuture()
        .get(10, TimeUnit.SECONDS);
    TcpChannel other = open("secret");
    other.watch(client.address(), () -> lost.complete(null));
    assertThat(lost).isNotDone();

    other.close();

    lost.get(10, TimeUnit.SECONDS);
  }

  @Test
  void aPeerThatTakesNothingIsUnreachableAndStillNoBrokenConnection() throws Exception {
    TcpChannel impatient =
        open("secret", 0, new ClusterSettings.DataBind("", 0, ""), Duration.ofMillis(200));
    try (ServerSocket deaf = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      String peer = "127.0.0.1:" + deaf.getLocalPort();
      CompletableFuture<Void> lost = new CompletableFuture<>();
      impatient.watch(peer, () -> lost.complete(null));

      assertThatThrownBy(() -> impatient
              .put(peer, ID, new byte[] {1}, 1)
              .toCompletableFuture()
              .get(10, TimeUnit.SECONDS))
          .hasMessageContaining("unreachable")
          .satisfies(failure -> assertThat(SilentPeer.behind(failure)).isEqualTo(peer));
      assertThat(lost).isNotDone();
    } finally {
      impatient.close();
    }
  }

  @Test
  void whatWaitsForAForsakenPeerFailsAtOnceAndLaterRequestsTryAnew() throws Exception {
    try (ServerSocket deaf = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      String peer = "127.0.0.1:" + deaf.getLocalPort();
      CompletableFuture<Void> waiting =
          client.put(peer, ID, new byte[] {1}, 1).toCompletableFuture();

      client.forsake(peer);

      assertThat(waiting).isCompletedExceptionally();
      assertThat(client.put(peer, ID, new byte[] {1}, 1).toCompletableFuture()).isNotDone();
    }
  }

  @Test
  void nodeIsKnownByOneAddressAndListensAndCallsFromOthers() throws Exception {
    try (ServerSocket proxy = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        ServerSocket free = new ServerSocket(0, 10, InetAddress.getByName("127.0.0.2"))) {
      int bound = free.getLocalPort();
      free.close();
      TcpChannel behind = open(
          "secret",
          proxy.getLocalPort(),
          new ClusterSettings.DataBind("127.0.0.2", bound, "127.0.0.3"));

      var unused = behind.put("127.0.0.1:" + proxy.getLocalPort(), ID, new byte[] {1}, 1);
      try (Socket call = proxy.accept()) {
        assertThat(call.getInetAddress().getHostAddress()).isEqualTo("127.0.0.3");
      }
      client
          .put("127.0.0.2:" + bound, ID, new byte[] {1}, 1)
          .toCompletableFuture()
          .get(10, TimeUnit.SECONDS);

      assertThat(behind.address()).isEqualTo("127.0.0.1:" + proxy.getLocalPort());
      assertThat(stored).containsKey(ID);
      behind.close();
    }
  }

  /** The end of the stream, or a reset: either way the other side has closed. */
  private static boolean ended(InputStream in) {
    try {
      return in.readAllBytes().length == 0;
    } catch (java.net.SocketException reset) {
      return true;
    } catch (java.io.IOException other) {
      return false;
    }
  }

  private TcpChannel open(String token) {
    return open(token, 0, new ClusterSettings.DataBind("", 0, ""));
  }

  private TcpChannel open(String token, int port, ClusterSettings.DataBind bind) {
    return open(token, port, bind, Duration.ofSeconds(10));
  }

  /**
   * @param patience with a peer on whose connection nothing moves
   */
  private TcpChannel open(
      String token, int port, ClusterSettings.DataBind bind, Duration patience) {
    ClusterSettings settings = new ClusterSettings(
        token,
        "127.0.0.1",
        port,
        bind,
        Duration.ofMillis(50),
        patience,
        Duration.ofSeconds(12),
        3,
        Duration.ofSeconds(5),
        Duration.ofSeconds(5),
        1,
        true,
        TlsSettings.OFF);
    return TcpChannel.open(KIT.system(), settings, new DataChannel.Handler() {
      @Override
      public void onPut(BlockId id, byte[] bytes, long records) {
        if (id.equals(FULL)) {
          throw new SluiceException(ErrorCode.STORAGE_FULL, "no space\nfor that");
        }
        stored.put(id, new DataChannel.Payload(bytes, records));
      }

      @Override
      public DataChannel.Payload onGet(BlockId id) {
        DataChannel.Payload found = stored.get(id);
        if (found == null) {
          throw new NoSuchElementException("no such block");
        }
        return found;
      }
    });
  }
}
