package io.sluice.testkit;

import io.sluice.api.Ticker;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A clock that stands still until it is moved by hand. Give it to {@code StreamingContext.builder().ticker()}.
 *
 * <p>Thread-safe; one clock serves one context. Moving it wakes the driver once for every batch boundary that is
 * reached, and does not wait for the batches to run.
 */
public final class ManualClock implements Ticker {

  private Instant now;
  private Instant next = Instant.MAX;
  private Duration interval = Duration.ZERO;
  private @Nullable Runnable wake;

  /** A clock that shows 1970-01-01T00:00:00Z, so that the n-th batch is at n intervals. */
  public ManualClock() {
    this(Instant.EPOCH);
  }

  /** A clock that shows the given time. */
  public ManualClock(Instant start) {
    this.now = start;
  }

  @Override
  public synchronized Instant now() {
    return now;
  }

  @Override
  public synchronized void start(Instant first, Duration interval, Runnable wake) {
    this.next = first;
    this.interval = interval;
    this.wake = wake;
    wakeUpTo(now);
  }

  /**
   * Moves the clock on and wakes the driver at each boundary on the way, on the calling thread.
   *
   * @throws IllegalArgumentException if {@code by} is negative
   */
  public synchronized void advance(Duration by) {
    if (by.isNegative()) {
      throw new IllegalArgumentException("A clock cannot go back: got " + by + ".");
    }
    Instant target = now.plus(by);
    wakeUpTo(target);
    now = target;
  }

  private void wakeUpTo(Instant target) {
    while (wake != null && !next.isAfter(target)) {
      now = next.isAfter(now) ? next : now;
      next = next.plus(interval);
      wake.run();
    }
  }

  @Override
  public synchronized void close() {
    wake = null;
  }
}
