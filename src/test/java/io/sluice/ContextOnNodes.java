package io.sluice;

import com.typesafe.config.Config;
import io.sluice.api.Settings;
import io.sluice.cluster.Deployment;
import java.time.Duration;

/** Makes contexts on nodes that a test brings. */
public final class ContextOnNodes {

  private ContextOnNodes() {}

  /** A context whose driver is on the deployment's node, with the deployment's clock. */
  public static StreamingContext create(
      String name, Duration interval, Config config, Deployment deployment) {
    return new StreamingContext(
        StreamingContext.builder(name, interval),
        config,
        Settings.from(config),
        deployment,
        deployment.ticker());
  }
}
