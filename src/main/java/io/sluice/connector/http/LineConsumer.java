package io.sluice.connector.http;

import java.time.Duration;
import java.util.Optional;

/** What becomes of the lines that a server sends. Used by one thread, for all connections one after the other. */
interface LineConsumer {

  /** The media type that is asked for; empty for any. */
  default String accepts() {
    return "";
  }

  /** A connection is about to begin. */
  default void begin() {}

  void line(String line);

  /** All that has come until now was handed over. */
  default void rest() {}

  /** The id after which the server is to go on; empty for none. */
  default String lastEventId() {
    return "";
  }

  /** How long the server wants to be left alone after a connection has ended. */
  default Optional<Duration> reconnect() {
    return Optional.empty();
  }
}
