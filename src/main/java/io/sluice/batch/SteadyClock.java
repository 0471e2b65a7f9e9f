package io.sluice.batch;

import java.util.concurrent.TimeUnit;

/**
 * The time of day, which never goes back: batches come in order of their times. Where the machine's clock is set back by more
 * than a second, time goes on from where it was, and follows the clock again when that has caught up; where it is set
 * forward, time follows at once.
 */
public final class SteadyClock {

  private static final long TOLERATED_MICROS = 1_000_000;

  private long lastMicros = Long.MIN_VALUE;
  private long lastNanos;
  private boolean ahead;

  /**
   * The time now, in microseconds since 1970.
   *
   * @param clockMicros the machine's time of day
   * @param nanos a time that nobody sets, as of {@link System#nanoTime}
   */
  public synchronized long micros(long clockMicros, long nanos) {
    if (lastMicros == Long.MIN_VALUE) {
      lastMicros = clockMicros;
      lastNanos = nanos;
    }
    long passedMicros = TimeUnit.NANOSECONDS.toMicros(nanos - lastNanos);
    long expected = lastMicros + passedMicros;
    ahead = clockMicros < expected - TOLERATED_MICROS;
    if (ahead) {
      lastMicros = expected;
      lastNanos += TimeUnit.MICROSECONDS.toNanos(passedMicros);
    } else {
      lastMicros = Math.max(lastMicros, clockMicros);
      lastNanos = nanos;
    }
    return lastMicros;
  }

  /** Whether the machine's clock was set back, and time has not met it again. */
  public synchronized boolean isAhead() {
    return ahead;
  }
}
