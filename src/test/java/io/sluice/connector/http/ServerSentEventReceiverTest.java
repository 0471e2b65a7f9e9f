package io.sluice.connector.http;

import static io.sluice.connector.http.ScriptServer.EVENTS;
import static io.sluice.connector.http.ScriptServer.OK;
import static io.sluice.connector.http.ScriptServer.answer;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ServerSentEventReceiverTest {

  private final Attached engine = new Attached();
  private @Nullable ServerSentEventReceiver receiver;

  @AfterEach
  void stop() throws Exception {
    if (receiver != null) {
      engine.stop(receiver);
    }
  }

  @Test
  void serverIsAskedToGoOnAfterTheLastEventAndLeftAloneForAsLongAsItWants() throws Exception {
    try (ScriptServer server = new ScriptServer(
        client -> client.send(EVENTS
            + "retry: 1234\n\n: alive\nid: 7\nevent: add\ndata: a\ndata: b\n\nid: 8\ndata: lost"),
        client -> {
          client.send(EVENTS + "data: c\r\n\r\n");
          client.awaitEnd();
        })) {
      receiver = engine.start(ServerSentEventReceiver.of(HttpSource.at(server.url("/"))));

      assertThat(engine.next()).isEqualTo(new ServerSentEvent("7", "add", "a\nb"));
      assertThat(engine.next()).isEqualTo(new ServerSentEvent("7", "message", "c"));
      assertThat(engine.waited()).isEqualTo(1234);
      assertThat(server.request())
          .contains("accept: text/event-stream")
          .doesNotContain("last-event-id");
      assertThat(server.request()).contains("last-event-id: 7\n");
    }
  }

  @Test
  void noContentEndsTheReceiver() throws Exception {
    try (ScriptServer server = new ScriptServer(answer("204 Done"))) {
      receiver = engine.start(ServerSentEventReceiver.of(HttpSource.at(server.url("/"))));

      assertThat(engine.stopReason()).contains("answered 204");
    }
  }

  @Test
  void answerOfAnotherTypeIsRefused() throws Exception {
    try (ScriptServer server = new ScriptServer(client -> client.send(OK + "data: a\n\n"))) {
      receiver = engine.start(ServerSentEventReceiver.of(HttpSource.at(server.url("/"))));

      assertThat(engine.error()).contains("sends 'text/plain', not text/event-stream");
      assertThat(engine.waited()).isEqualTo(300_000);
    }
  }

  @Test
  void numberedEventsAreStoredWithTheirPosition() throws Exception {
    try (ScriptServer server = new ScriptServer(client -> {
      client.send(EVENTS + "id: 41\ndata: a\n\nid: 42\ndata: b\n\n");
      client.awaitEnd();
    })) {
      receiver = engine.start(
          ServerSentEventReceiver.of(HttpSource.at(server.url("/"))).numbered());

      List<?> block = engine.nextBlock();

      assertThat(block)
          .isEqualTo(List.of(
              new ServerSentEvent("41", "message", "a"),
              new ServerSentEvent("42", "message", "b")));
      assertThat(engine.position()).hasValue(42);
    }
  }

  @Test
  void anotherRunGoesOnFromThePosition() throws Exception {
    engine.position(42);
    try (ScriptServer server = new ScriptServer()) {
      receiver = engine.start(
          ServerSentEventReceiver.of(HttpSource.at(server.url("/"))).numbered());

      assertThat(server.request()).contains("last-event-id: 42\n");
    }
  }

  @Test
  void eventWithoutANumberEndsTheReceiverAfterThoseBefore() throws Exception {
    try (ScriptServer server = new ScriptServer(client -> {
      client.send(EVENTS + "id: 1\ndata: a\n\nid: x1\ndata: b\n\nid: 2\ndata: c\n\n");
      client.awaitEnd();
    })) {
      receiver = engine.start(
          ServerSentEventReceiver.of(HttpSource.at(server.url("/"))).numbered());

      assertThat(engine.stopReason()).contains("no whole number", "numbered()");
      assertThat(engine.nextBlock()).hasSize(1);
      assertThat(engine.position()).hasValue(1);
    }
  }
}
