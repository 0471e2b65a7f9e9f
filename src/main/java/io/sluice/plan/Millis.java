package io.sluice.plan;

import java.time.Duration;

/** Durations as a reader writes them. */
public final class Millis {

  private Millis() {}

  /** "2 s", "500 ms", "3 min". */
  public static String text(Duration duration) {
    if (duration.toNanos() % 1_000_000 != 0) {
      return duration.toString();
    }
    long millis = duration.toMillis();
    if (millis != 0 && millis % 60_000 == 0) {
      return millis / 60_000 + " min";
    }
    return millis % 1000 == 0 ? millis / 1000 + " s" : millis + " ms";
  }
}
