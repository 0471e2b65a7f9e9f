package io.sluice.connector.http;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Stores the events that lines make; where they are numbered, those that are there together in one block with the last number. */
final class EventConsumer implements LineConsumer {

  private static final int MOST_TOGETHER = 1000;

  private final ServerSentEventReceiver receiver;
  private final EventParser parser;
  private final boolean numbered;
  private final List<ServerSentEvent> waiting = new ArrayList<>();
  private boolean ended;

  EventConsumer(ServerSentEventReceiver receiver, EventParser parser, boolean numbered) {
    this.receiver = receiver;
    this.parser = parser;
    this.numbered = numbered;
  }

  @Override
  public String accepts() {
    return "text/event-stream";
  }

  @Override
  public void begin() {
    parser.begin();
  }

  @Override
  public void line(String line) {
    parser.line(line).ifPresent(numbered ? this::keep : receiver::store);
  }

  @Override
  public void rest() {
    if (!waiting.isEmpty()) {
      receiver.store(waiting, Long.parseLong(waiting.get(waiting.size() - 1).id()));
      waiting.clear();
    }
  }

  @Override
  public String lastEventId() {
    return parser.lastId();
  }

  @Override
  public Optional<Duration> reconnect() {
    return parser.reconnect();
  }

  private void keep(ServerSentEvent event) {
    if (ended) {
      return;
    }
    if (!event.id().matches("[0-9]{1,18}")) {
      ended = true;
      rest();
      receiver.stop(
          receiver.server()
              + " sent an event whose id is no whole number. Leave out numbered() where the receiver is made.");
      return;
    }
    waiting.add(event);
    if (waiting.size() == MOST_TOGETHER) {
      rest();
    }
  }
}
