package io.sluice.connector.http;

import static java.util.Objects.requireNonNull;

/**
 * An event that a server has sent.
 *
 * @param id the last id that the server has given to this event or to one before; empty if it gives none
 * @param event its type; {@code message} unless the server says otherwise
 * @param data its lines, with a line feed between two
 */
public record ServerSentEvent(String id, String event, String data) {
  public ServerSentEvent {
    requireNonNull(id, "id");
    requireNonNull(event, "event");
    requireNonNull(data, "data");
  }
}
