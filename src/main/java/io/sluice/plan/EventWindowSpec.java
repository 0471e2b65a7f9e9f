package io.sluice.plan;

import java.io.Serializable;
import java.time.Duration;

/** Which windows of event time a moment belongs to. */
public sealed interface EventWindowSpec extends Serializable {

  /** Windows of one length, one every slide; those that begin at multiples of the slide. */
  record Sliding(long lengthMillis, long slideMillis) implements EventWindowSpec {}

  /** A window for each stretch of records of a key without a gap of this length between them. */
  record Session(long gapMillis) implements EventWindowSpec {}

  /** Windows that follow one another. */
  static EventWindowSpec tumbling(Duration length) {
    return sliding(length, length);
  }

  static EventWindowSpec sliding(Duration length, Duration slide) {
    return new Sliding(millis("length", length), millis("slide", slide));
  }

  static EventWindowSpec session(Duration gap) {
    return new Session(millis("gap", gap));
  }

  private static long millis(String what, Duration value) {
    if (value.toMillis() < 1) {
      throw new IllegalArgumentException(
          "Window %s of %s is too short; event-time windows need at least 1 ms."
              .formatted(what, Millis.text(value)));
    }
    return value.toMillis();
  }
}
