package io.sluice.connector.http;

import static io.sluice.connector.http.ScriptServer.OK;
import static io.sluice.connector.http.ScriptServer.answer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.block.TestCertificates;
import io.sluice.connector.http.ScriptServer.Client;
import java.io.ByteArrayOutputStream;
import java.io.ObjectOutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class HttpLineReceiverTest {

  private final Attached engine = new Attached();
  private @Nullable HttpLineReceiver receiver;

  private void start(HttpSource source) throws Exception {
    receiver = engine.start(HttpLineReceiver.of(source));
  }

  @AfterEach
  void stop() throws Exception {
    if (receiver != null) {
      engine.stop(receiver);
    }
  }

  @Test
  void linesAreStoredAsTheyComeAndBlankOnesAreNot() throws Exception {
    CountDownLatch seen = new CountDownLatch(1);
    try (ScriptServer server = new ScriptServer(client -> {
      client.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
      client.chunk("{\"a\":1}\r\n\r\n{\"ä");
      client.chunk("\":2}\r\n");
      seen.await();
      client.chunk("last\n");
      client.awaitEnd();
    })) {
      start(HttpSource.at(server.url("/stream?q=1"))
          .header("X-Key", "one")
          .header("Authorization", Secret.environment("PATH").after("Bearer ")));

      assertThat(engine.next()).isEqualTo("{\"a\":1}");
      assertThat(engine.next()).isEqualTo("{\"ä\":2}");
      seen.countDown();
      assertThat(engine.next()).isEqualTo("last");
      assertThat(server.request())
          .startsWith("get /stream?q=1 http/1.1")
          .contains("x-key: one", "authorization: bearer ");
    }
  }

  @Test
  void requestCanHaveABody() throws Exception {
    try (ScriptServer server = new ScriptServer(client -> {
      client.send(OK + "got\n");
      client.awaitEnd();
    })) {
      start(HttpSource.at(server.url("/")).post("{\"track\":\"tea\"}"));

      assertThat(engine.next()).isEqualTo("got");
      assertThat(server.request()).startsWith("post /").contains("content-length: 15");
    }
  }

  @Test
  void connectionIsMadeAgainWhenTheServerEndsItsAnswer() throws Exception {
    try (ScriptServer server =
        new ScriptServer(client -> client.send(OK + "one\nwhole at the end"), client -> {
          client.send(OK + "two\n");
          client.awaitEnd();
        })) {
      start(HttpSource.at(server.url("/")));

      assertThat(engine.next()).isEqualTo("one");
      assertThat(engine.next()).isEqualTo("whole at the end");
      assertThat(engine.next()).isEqualTo("two");
      assertThat(engine.error())
          .isEqualTo(server.url("/") + " has ended its answer. Connecting again in 250 ms.");
    }
  }

  @Test
  void lineThatABrokenConnectionHasNotEndedIsLeftOut() throws Exception {
    CountDownLatch seen = new CountDownLatch(1);
    try (ScriptServer server = new ScriptServer(
        client -> {
          client.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
          client.chunk("one\nhal");
          seen.await();
          client.socket().setSoLinger(true, 0);
        },
        client -> {
          client.send(OK + "two\n");
          client.awaitEnd();
        })) {
      start(HttpSource.at(server.url("/")));

      assertThat(engine.next()).isEqualTo("one");
      seen.countDown();
      assertThat(engine.next()).isEqualTo("two");
      assertThat(engine.error()).contains("The connection to " + server.url("/") + " broke.");
    }
  }

  @Test
  void silentServerCountsAsDead() throws Exception {
    try (ScriptServer server = new ScriptServer(Client::awaitEnd, client -> {
      client.send(OK + "one\n");
      client.awaitEnd();
    })) {
      start(HttpSource.at(server.url("/")).idleTimeout(Duration.ofMillis(300)));

      assertThat(engine.error()).contains("it does not answer in time");
      assertThat(engine.next()).isEqualTo("one");
      assertThat(engine.error()).contains("is dead: nothing came for 300 ms");
    }
  }

  @Test
  void blankLinesAreLife() throws Exception {
    try (ScriptServer server = new ScriptServer(client -> {
      client.send(OK);
      for (int i = 0; i < 10; i++) {
        client.send("\r\n");
        Thread.sleep(100);
      }
      client.send("one\n");
      client.awaitEnd();
    })) {
      start(HttpSource.at(server.url("/")).idleTimeout(Duration.ofMillis(700)));

      assertThat(engine.next()).isEqualTo("one");
      assertThat(server.request()).isNotEmpty();
      assertThat(server.requestsWaiting()).isZero();
    }
  }

  @Test
  void waitsAreLongerEachTimeUntilDataComes() throws Exception {
    try (ScriptServer server = new ScriptServer(
        answer("503 Busy"),
        answer("500 Oh"),
        answer("429 Slow"),
        answer("429 Slow", "Retry-After: 7"),
        client -> client.send(OK + "one\n"),
        answer("500 Oh"),
        client -> {
          client.send(OK + "two\n");
          client.awaitEnd();
        })) {
      start(HttpSource.at(server.url("/")));

      assertThat(engine.next()).isEqualTo("one");
      assertThat(engine.next()).isEqualTo("two");
      for (long wait : new long[] {5000, 10_000, 60_000, 7000, 250, 5000}) {
        assertThat(engine.waited()).isEqualTo(wait);
      }
    }
  }

  @Test
  void rateLimitOfXIsHonoured() throws Exception {
    long reset = Instant.now().getEpochSecond() + 100;
    try (ScriptServer server =
        new ScriptServer(answer("429 Too Many", "x-rate-limit-reset: " + reset), client -> {
          client.send(OK + "{\"data\":{}}\r\n");
          client.awaitEnd();
        })) {
      XFilteredStream stream = XFilteredStream.as(Secret.environment("PATH"))
          .at(server.url("/2/tweets/search/stream"))
          .fields("lang", "entities")
          .expansions("author_id");
      receiver = engine.start(stream.receiver());

      assertThat(engine.waited()).isBetween(95_000L, 100_000L);
      assertThat(engine.next()).isEqualTo("{\"data\":{}}");
      assertThat(server.request())
          .startsWith(
              "get /2/tweets/search/stream?tweet.fields=lang%2centities&expansions=author_id ")
          .contains("authorization: bearer ");
      assertThat(stream.source().endpoint().idle()).hasSeconds(20);
    }
  }

  @Test
  void refusalIsReportedAndNotAskedAgainSoon() throws Exception {
    try (ScriptServer server = new ScriptServer(
        answer("401 Who"), answer("404 Where"), answer("302 There", "Location: http://a.b/"))) {
      start(HttpSource.at(server.url("/stream?token=hidden")));

      assertThat(engine.error())
          .contains(server.url("/stream") + " answered 401", "Check the token")
          .doesNotContain("hidden");
      assertThat(engine.error()).contains("answered 404", "Check the URL");
      assertThat(engine.error()).contains("answered 302", "at a.b", "new URL");
      assertThat(engine.waited()).isEqualTo(300_000);
    }
  }

  @Test
  void noContentEndsTheReceiver() throws Exception {
    try (ScriptServer server = new ScriptServer(answer("204 Done"))) {
      start(HttpSource.at(server.url("/")));

      assertThat(engine.stopReason()).contains("answered 204");
    }
  }

  @Test
  void compressedAnswerIsRefused() throws Exception {
    try (ScriptServer server = new ScriptServer(answer("200 OK", "Content-Encoding: gzip"))) {
      start(HttpSource.at(server.url("/")));

      assertThat(engine.error()).contains("'gzip'", "not asked for");
    }
  }

  @Test
  void nobodyListeningIsSaid() throws Exception {
    ScriptServer server = new ScriptServer();
    server.close();
    start(HttpSource.at(server.url("/")));

    assertThat(engine.error())
        .contains("Cannot connect to " + server.url("/"), "Is a server listening there?");
  }

  @Test
  void linesThatAreTooLongAreLeftOutAndReported() throws Exception {
    String longLine = "x".repeat(21) + "\n";
    try (ScriptServer server = new ScriptServer(client -> {
      client.send(OK + longLine + longLine + longLine + "one\n");
      client.awaitEnd();
    })) {
      start(HttpSource.at(server.url("/")).maxLine(20));

      assertThat(engine.next()).isEqualTo("one");
      assertThat(engine.error()).contains("Left out 1 of", "longer than 20 bytes");
      assertThat(engine.error()).contains("Left out 2 of");
    }
  }

  @Test
  void lineThatIsTooLongCanEndTheReceiver() throws Exception {
    try (ScriptServer server = new ScriptServer(client -> {
      client.send(OK + "x".repeat(21) + "\n");
      client.awaitEnd();
    })) {
      start(HttpSource.at(server.url("/")).maxLine(20).stopAtLongLines());

      assertThat(engine.stopReason()).contains("more than 20 bytes");
    }
  }

  @Test
  void malformedTextIsReplaced() throws Exception {
    try (ScriptServer server = new ScriptServer(client -> {
      client.send(OK);
      client.send(new byte[] {'a', (byte) 0xC3, '\n', 'b', '\n'});
      client.awaitEnd();
    })) {
      start(HttpSource.at(server.url("/")));

      assertThat(engine.next()).isEqualTo("a\uFFFD");
      assertThat(engine.next()).isEqualTo("b");
    }
  }

  @Test
  void receiverThatWaitsForRoomHoldsUpTheServerAndIsNotDead() throws Exception {
    AtomicLong sent = new AtomicLong();
    byte[] line = ("x".repeat(999) + "\n").getBytes(StandardCharsets.UTF_8);
    engine.room(0);
    try (ScriptServer server = new ScriptServer(client -> {
      client.send(OK);
      for (int i = 0; i < 50_000; i++) {
        client.send(line);
        sent.addAndGet(line.length);
      }
      client.awaitEnd();
    })) {
      start(HttpSource.at(server.url("/")).idleTimeout(Duration.ofMillis(300)));

      long held = awaitStandstill(sent);
      assertThat(held).isLessThan(30_000_000L);
      assertThat(engine.storedCount()).isZero();

      engine.room(1_000_000);
      while (engine.storedCount() < 50_000) {
        Thread.onSpinWait();
      }
      assertThat(sent).hasValue(50_000_000L);
      assertThat(server.request()).isNotEmpty();
    }
  }

  /** What was sent when nothing more was for a second, which is longer than the idle time-out. */
  private static long awaitStandstill(AtomicLong sent) throws InterruptedException {
    long before = -1;
    while (before != sent.get() || before == 0) {
      before = sent.get();
      Thread.sleep(1000);
    }
    return before;
  }

  @Test
  void receiverStartsAgainWhenLinesCannotBeStored() throws Exception {
    engine.fail(new IllegalStateException("no room"));
    try (ScriptServer server = new ScriptServer(client -> {
      client.send(OK + "one\n");
      client.awaitEnd();
    })) {
      start(HttpSource.at(server.url("/")));

      assertThat(engine.stopReason()).startsWith("restart: Cannot store what " + server.url("/"));
    }
  }

  @Test
  void stoppingEndsTheConnectionAtOnce() throws Exception {
    CountDownLatch ended = new CountDownLatch(1);
    try (ScriptServer server = new ScriptServer(client -> {
      client.send(OK + "one\n");
      try {
        client.awaitEnd();
      } finally {
        ended.countDown();
      }
    })) {
      HttpLineReceiver lines = engine.start(HttpLineReceiver.of(HttpSource.at(server.url("/"))));
      assertThat(engine.next()).isEqualTo("one");

      engine.stop(lines);

      ended.await();
      assertThat(server.request()).isNotEmpty();
      assertThat(server.requestsWaiting()).isZero();
    }
  }

  @Test
  void certificateThatIsNotTrustedIsSaidAndOneThatIsWorks(@TempDir Path directory)
      throws Exception {
    TestCertificates certificates = TestCertificates.make(directory, "server@127.0.0.1");
    String keys = certificates.keyStore("server").toString();
    try (ScriptServer refused = new ScriptServer(tlsSocket(keys));
        ScriptServer trusted = new ScriptServer(tlsSocket(keys), client -> {
          client.send(OK + "secret line\n");
          client.awaitEnd();
        })) {
      String url = "https://127.0.0.1:" + refused.port() + "/";
      HttpLineReceiver distrusting = engine.start(HttpLineReceiver.of(HttpSource.at(url)));
      assertThat(engine.error()).contains("No TLS connection to " + url, "TlsContext.trusting");
      assertThat(engine.waited()).isEqualTo(5000);
      distrusting.onStop();

      String pem = certificates.authority().toString();
      start(
          HttpSource.at("https://127.0.0.1:" + trusted.port() + "/").tls(TlsContext.trusting(pem)));

      assertThat(engine.next()).isEqualTo("secret line");
    }
  }

  private static ServerSocket tlsSocket(String keys) throws Exception {
    return TlsContext.serving(keys, () -> TestCertificates.PASSWORD)
        .create()
        .getServerSocketFactory()
        .createServerSocket(0, 10, InetAddress.getLoopbackAddress());
  }

  @Test
  void secretThatIsNotThereIsReported() throws Exception {
    start(HttpSource.at("http://127.0.0.1:1/")
        .header("Authorization", Secret.environment("SLUICE_TEST_NO_SUCH_VARIABLE")));

    assertThat(engine.error()).contains("SLUICE_TEST_NO_SUCH_VARIABLE is not set", "every worker");
  }

  @Test
  void secretsAreReadFromFilesAndNeverShown(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("token");
    Files.writeString(file, "line\nbreak\n");
    HttpSource source =
        HttpSource.at("http://127.0.0.1:1/a?key=hidden").header("X", Secret.file(file.toString()));
    start(source);

    assertThat(engine.error())
        .contains("value of header 'X' has characters")
        .doesNotContain("break\n");
    assertThat(source.toString() + receiver)
        .isEqualTo("http://127.0.0.1:1/aHttpLineReceiver of http://127.0.0.1:1/a");
  }

  @Test
  void receiverTravels() throws Exception {
    HttpSource source = HttpSource.at("https://x.org/")
        .header("A", Secret.environment("B").after("Bearer "))
        .tls(TlsContext.trusting("file.pem"));

    new ObjectOutputStream(new ByteArrayOutputStream()).writeObject(HttpLineReceiver.of(source));
  }

  @Test
  void wrongChoicesSayWhatIsWrong() {
    assertThatThrownBy(() -> HttpSource.at("ftp://x.org/"))
        .hasMessage(
            "A URL must begin with http:// or https:// and name a host, got 'ftp://x.org/'.");
    assertThatThrownBy(() -> HttpSource.at("http://me:pass@x.org/"))
        .hasMessageContaining("user or a password")
        .hasMessageNotContaining("pass@");
    assertThatThrownBy(() -> HttpSource.at("http://x.org/?token=a b"))
        .hasMessageContaining("malformed")
        .hasMessageNotContaining("token");
    HttpSource source = HttpSource.at("http://x.org");
    assertThatThrownBy(() -> source.header("Content-Length", "1"))
        .hasMessageContaining("Header 'Content-Length' cannot be set");
    assertThatThrownBy(() -> source.idleTimeout(Duration.ZERO))
        .hasMessage("The idle timeout must be positive, got PT0S.");
    assertThatThrownBy(() -> source.maxLine(1))
        .hasMessage("A line must be allowed at least 16 bytes, got 1.");
  }
}
