package io.sluice.connector.http;

import static io.sluice.connector.http.ScriptServer.EVENTS;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.StreamingEvent;
import io.sluice.testkit.Recorded;
import io.sluice.testkit.StreamingTest;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Receivers in a context. */
@Timeout(60)
class HttpStreamsTest {

  private static final Pattern LAST_ID = Pattern.compile("(?i)last-event-id: (\\d+)");

  @Test
  void eventsWithNumbersCountOnceWhenTheirWorkerIsLost() throws Exception {
    CountDownLatch more = new CountDownLatch(1);
    ScriptServer.Script replaying = client -> {
      Matcher last = LAST_ID.matcher(client.request());
      int from = last.find() ? Integer.parseInt(last.group(1)) + 1 : 0;
      client.send(EVENTS);
      for (int id = from; id < 20; id++) {
        if (id == 10) {
          more.await();
        }
        client.send("id: " + id + "\ndata: event " + id + "\n\n");
      }
      client.awaitEnd();
    };
    try (ScriptServer server = new ScriptServer(replaying, replaying, replaying);
        StreamingTest test = StreamingTest.builder().nodes(3).build()) {
      ServerSentEventReceiver receiver =
          ServerSentEventReceiver.of(HttpSource.at(server.url("/"))).numbered();
      Recorded<ServerSentEvent> events =
          test.output(test.context().receiverStream(receiver).repartition(2));
      test.start();
      String worker = test.awaitEvent(StreamingEvent.ReceiverStarted.class, any -> true)
          .receiver()
          .location();
      await(test, events, 10);

      test.killNode(test.nodes().stream().filter(worker::contains).findFirst().orElseThrow());
      more.countDown();
      await(test, events, 20);

      assertThat(all(events))
          .extracting(ServerSentEvent::id)
          .containsExactlyInAnyOrderElementsOf(
              IntStream.range(0, 20).mapToObj(Integer::toString).toList());
    }
  }

  @Test
  void pushedLinesAreInABatchOnceTheyAreAnswered() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    try (StreamingTest test = StreamingTest.builder().nodes(2).build()) {
      Recorded<String> lines =
          test.output(test.context().receiverStream(HttpPushReceiver.local(port)));
      test.start();
      test.awaitEvent(StreamingEvent.ReceiverStarted.class, any -> true);
      HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/"))
          .POST(BodyPublishers.ofString("one\ntwo\n"))
          .build();

      int status =
          HttpClient.newHttpClient().send(request, BodyHandlers.discarding()).statusCode();
      test.runBatches(1);

      assertThat(status).isEqualTo(204);
      assertThat(all(lines)).isEqualTo(List.of("one", "two"));
    }
  }

  private static void await(StreamingTest test, Recorded<?> output, int records) {
    while (all(output).size() < records) {
      test.runBatches(1);
    }
  }

  private static <T> List<T> all(Recorded<T> output) {
    return output.records().stream().flatMap(List::stream).toList();
  }
}
