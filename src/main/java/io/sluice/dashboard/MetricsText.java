package io.sluice.dashboard;

import io.micrometer.core.instrument.Metrics;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.Optional;

/** What Prometheus reads of this process: the meters of its registry, if one is in Micrometer's global registry. */
final class MetricsText {

  private MetricsText() {}

  /** Empty where Micrometer, or its registry for Prometheus, is not on the class path or not in use. */
  static Optional<String> scrape() {
    try {
      return Registries.scrape();
    } catch (NoClassDefFoundError missing) {
      return Optional.empty();
    }
  }

  /** What needs Micrometer's classes. */
  private static final class Registries {
    static Optional<String> scrape() {
      return Metrics.globalRegistry.getRegistries().stream()
          .filter(PrometheusMeterRegistry.class::isInstance)
          .map(registry -> ((PrometheusMeterRegistry) registry).scrape())
          .findFirst();
    }
  }
}
