package io.sluice.cluster;

import akka.actor.typed.ActorSystem;
import com.typesafe.config.Config;
import io.sluice.api.Faults;
import io.sluice.api.Settings;
import org.jspecify.annotations.Nullable;

/** Chooses where a context runs. */
public final class Deployments {

  private static final String CLUSTER = "cluster";

  private Deployments() {}

  /**
   * The nodes a context is to run on.
   *
   * @param system the user's, if the context is to run there
   * @param nodes inside this process; 0 for what the configuration says
   */
  public static Deployment choose(
      Config config, Settings settings, @Nullable ActorSystem<?> system, int nodes, Faults faults) {
    if (system != null) {
      boolean member =
          system.settings().config().getString("akka.actor.provider").contains(CLUSTER);
      return member
          ? ClusterDeployment.on(system, settings)
          : LocalDeployment.on(system, settings, Math.max(1, nodes), faults);
    }
    if (nodes == 0 && settings.joinsCluster()) {
      return ClusterDeployment.join(config, settings);
    }
    return LocalDeployment.embedded(config, settings, Math.max(1, nodes), faults);
  }
}
