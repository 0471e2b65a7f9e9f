package io.sluice.metrics;

import io.micrometer.core.instrument.Metrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

/** Prometheus's registry. Only for those who have it on the class path. */
final class Prometheus {

  private Prometheus() {}

  /** Has Micrometer's global registry fill one, unless the program has seen to that. */
  static synchronized void begin() {
    boolean there = Metrics.globalRegistry.getRegistries().stream()
        .anyMatch(PrometheusMeterRegistry.class::isInstance);
    if (!there) {
      Metrics.addRegistry(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
    }
  }
}
