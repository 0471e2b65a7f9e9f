package io.sluice.connector.http;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.block.TestCertificates;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class HttpPushReceiverTest {

  private final Attached engine = new Attached();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private @Nullable HttpPushReceiver receiver;
  private String path = "/";

  private void start(HttpPushReceiver wanted) throws Exception {
    wanted.attach(engine);
    wanted.onStart();
    receiver = wanted;
  }

  @AfterEach
  void stop() throws Exception {
    HttpPushReceiver open = receiver;
    if (open != null) {
      engine.room(1000);
      engine.stop(open);
    }
  }

  @Test
  void linesAreStoredBeforeTheAnswer() throws Exception {
    start(HttpPushReceiver.local(0));

    assertThat(post("one\r\n\n  \ntwö").statusCode()).isEqualTo(204);
    assertThat(engine.nextBlock()).isEqualTo(List.of("one", "twö"));
    assertThat(post("").statusCode()).isEqualTo(204);
  }

  @Test
  void answerWaitsUntilTheLinesAreStored() throws Exception {
    start(HttpPushReceiver.local(0));
    engine.room(0);

    CompletableFuture<HttpResponse<String>> answer = send("one");
    assertThat(health()).isEqualTo(200);
    assertThat(answer).isNotDone();
    engine.room(1);

    assertThat(answer.get().statusCode()).isEqualTo(204);
  }

  @Test
  void requestsThatWaitAreStoredTogether() throws Exception {
    start(HttpPushReceiver.local(0));
    engine.room(0);
    List<CompletableFuture<HttpResponse<String>>> answers =
        List.of(send("1"), send("2"), send("3"), send("4"));

    assertThat(health()).isEqualTo(200);
    engine.room(4);

    int stored = 0;
    while (stored < 4) {
      stored += engine.nextBlock().size();
    }
    for (CompletableFuture<HttpResponse<String>> answer : answers) {
      assertThat(answer.get().statusCode()).isEqualTo(204);
    }
  }

  @Test
  void fullStoresAreSaidAfterAWhileAndNotStoredLater() throws Exception {
    start(HttpPushReceiver.local(0).patience(Duration.ofMillis(200)));
    engine.room(0);

    HttpResponse<String> first = post("being stored");
    HttpResponse<String> second = post("waits");

    assertThat(first.statusCode()).isEqualTo(503);
    assertThat(first.body()).contains("may be stored yet");
    assertThat(second.statusCode()).isEqualTo(503);
    assertThat(second.body()).contains("Nothing was stored");
    assertThat(second.headers().firstValue("Retry-After")).hasValue("1");

    engine.room(10);
    assertThat(post("again").statusCode()).isEqualTo(204);
    assertThat(engine.nextBlock()).isEqualTo(List.of("being stored"));
    assertThat(engine.nextBlock()).isEqualTo(List.of("again"));
  }

  @Test
  void waitingRequestsAreBounded() throws Exception {
    start(HttpPushReceiver.local(0).maxWaiting(1, 4 << 20));
    engine.room(0);
    CompletableFuture<HttpResponse<String>> first = send("one");
    awaitWaitingForRoom();

    HttpResponse<String> second = post("two");

    assertThat(second.statusCode()).isEqualTo(503);
    assertThat(second.body()).contains("Too many requests wait");
    assertThat(second.headers().firstValue("Retry-After")).hasValue("1");
    engine.room(2);
    assertThat(first.get().statusCode()).isEqualTo(204);
  }

  @Test
  void waitingBytesAreBounded() throws Exception {
    start(HttpPushReceiver.local(0).maxRequest(10).maxWaiting(5, 15));
    engine.room(0);
    CompletableFuture<HttpResponse<String>> first = send("0123456789");
    awaitWaitingForRoom();

    assertThat(post("012345").body()).contains("Too much is waiting");
    engine.room(2);
    assertThat(first.get().statusCode()).isEqualTo(204);
    assertThat(awaitRoomFor("0123456789").statusCode()).isEqualTo(204);
  }

  /** The room of a request is free a moment after its answer. */
  private HttpResponse<String> awaitRoomFor(String lines) throws Exception {
    HttpResponse<String> answer = post(lines);
    while (answer.statusCode() == 503) {
      answer = post(lines);
    }
    return answer;
  }

  @Test
  void linesThatCannotBeStoredAreToBeSentAgain() throws Exception {
    start(HttpPushReceiver.local(0));
    engine.fail(new IllegalStateException("too large a block"));

    assertThat(post("one").statusCode()).isEqualTo(503);
    assertThat(engine.error()).contains("cannot be stored", "too large a block");
  }

  @Test
  void compressedLinesAreTakenWithinBounds() throws Exception {
    start(HttpPushReceiver.local(0).maxRequest(1000));

    assertThat(gzip("one\ntwo".getBytes(StandardCharsets.UTF_8)).statusCode()).isEqualTo(204);
    assertThat(engine.nextBlock()).isEqualTo(List.of("one", "two"));
    assertThat(gzip(new byte[50_000_000]).statusCode()).isEqualTo(413);
    assertThat(request("gzip", BodyPublishers.ofString("no gzip")).statusCode()).isEqualTo(400);
    assertThat(request("br", BodyPublishers.ofString("x")).statusCode()).isEqualTo(415);
  }

  @Test
  void badRequestsSayWhatIsWrong() throws Exception {
    path = "/lines";
    start(HttpPushReceiver.local(0).maxRequest(1000).path(path));

    assertThat(post("x".repeat(1001)).body()).contains("at most 1000 bytes", "more requests");
    assertThat(post("x".repeat(1001)).statusCode()).isEqualTo(413);
    HttpResponse<String> malformed =
        request("identity", BodyPublishers.ofByteArray(new byte[] {(byte) 0xFF}));
    assertThat(malformed.statusCode()).isEqualTo(400);
    assertThat(malformed.body()).contains("no UTF-8");
    HttpResponse<String> get =
        client.send(HttpRequest.newBuilder(uri("/lines")).build(), BodyHandlers.ofString());
    assertThat(get.statusCode()).isEqualTo(405);
    assertThat(get.headers().firstValue("Allow")).hasValue("POST");
    HttpRequest elsewhere =
        HttpRequest.newBuilder(uri("/other")).POST(BodyPublishers.noBody()).build();
    assertThat(client.send(elsewhere, BodyHandlers.ofString()).statusCode()).isEqualTo(404);
    HttpRequest latin = HttpRequest.newBuilder(uri("/lines"))
        .header("Content-Type", "text/plain; charset=ISO-8859-1")
        .POST(BodyPublishers.ofString("x"))
        .build();
    assertThat(client.send(latin, BodyHandlers.ofString()).statusCode()).isEqualTo(415);
    assertThat(post("good").statusCode()).isEqualTo(204);
  }

  @Test
  void tokenIsNeededWhereOthersReachThePort() throws Exception {
    start(HttpPushReceiver.on("0.0.0.0", 0, () -> "long-enough"));

    assertThat(post("one").statusCode()).isEqualTo(401);
    assertThat(health()).isEqualTo(200);
    HttpRequest shown = HttpRequest.newBuilder(uri("/"))
        .header("Authorization", "Bearer long-enough")
        .POST(BodyPublishers.ofString("one"))
        .build();
    assertThat(client.send(shown, BodyHandlers.ofString()).statusCode()).isEqualTo(204);
  }

  @Test
  void webPagesCannotPushToThisMachine() throws Exception {
    start(HttpPushReceiver.local(0));

    HttpRequest page = HttpRequest.newBuilder(uri("/"))
        .header("Origin", "http://evil.org")
        .POST(BodyPublishers.ofString("one"))
        .build();
    assertThat(client.send(page, BodyHandlers.ofString()).statusCode()).isEqualTo(403);
  }

  @Test
  void connectionIsKept() throws Exception {
    start(HttpPushReceiver.local(0));
    byte[] request = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\none"
        .getBytes(StandardCharsets.US_ASCII);

    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
      for (int i = 0; i < 3; i++) {
        socket.getOutputStream().write(request);
        byte[] answer = new byte[12];
        assertThat(socket.getInputStream().readNBytes(answer, 0, 12)).isEqualTo(12);
        assertThat(new String(answer, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 204");
        while (socket.getInputStream().available() > 0) {
          assertThat(socket.getInputStream().read()).isPositive();
        }
        assertThat(engine.nextBlock()).hasSize(1);
      }
    }
  }

  @Test
  void clientThatLeavesGivesBackItsRoom() throws Exception {
    start(HttpPushReceiver.local(0).maxWaiting(1, 4 << 20));
    byte[] half = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 30\r\n\r\nhalf"
        .getBytes(StandardCharsets.US_ASCII);
    boolean inTheWay = false;
    while (!inTheWay) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
        socket.getOutputStream().write(half);
        // A request of ours can be the one that was let in.
        for (int tries = 0; tries < 100 && !inTheWay; tries++) {
          inTheWay = post("").statusCode() == 503;
        }
      }
    }

    while (post("").statusCode() != 204) {
      Thread.onSpinWait();
    }
    assertThat(awaitRoomFor("one").statusCode()).isEqualTo(204);
    assertThat(engine.nextBlock()).isEqualTo(List.of("one"));
  }

  @Test
  void whatHasComeIsAnsweredAtTheEnd() throws Exception {
    start(HttpPushReceiver.local(0));
    engine.room(0);
    CompletableFuture<HttpResponse<String>> answer = send("one");
    awaitWaitingForRoom();
    HttpPushReceiver open = requireNonNull(receiver);
    URI health = uri("/health");
    CompletableFuture<Void> stopped = CompletableFuture.runAsync(() -> {
      try {
        engine.stop(open);
      } catch (Exception failure) {
        throw new IllegalStateException(failure);
      }
    });
    while (client
            .send(HttpRequest.newBuilder(health).build(), BodyHandlers.ofString())
            .statusCode()
        != 503) {
      Thread.onSpinWait();
    }
    assertThat(stopped).isNotDone();
    engine.room(1);

    assertThat(answer.get().statusCode()).isEqualTo(204);
    stopped.get();
    assertThatThrownBy(() -> post("two")).isInstanceOf(IOException.class);
    receiver = null;
  }

  @Test
  void portThatIsTakenIsNamed() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      HttpPushReceiver refused = HttpPushReceiver.local(taken.getLocalPort());
      refused.attach(engine);

      assertThatThrownBy(refused::onStart)
          .isInstanceOfSatisfying(
              SluiceException.class,
              failure -> assertThat(failure.code()).isEqualTo(ErrorCode.PORT_UNAVAILABLE))
          .hasMessageContaining("127.0.0.1:" + taken.getLocalPort())
          .hasMessageContaining("Choose a free port");
      refused.onStop();
    }
  }

  @Test
  void linesAreTakenByTls(@TempDir Path directory) throws Exception {
    TestCertificates certificates = TestCertificates.make(directory, "server@127.0.0.1");
    String keys = certificates.keyStore("server").toString();
    start(HttpPushReceiver.local(0).tls(TlsContext.serving(keys, () -> TestCertificates.PASSWORD)));

    HttpClient trusting =
        HttpClient.newBuilder().sslContext(certificates.trusting()).build();
    HttpRequest request = HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + port() + "/"))
        .POST(BodyPublishers.ofString("one"))
        .build();

    assertThat(trusting.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(204);
  }

  @Test
  void wrongChoicesSayWhatIsWrong() {
    assertThatThrownBy(() -> HttpPushReceiver.on("0.0.0.0", 8080))
        .hasMessageContaining("other machines can reach, and there is no token");
    assertThatThrownBy(() -> HttpPushReceiver.local(70000))
        .hasMessageContaining("between 0 and 65535, got 70000");
    assertThatThrownBy(() -> HttpPushReceiver.local(1).path("lines"))
        .hasMessageContaining("must begin with /");
    assertThatThrownBy(() -> HttpPushReceiver.local(1).maxWaiting(1, 10))
        .hasMessageContaining("at least those of one request, 4194304, got 10");
    HttpPushReceiver weak = HttpPushReceiver.on("127.0.0.1", 0, () -> "short");
    weak.attach(engine);
    assertThatThrownBy(weak::onStart)
        .hasMessageContaining("at least 8 characters, got 5")
        .hasMessageNotContaining("short");
  }

  @Test
  void receiverTravelsAndPrefersAHost() throws Exception {
    HttpPushReceiver travelling = HttpPushReceiver.on("0.0.0.0", 80, Secret.environment("T"))
        .runningOn("worker-1")
        .tls(TlsContext.serving("keys.p12", Secret.file("password")));

    new ObjectOutputStream(new ByteArrayOutputStream()).writeObject(travelling);
    assertThat(travelling.preferredLocation()).hasValue("worker-1");
    assertThat(HttpPushReceiver.local(0).preferredLocation()).isEmpty();
  }

  private void awaitWaitingForRoom() {
    while (!engine.isWaitingForRoom()) {
      Thread.onSpinWait();
    }
  }

  private HttpResponse<String> post(String lines) throws Exception {
    return request("identity", BodyPublishers.ofString(lines));
  }

  private HttpResponse<String> gzip(byte[] body) throws Exception {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(packed)) {
      out.write(body);
    }
    return request("gzip", BodyPublishers.ofByteArray(packed.toByteArray()));
  }

  private HttpResponse<String> request(String encoding, BodyPublisher body) throws Exception {
    return client.send(pushed(encoding, body), BodyHandlers.ofString());
  }

  private CompletableFuture<HttpResponse<String>> send(String lines) {
    return client.sendAsync(
        pushed("identity", BodyPublishers.ofString(lines)), BodyHandlers.ofString());
  }

  private HttpRequest pushed(String encoding, BodyPublisher body) {
    return HttpRequest.newBuilder(uri(path))
        .header("Content-Encoding", encoding)
        .POST(body)
        .build();
  }

  private int health() throws Exception {
    return client
        .send(HttpRequest.newBuilder(uri("/health")).build(), BodyHandlers.ofString())
        .statusCode();
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + port() + path);
  }

  private int port() {
    return requireNonNull(receiver).port();
  }
}
