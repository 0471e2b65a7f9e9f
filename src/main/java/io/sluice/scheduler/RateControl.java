package io.sluice.scheduler;

import io.sluice.api.RateSettings;
import io.sluice.api.StreamingListener.BatchInfo;
import io.sluice.batch.PidRateEstimator;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The rate of each receiver, which follows how fast its batches are processed; see {@link PidRateEstimator}. */
final class RateControl {

  private final RateSettings settings;
  private final long intervalMillis;
  private final Map<Integer, PidRateEstimator> estimators = new HashMap<>();
  private final Map<Integer, Double> rates = new HashMap<>();

  RateControl(RateSettings settings, long intervalMillis) {
    this.settings = settings;
    this.intervalMillis = intervalMillis;
  }

  /** The rates of the driver before: receivers go on with them until their batches have told others. */
  void restore(Map<Integer, Double> before) {
    rates.putAll(before);
  }

  /** The rates that were told so far. */
  Map<Integer, Double> told() {
    return Map.copyOf(rates);
  }

  /** What a receiver of the stream begins with; 0 for no limit but the maximum. */
  double rate(int stream) {
    return settings.enabled() ? rates.getOrDefault(stream, settings.initialRate()) : 0;
  }

  double max() {
    return settings.maxRate();
  }

  /** The streams whose rate changes with a batch that was completed, and their rates. */
  Map<Integer, Double> completed(BatchInfo batch) {
    Map<Integer, Double> changed = new HashMap<>();
    Optional<Duration> processing = batch.processingDelay();
    Optional<Duration> scheduling = batch.schedulingDelay();
    if (!settings.enabled()
        || processing.isEmpty()
        || scheduling.isEmpty()
        || batch.processingEnd().isEmpty()) {
      return changed;
    }
    long end = batch.processingEnd().get().toEpochMilli();
    batch
        .records()
        .forEach((stream, records) -> estimator(stream)
            .compute(end, records, processing.get().toMillis(), scheduling.get().toMillis())
            .ifPresent(rate -> changed.put(stream, rate)));
    rates.putAll(changed);
    return changed;
  }

  private PidRateEstimator estimator(int stream) {
    return estimators.computeIfAbsent(
        stream,
        unknown -> new PidRateEstimator(
            intervalMillis,
            settings.proportional(),
            settings.integral(),
            settings.derivative(),
            settings.minRate()));
  }
}
