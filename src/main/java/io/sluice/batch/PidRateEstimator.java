package io.sluice.batch;

import java.util.OptionalDouble;

/**
 * Says after each batch how many records a second its receiver may store, so that batches take as long as their interval.
 *
 * <p>A proportional-integral-derivative control: {@code new = max(min, last - P * error - I * history - D * slope)}, where
 * {@code error = last - processed} is how far the last rate was above the rate at which the batch was processed,
 * {@code history = schedulingDelay * processed / interval} is what waits, as records a second, and {@code slope} is how fast the
 * error grows. The first batch only tells the rate to begin with.
 */
public final class PidRateEstimator {

  private final long intervalMillis;
  private final double proportional;
  private final double integral;
  private final double derivative;
  private final double minRate;
  private boolean first = true;
  private long latestMillis = -1;
  private double latestRate;
  private double latestError;

  /**
   * @param minRate the least it ever says, in records a second
   * @throws IllegalArgumentException if a factor is negative, or the interval or the least rate not positive
   */
  public PidRateEstimator(
      long intervalMillis,
      double proportional,
      double integral,
      double derivative,
      double minRate) {
    if (intervalMillis < 1) {
      throw new IllegalArgumentException(
          "Batch interval must be at least 1 ms, got " + intervalMillis + ".");
    }
    requireFactor("Proportional", proportional);
    requireFactor("Integral", integral);
    requireFactor("Derivative", derivative);
    if (!(minRate > 0) || Double.isInfinite(minRate)) {
      throw new IllegalArgumentException("Least rate must be positive, got " + minRate + ".");
    }
    this.intervalMillis = intervalMillis;
    this.proportional = proportional;
    this.integral = integral;
    this.derivative = derivative;
    this.minRate = minRate;
  }

  private static void requireFactor(String name, double factor) {
    if (!(factor >= 0) || Double.isInfinite(factor)) {
      throw new IllegalArgumentException(
          name + " factor must be a number and not negative, got " + factor + ".");
    }
  }

  /**
   * The new rate; empty for the first batch, one without records or duration, and one that ended no later than the last.
   *
   * @param endMillis when the batch ended
   * @param records how many it had
   */
  public OptionalDouble compute(
      long endMillis, long records, long processingMillis, long schedulingMillis) {
    if (endMillis <= latestMillis || records <= 0 || processingMillis <= 0) {
      return OptionalDouble.empty();
    }
    double seconds = (endMillis - latestMillis) / 1000.0;
    double processed = records * 1000.0 / processingMillis;
    latestMillis = endMillis;
    if (first) {
      first = false;
      latestRate = processed;
      return OptionalDouble.empty();
    }
    double error = latestRate - processed;
    double history = schedulingMillis * processed / intervalMillis;
    double slope = (error - latestError) / seconds;
    double wanted = latestRate - proportional * error - integral * history - derivative * slope;
    latestRate = Math.max(minRate, wanted);
    latestError = error;
    return OptionalDouble.of(latestRate);
  }
}
