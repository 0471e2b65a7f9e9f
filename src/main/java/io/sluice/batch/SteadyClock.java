package io.sluice.batch;

import java.util.concurrent.TimeUnit;

/**
 * The time of day, which never goes back: batches come in order of their times. Where the machine's clock is set back by more
 * than a second, time goes on from where it was, and follows the clock again when that has caught up; where it is set
 * forward, time follows at once.
 */
public final class SteadyClock {

  private static final long TOLERATED_MILLIS = 1000;

  private long lastMillis = Long.MIN_VALUE;
  private long lastNanos;
  private boolean ahead;

  /**
   * The time now.
   *
   * @param clockMillis the machine's time of day
   * @param nanos a time that nobody sets, as of {@link System#nanoTime}
   */
  public synchronized long millis(long clockMillis, long nanos) {
    if (lastMillis == Long.MIN_VALUE) {
      lastMillis = clockMillis;
      lastNanos = nanos;
    }
    long passedMillis = TimeUnit.NANOSECONDS.toMillis(nanos - lastNanos);
    long expected = lastMillis + passedMillis;
    ahead = clockMillis < expected - TOLERATED_MILLIS;
    if (ahead) {
      lastMillis = expected;
      lastNanos += TimeUnit.MILLISECONDS.toNanos(passedMillis);
    } else {
      lastMillis = Math.max(lastMillis, clockMillis);
      lastNanos = nanos;
    }
    return lastMillis;
  }

  /** Whether the machine's clock was set back, and time has not met it again. */
  public synchronized boolean isAhead() {
    return ahead;
  }
}
