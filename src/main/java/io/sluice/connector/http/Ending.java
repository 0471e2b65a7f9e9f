package io.sluice.connector.http;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Why a connection has ended.
 *
 * @param asked how long the server asks to wait; null if it does not say
 */
record Ending(
    Kind kind,
    String reason,
    @Nullable Throwable cause,
    @Nullable Duration asked) {

  /** What follows from it. */
  enum Kind {
    /** The network, or the server has closed the connection. */
    NETWORK,
    /** The server says that it has failed. */
    SERVER,
    /** The server says that it was asked too often. */
    LIMITED,
    /** The server will not serve this request until somebody changes something. */
    REFUSED,
    /** Nothing more will come. */
    OVER
  }

  Ending {
    requireNonNull(kind, "kind");
    requireNonNull(reason, "reason");
  }

  Ending(Kind kind, String reason) {
    this(kind, reason, null, null);
  }

  Ending(Kind kind, String reason, Throwable cause) {
    this(kind, reason, cause, null);
  }
}
