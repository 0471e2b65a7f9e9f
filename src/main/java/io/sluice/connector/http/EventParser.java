package io.sluice.connector.http;

import java.time.Duration;
import java.util.Optional;

/**
 * Makes events of lines, by the rules of the HTML standard. The last id and the time to reconnect outlive a connection; an event that
 * a connection has not ended does not.
 */
final class EventParser {

  private static final String USUAL_TYPE = "message";

  private final int maxChars;
  private final Runnable tooLong;
  private final StringBuilder data = new StringBuilder();
  private boolean hasData;
  private boolean overlong;
  private String type = "";
  private String lastId;
  private String newId;
  private Optional<Duration> reconnect = Optional.empty();

  /**
   * @param maxChars of the data of an event
   * @param tooLong called for each event that is left out because it has more
   */
  EventParser(String lastId, int maxChars, Runnable tooLong) {
    this.lastId = lastId;
    this.newId = lastId;
    this.maxChars = maxChars;
    this.tooLong = tooLong;
  }

  /** The id to ask the server to go on after; empty if there is none. */
  String lastId() {
    return lastId;
  }

  /** How long the server wants to be left alone before it is asked again. */
  Optional<Duration> reconnect() {
    return reconnect;
  }

  /** A new connection begins. */
  void begin() {
    newId = lastId;
    forget();
  }

  /** Takes a line; gives an event if the line ends one. */
  Optional<ServerSentEvent> line(String line) {
    if (line.isEmpty()) {
      return dispatched();
    }
    int colon = line.indexOf(':');
    if (colon < 0) {
      field(line, "");
    } else if (colon > 0) {
      int value = colon + (line.startsWith(": ", colon) ? 2 : 1);
      field(line.substring(0, colon), line.substring(value));
    }
    return Optional.empty();
  }

  private void field(String name, String value) {
    switch (name) {
      case "data" -> add(value);
      case "event" -> type = value;
      case "id" -> {
        if (value.indexOf('\0') < 0) {
          newId = value;
        }
      }
      case "retry" -> {
        if (value.matches("[0-9]{1,12}")) {
          reconnect = Optional.of(Duration.ofMillis(Long.parseLong(value)));
        }
      }
      default -> {}
    }
  }

  private void add(String value) {
    if (overlong || data.length() + value.length() + 1 > maxChars) {
      overlong = true;
      return;
    }
    if (hasData) {
      data.append('\n');
    }
    data.append(value);
    hasData = true;
  }

  private Optional<ServerSentEvent> dispatched() {
    lastId = newId;
    Optional<ServerSentEvent> event = hasData && !overlong
        ? Optional.of(
            new ServerSentEvent(lastId, type.isEmpty() ? USUAL_TYPE : type, data.toString()))
        : Optional.empty();
    boolean leftOut = overlong;
    forget();
    if (leftOut) {
      tooLong.run();
    }
    return event;
  }

  private void forget() {
    data.setLength(0);
    hasData = false;
    overlong = false;
    type = "";
  }
}
