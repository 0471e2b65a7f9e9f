package io.sluice.connector.http;

import java.time.Duration;

/** When a quiet connection is to be asked for a sign of life, and when it is dead. Times are of one clock, in nanoseconds. */
final class Heartbeat {

  /** What to do now. */
  enum Step {
    WAIT,
    PING,
    DEAD
  }

  private final long pingNanos;
  private final long idleNanos;
  private long heard;
  private long asked;

  /**
   * @param ping how long a connection may be quiet before it is asked
   * @param idle how long before it is dead
   */
  Heartbeat(Duration ping, Duration idle, long now) {
    this.pingNanos = ping.toNanos();
    this.idleNanos = idle.toNanos();
    this.heard = now;
    this.asked = now;
  }

  /** Something has come, or there was no time to listen until now. */
  void heard(long now) {
    heard = now;
    asked = now;
  }

  /** The step that is due; a {@link Step#PING} once for each call that gives it. */
  Step step(long now) {
    if (now - heard >= idleNanos) {
      return Step.DEAD;
    }
    if (now - asked >= pingNanos) {
      asked = now;
      return Step.PING;
    }
    return Step.WAIT;
  }

  /** How long until the next step can be due. */
  long waitNanos(long now) {
    return Math.max(0, Math.min(heard + idleNanos, asked + pingNanos) - now);
  }
}
