package io.sluice.cluster;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.Config;
import io.sluice.api.ClusterSettings;
import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import java.net.BindException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Starts an actor system of its own that joins a cluster, with errors a user can act on. */
final class ClusterSystem {

  private static final String NAME = "sluice";

  private ClusterSystem() {}

  /**
   * Starts the system; blocks until it is a member of the cluster.
   *
   * @throws SluiceException PORT_UNAVAILABLE or CLUSTER_UNREACHABLE
   */
  static ActorSystem<Void> join(Config config, ClusterSettings settings) {
    ActorSystem<Void> system = start(config);
    try {
      awaitMembership(system, settings);
      return system;
    } catch (SluiceException unreachable) {
      system.terminate();
      throw unreachable;
    }
  }

  private static ActorSystem<Void> start(Config config) {
    try {
      return ActorSystem.create(Behaviors.empty(), NAME, config);
    } catch (RuntimeException failure) {
      if (!hasCause(failure, BindException.class)) {
        throw failure;
      }
      throw new SluiceException(
          ErrorCode.PORT_UNAVAILABLE,
          "Port %s:%d is in use or not allowed. Set akka.remote.artery.canonical.port to a free port, or to 0 for any."
              .formatted(
                  config.getString("akka.remote.artery.canonical.hostname"),
                  config.getInt("akka.remote.artery.canonical.port")),
          failure);
    }
  }

  private static void awaitMembership(ActorSystem<?> system, ClusterSettings settings) {
    CompletableFuture<Void> up = new CompletableFuture<>();
    akka.cluster.Cluster.get(system).registerOnMemberUp(() -> up.complete(null));
    try {
      up.get(settings.joinTimeout().toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException late) {
      throw new SluiceException(
          ErrorCode.CLUSTER_UNREACHABLE,
          "The cluster could not be joined within %d s: no seed node of %s let this node in. Start one of them, or correct akka.cluster.seed-nodes."
              .formatted(
                  settings.joinTimeout().toSeconds(),
                  system.settings().config().getStringList("akka.cluster.seed-nodes")),
          late);
    } catch (ExecutionException | InterruptedException failure) {
      throw new SluiceException(
          ErrorCode.CLUSTER_UNREACHABLE, "Joining the cluster was interrupted", failure);
    }
  }

  private static boolean hasCause(@Nullable Throwable failure, Class<?> type) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (type.isInstance(cause)) {
        return true;
      }
    }
    return false;
  }
}
