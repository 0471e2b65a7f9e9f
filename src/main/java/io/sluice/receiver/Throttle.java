package io.sluice.receiver;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Makes threads that store wait until the rate allows it. Thread-safe. */
final class Throttle {

  private final RateLimiter limiter;
  private final LongSupplier clock;
  private long latest = Long.MIN_VALUE;
  private boolean open;

  /** Whether anybody may have to wait; read for every record, so without the lock. */
  private volatile boolean limits;

  /**
   * @param clock monotonic, in nanoseconds
   */
  Throttle(double maxPerSecond, double perSecond, LongSupplier clock) {
    this.clock = clock;
    this.limiter = new RateLimiter(maxPerSecond, perSecond, clock.getAsLong());
    this.limits = limiter.isLimited();
  }

  /** Records that may come in one piece, so that what is held back comes evenly; at least one. */
  synchronized long piece(long millis) {
    double records = open ? Double.POSITIVE_INFINITY : limiter.rate() * millis / 1000;
    return (long) Math.max(1, Math.min(Integer.MAX_VALUE, records));
  }

  boolean limits() {
    return limits;
  }

  /** Records a second; infinite for no limit. */
  synchronized double rate() {
    return limiter.rate();
  }

  /**
   * Sets a new rate, which holds at once, also for those who wait.
   *
   * @param number of the update; one that is not above the last is out of date and ignored
   */
  synchronized void update(double perSecond, long number) {
    if (number > latest) {
      latest = number;
      limiter.update(perSecond, clock.getAsLong());
      limits = limiter.isLimited() && !open;
      notifyAll();
    }
  }

  /** Nobody waits any more. */
  synchronized void open() {
    open = true;
    limits = false;
    notifyAll();
  }

  /** Waits until so many records may be stored. */
  void take(long records) {
    if (limits) {
      await(records);
    }
  }

  private synchronized void await(long records) {
    try {
      long waitNanos = limiter.take(records, clock.getAsLong());
      while (waitNanos > 0 && !open) {
        // Rounded up: a wait of 0 ms would never end.
        TimeUnit.NANOSECONDS.timedWait(this, waitNanos);
        waitNanos = limiter.take(records, clock.getAsLong());
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new SluiceException(
          ErrorCode.CONTEXT_STOPPED, "Interrupted while waiting to store", interrupted);
    }
  }
}
