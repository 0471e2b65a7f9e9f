package io.sluice.connector.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class EventParserTest {

  private int leftOut;
  private final EventParser parser = new EventParser("", 20, () -> leftOut++);

  @Test
  void blankLineEndsAnEvent() {
    assertThat(events("data: a", "", "data:b", "")).containsExactly(event("a"), event("b"));
  }

  @Test
  void linesOfDataAreJoined() {
    assertThat(events("data: YHOO", "data: +2", "data", "data:  x", ""))
        .containsExactly(event("YHOO\n+2\n\n x"));
  }

  @Test
  void emptyDataIsAnEvent() {
    assertThat(events("data", "", "data:", "")).containsExactly(event(""), event(""));
  }

  @Test
  void eventWithoutDataIsNone() {
    assertThat(events("event: add", "", "", "id: 3", "", "data: a", ""))
        .containsExactly(new ServerSentEvent("3", "message", "a"));
  }

  @Test
  void typeIsOfOneEventAndIdOfAllThatFollow() {
    assertThat(events("event: add", "id: 7", "data: a", "", "data: b", "", "id", "data: c", ""))
        .containsExactly(
            new ServerSentEvent("7", "add", "a"),
            new ServerSentEvent("7", "message", "b"),
            event("c"));
  }

  @Test
  void commentsAndUnknownFieldsAreNothing() {
    assertThat(events(": alive", ":", "dat: a", "Data: a", "")).isEmpty();
  }

  @Test
  void idWithANullCharacterIsIgnored() {
    assertThat(events("id: 1", "id: 2\0", "data: a", ""))
        .containsExactly(new ServerSentEvent("1", "message", "a"));
  }

  @Test
  void serverSaysHowLongToWait() {
    assertThat(parser.reconnect()).isEmpty();
    assertThat(events("retry: 10000", "retry: soon", "retry: -1", "retry:")).isEmpty();
    assertThat(parser.reconnect()).contains(Duration.ofSeconds(10));
  }

  @Test
  void eventThatAConnectionHasNotEndedIsForgottenWithItsId() {
    assertThat(events("id: 1", "data: a", "", "id: 2", "event: add", "data: b")).hasSize(1);

    parser.begin();

    assertThat(parser.lastId()).isEqualTo("1");
    assertThat(events("data: c", "")).containsExactly(new ServerSentEvent("1", "message", "c"));
  }

  @Test
  void eventIsLeftOutIfItIsTooLong() {
    assertThat(events("data: 1234567890", "data: 1234567890", "data: 1", "", "data: a", ""))
        .containsExactly(event("a"));
    assertThat(leftOut).isEqualTo(1);
  }

  private List<ServerSentEvent> events(String... lines) {
    return Stream.of(lines).map(parser::line).flatMap(Optional::stream).toList();
  }

  private static ServerSentEvent event(String data) {
    return new ServerSentEvent("", "message", data);
  }
}
