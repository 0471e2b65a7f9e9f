package io.sluice.receiver;

/**
 * How many records a second a receiver may store: a bucket of permits that fills with time. Knows no clock; the time is given,
 * in nanoseconds of any origin. Not thread-safe.
 *
 * <p>Whoever takes more permits than there are goes into debt and makes the next one wait. What waits is not promised a time,
 * so that a new rate holds at once.
 */
final class RateLimiter {

  /** The bucket holds what comes in so much time, at least one permit: a thread sleeps no shorter. */
  private static final double BUCKET_SECONDS = 0.01;

  private static final double NANOS = 1e9;

  private final double max;
  private double rate;
  private double permits = 1;
  private long filledNanos;

  /**
   * @param maxPerSecond what no update can exceed; 0 for no limit
   * @param perSecond the rate to begin with; 0 for the maximum
   */
  RateLimiter(double maxPerSecond, double perSecond, long nowNanos) {
    this.max = maxPerSecond > 0 ? maxPerSecond : Double.POSITIVE_INFINITY;
    this.rate = perSecond > 0 ? Math.min(perSecond, max) : max;
    this.filledNanos = nowNanos;
  }

  /** Records a second; infinite for no limit. */
  double rate() {
    return rate;
  }

  boolean isLimited() {
    return rate != Double.POSITIVE_INFINITY;
  }

  /** Sets a new rate, below the maximum; one that is not positive is ignored. */
  void update(double perSecond, long nowNanos) {
    if (perSecond > 0) {
      fill(nowNanos);
      rate = Math.min(perSecond, max);
      permits = Math.min(permits, bucket());
    }
  }

  /** Takes permits if there is at least one and gives 0, or gives the nanoseconds after which to ask again. */
  long take(long count, long nowNanos) {
    if (!isLimited()) {
      return 0;
    }
    fill(nowNanos);
    if (permits < 1) {
      return (long) Math.ceil((1 - permits) / rate * NANOS);
    }
    permits -= count;
    return 0;
  }

  private double bucket() {
    return Math.max(1, rate * BUCKET_SECONDS);
  }

  private void fill(long nowNanos) {
    long passed = nowNanos - filledNanos;
    if (passed > 0 && isLimited()) {
      permits = Math.min(bucket(), permits + passed / NANOS * rate);
    }
    filledNanos = nowNanos;
  }
}
