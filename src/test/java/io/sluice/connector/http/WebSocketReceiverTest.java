package io.sluice.connector.http;

import static io.sluice.connector.http.ScriptServer.answer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.connector.http.ScriptServer.Client;
import io.sluice.connector.http.WebSocketServer.Frame;
import java.io.ByteArrayOutputStream;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class WebSocketReceiverTest {

  private final Attached engine = new Attached();
  private final BlockingQueue<Frame> frames = new LinkedBlockingQueue<>();
  private @Nullable WebSocketReceiver<?> receiver;

  @AfterEach
  void stop() throws Exception {
    if (receiver != null) {
      engine.stop(receiver);
    }
  }

  private static WebSocketReceiver<String> text(ScriptServer server) {
    return WebSocketReceiver.text(url(server));
  }

  private static String url(ScriptServer server) {
    return "ws://127.0.0.1:" + server.port() + "/feed";
  }

  @Test
  void messagesAreStoredAndPartsAreJoined() throws Exception {
    try (ScriptServer server = new ScriptServer(client -> {
      WebSocketServer socket = WebSocketServer.accept(client);
      socket.text("öne");
      socket.frame(WebSocketServer.TEXT, false, bytes("tw"));
      socket.frame(WebSocketServer.PING, true, bytes("?"));
      socket.frame(WebSocketServer.CONTINUATION, true, bytes("o"));
      socket.frame(WebSocketServer.BINARY, true, bytes("other"));
      socket.text("three");
      socket.awaitEnd();
    })) {
      receiver = engine.start(text(server));

      assertThat(engine.next()).isEqualTo("öne");
      assertThat(engine.next()).isEqualTo("two");
      assertThat(engine.next()).isEqualTo("three");
    }
  }

  @Test
  void binaryMessagesAreStored() throws Exception {
    try (ScriptServer server = new ScriptServer(client -> {
      WebSocketServer socket = WebSocketServer.accept(client);
      socket.frame(WebSocketServer.BINARY, false, bytes("ab"));
      socket.frame(WebSocketServer.CONTINUATION, true, bytes("c"));
      socket.awaitEnd();
    })) {
      receiver = engine.start(WebSocketReceiver.binary(url(server)));

      assertThat(engine.next()).isEqualTo(bytes("abc"));
    }
  }

  @Test
  void firstMessagesAreSentOnEachConnection() throws Exception {
    ScriptServer.Script subscribed = client -> {
      WebSocketServer socket = WebSocketServer.accept(client, "Sec-WebSocket-Protocol: feed.v2");
      frames.add(socket.read());
      frames.add(socket.read());
      socket.close(1001);
    };
    try (ScriptServer server = new ScriptServer(subscribed, subscribed)) {
      receiver = engine.start(text(server)
          .header("X-Key", "one")
          .subprotocols("feed.v2", "feed.v1")
          .firstMessage("subscribe")
          .firstMessage(() -> "token"));

      for (int connection = 0; connection < 2; connection++) {
        assertThat(frame()).isEqualTo(new Frame(WebSocketServer.TEXT, "subscribe"));
        assertThat(frame()).isEqualTo(new Frame(WebSocketServer.TEXT, "token"));
        assertThat(server.request())
            .contains("x-key: one", "sec-websocket-protocol: feed.v2, feed.v1");
      }
      assertThat(engine.error()).contains("closed the connection with status 1001");
      assertThat(engine.waited()).isEqualTo(250);
    }
  }

  @Test
  void quietConnectionIsAskedAndLivesIfItAnswers() throws Exception {
    try (ScriptServer server = new ScriptServer(client -> {
      WebSocketServer socket = WebSocketServer.accept(client);
      for (int i = 0; i < 8; i++) {
        frames.add(socket.read());
        socket.frame(WebSocketServer.PONG, true, new byte[0]);
      }
      socket.text("one");
      socket.awaitEnd();
    })) {
      receiver = engine.start(
          text(server).pingAfter(Duration.ofMillis(100)).idleTimeout(Duration.ofMillis(600)));

      assertThat(engine.next()).isEqualTo("one");
      assertThat(frames).allMatch(frame -> frame.opcode() == WebSocketServer.PING);
    }
  }

  @Test
  void connectionThatDoesNotAnswerIsDead() throws Exception {
    try (ScriptServer server = new ScriptServer(
        client -> {
          WebSocketServer.accept(client).awaitEnd();
        },
        Client::awaitEnd)) {
      receiver = engine.start(text(server)
          .pingAfter(Duration.ofMillis(100))
          .idleTimeout(Duration.ofMillis(300))
          .connectTimeout(Duration.ofMillis(300)));

      assertThat(engine.error()).contains("is dead: nothing came for 300 ms");
      assertThat(engine.error()).contains("it does not answer in time");
    }
  }

  @Test
  void refusalsAndFailuresHaveTheirWaits() throws Exception {
    try (ScriptServer server = new ScriptServer(
        answer("401 Who"),
        answer("503 Busy"),
        answer("429 Slow", "Retry-After: 9"),
        client -> WebSocketServer.accept(client).close(1008),
        client -> WebSocketServer.accept(client).close(1013))) {
      receiver = engine.start(text(server));

      assertThat(engine.error()).contains(url(server) + " answered 401", "Check the token");
      for (long wait : new long[] {300_000, 5000, 9000, 300_000, 10_000}) {
        assertThat(engine.waited()).isEqualTo(wait);
      }
    }
  }

  @Test
  void brokenConnectionIsMadeAgain() throws Exception {
    try (ScriptServer server = new ScriptServer(
        client -> {
          WebSocketServer.accept(client).frame(WebSocketServer.TEXT, false, bytes("half"));
          client.socket().setSoLinger(true, 0);
        },
        client -> {
          WebSocketServer socket = WebSocketServer.accept(client);
          socket.text("one");
          socket.awaitEnd();
        })) {
      receiver = engine.start(text(server));

      assertThat(engine.next()).isEqualTo("one");
      assertThat(engine.error()).contains(url(server));
    }
  }

  @Test
  void messageThatIsTooLongIsLeftOut() throws Exception {
    try (ScriptServer server = new ScriptServer(client -> {
      WebSocketServer socket = WebSocketServer.accept(client);
      socket.frame(WebSocketServer.TEXT, false, bytes("1234"));
      socket.frame(WebSocketServer.CONTINUATION, false, bytes("56"));
      socket.frame(WebSocketServer.CONTINUATION, true, bytes("7"));
      socket.text("12345");
      socket.awaitEnd();
    })) {
      receiver = engine.start(text(server).maxMessage(5));

      assertThat(engine.next()).isEqualTo("12345");
      assertThat(engine.error()).contains("Left out 1 of", "longer than 5 bytes");
    }
  }

  @Test
  void receiverThatWaitsForRoomHoldsUpTheServerAndIsNotDead() throws Exception {
    AtomicLong sent = new AtomicLong();
    String message = "x".repeat(10_000);
    engine.room(0);
    try (ScriptServer server = new ScriptServer(client -> {
      WebSocketServer socket = WebSocketServer.accept(client);
      for (int i = 0; i < 3000; i++) {
        socket.text(message);
        sent.incrementAndGet();
      }
      socket.awaitEnd();
    })) {
      receiver = engine.start(
          text(server).pingAfter(Duration.ofMillis(100)).idleTimeout(Duration.ofMillis(300)));

      long before = -1;
      while (before != sent.get() || before == 0) {
        before = sent.get();
        Thread.sleep(700);
      }
      assertThat(before).isLessThan(2000);
      engine.room(1_000_000);
      while (engine.storedCount() < 3000) {
        Thread.onSpinWait();
      }
      assertThat(server.request()).isNotEmpty();
      assertThat(server.requestsWaiting()).isZero();
    }
  }

  @Test
  void receiverTravelsAndShowsNoSecret() throws Exception {
    WebSocketReceiver<byte[]> socket = WebSocketReceiver.binary("wss://x.org/a?key=hidden")
        .header("A", Secret.environment("B"))
        .firstMessage("hidden")
        .subprotocols("a");

    new ObjectOutputStream(new ByteArrayOutputStream()).writeObject(socket);
    assertThat(socket).hasToString("WebSocketReceiver of wss://x.org/a");
  }

  @Test
  void wrongChoicesSayWhatIsWrong() {
    assertThatThrownBy(() -> WebSocketReceiver.text("http://x.org/"))
        .hasMessageContaining("A URL must begin with ws:// or wss://");
    assertThatThrownBy(() -> WebSocketReceiver.text("ws://x.org/").maxMessage(0))
        .hasMessage("A message must be allowed a positive length, got 0.");
  }

  private Frame frame() throws InterruptedException {
    Frame frame = frames.poll(10, TimeUnit.SECONDS);
    if (frame == null) {
      throw new AssertionError("No frame within 10 s");
    }
    return frame;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
