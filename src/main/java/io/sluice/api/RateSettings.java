package io.sluice.api;

import com.typesafe.config.Config;

/**
 * How fast receivers may store: {@code sluice.rate}. All rates are records, or lines of a text socket, a second and receiver.
 *
 * @param enabled whether rates follow how fast batches are processed
 * @param maxRate what a receiver never exceeds, enabled or not; 0 for no limit
 * @param initialRate until the first rates are known, if enabled; 0 for {@code maxRate}
 * @param minRate the least that a receiver is ever held back to
 */
public record RateSettings(
    boolean enabled,
    double maxRate,
    double initialRate,
    double minRate,
    double proportional,
    double integral,
    double derivative) {

  public RateSettings {
    requireNotNegative("max-rate", maxRate);
    requireNotNegative("initial-rate", initialRate);
    if (!(minRate > 0) || Double.isInfinite(minRate)) {
      throw new IllegalArgumentException(
          "sluice.rate.min-rate must be positive, got " + minRate + ".");
    }
    requireNotNegative("proportional", proportional);
    requireNotNegative("integral", integral);
    requireNotNegative("derivative", derivative);
  }

  private static void requireNotNegative(String key, double value) {
    if (!(value >= 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(
          "sluice.rate." + key + " must be a number and not negative, got " + value + ".");
    }
  }

  public static RateSettings from(Config rate) {
    return new RateSettings(
        rate.getBoolean("enabled"),
        rate.getDouble("max-rate"),
        rate.getDouble("initial-rate"),
        rate.getDouble("min-rate"),
        rate.getDouble("proportional"),
        rate.getDouble("integral"),
        rate.getDouble("derivative"));
  }
}
