package io.sluice.metrics;

import com.typesafe.config.Config;
import io.micrometer.core.instrument.Metrics;
import io.sluice.ContextExtension;
import io.sluice.StreamingContext;
import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;

/**
 * Gives each context that starts its meters in Micrometer's global registry, if {@code sluice.metrics.enabled} says so. Registries that a program adds there have
 * them, and with {@code micrometer-registry-prometheus} on the class path the context's page answers {@code /metrics}.
 */
public final class ContextMeters implements ContextExtension {

  private static final String SETTING = "sluice.metrics.enabled";

  @Override
  public AutoCloseable attach(StreamingContext context, Config config) {
    if (!config.getBoolean(SETTING)) {
      return () -> {};
    }
    if (!isThere("io.micrometer.core.instrument.Metrics")) {
      throw new SluiceException(
          ErrorCode.SETTING_INVALID,
          SETTING
              + " is on, but Micrometer is not on the class path. Add io.micrometer:micrometer-core, or turn it off.");
    }
    return Attached.to(context);
  }

  private static boolean hasPrometheus() {
    return isThere("io.micrometer.prometheusmetrics.PrometheusMeterRegistry");
  }

  private static boolean isThere(String name) {
    try {
      Class.forName(name, false, ContextMeters.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException missing) {
      return false;
    }
  }

  /** What needs Micrometer's classes. */
  private static final class Attached {
    static AutoCloseable to(StreamingContext context) {
      if (hasPrometheus()) {
        Prometheus.begin();
      }
      ContextMetrics metrics = new ContextMetrics(Metrics.globalRegistry, context.name());
      context.addStreamingListener(metrics);
      return () -> {
        context.removeStreamingListener(metrics);
        metrics.close();
      };
    }
  }
}
