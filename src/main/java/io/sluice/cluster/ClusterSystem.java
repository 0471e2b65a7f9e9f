package io.sluice.cluster;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.sluice.api.ClusterSettings;
import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.api.TlsSettings;
import io.sluice.block.TcpChannel;
import io.sluice.block.TlsIdentity;
import java.net.BindException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts an actor system of its own that joins a cluster, with errors a user can act on. */
final class ClusterSystem {

  private static final Logger log = LoggerFactory.getLogger(ClusterSystem.class);
  private static final String NAME = "sluice";
  private static final String SEEDS = "akka.cluster.seed-nodes";
  private static final String TRANSPORT = "akka.remote.artery.transport";
  private static final String TLS_TRANSPORT = "tls-tcp";
  private static final String ENGINES = "akka.remote.artery.ssl.ssl-engine-provider";
  private static final String LEAVE_PHASE =
      "akka.coordinated-shutdown.phases.before-service-unbind.timeout";
  private static final Pattern SEED = Pattern.compile("akka://" + NAME + "@[^@/]+:\\d{1,5}/?");
  private static final Duration SIGN_OF_LIFE = Duration.ofSeconds(3);

  private ClusterSystem() {}

  /**
   * Starts the system; blocks until it is a member of the cluster.
   *
   * @throws SluiceException SETTING_INVALID, PORT_UNAVAILABLE or CLUSTER_UNREACHABLE
   */
  static ActorSystem<Void> join(Config config, ClusterSettings settings) {
    config.getStringList(SEEDS).forEach(ClusterSystem::requireAddress);
    // Akka would tell of a bad file only as the cause of a cause.
    TlsIdentity.read(settings.tls(), Instant.now());
    ActorSystem<Void> system = start(patient(secured(config, settings.tls()), settings));
    try {
      awaitMembership(system, settings);
      return system;
    } catch (SluiceException unreachable) {
      system.terminate();
      throw unreachable;
    }
  }

  /** A node that ends waits for its workers to leave. */
  private static Config patient(Config config, ClusterSettings settings) {
    return ConfigFactory.parseMap(Map.of(LEAVE_PHASE, settings.leaveTimeout()))
        .withFallback(config);
  }

  /** The configuration with the port for messages as TLS is to have it. */
  static Config secured(Config config, TlsSettings tls) {
    return tls.enabled()
        ? ConfigFactory.parseMap(
                Map.of(TRANSPORT, TLS_TRANSPORT, ENGINES, TlsEngines.class.getName()))
            .withFallback(config)
        : config;
  }

  /**
   * Checks an actor system that somebody else has made.
   *
   * @throws SluiceException SETTING_INVALID if only one of a node's ports would speak TLS
   */
  static void requireSecured(Config config, TlsSettings tls) {
    boolean secured = config.getString(TRANSPORT).equals(TLS_TRANSPORT);
    if (tls.enabled() != secured) {
      throw new SluiceException(
          ErrorCode.SETTING_INVALID,
          "%s is '%s', but sluice.cluster.tls.enabled is %s: both of a node's ports must speak TLS, or neither. Set %s = %s with %s = \"%s\", and sluice.cluster.tls.enabled = on."
              .formatted(
                  TRANSPORT,
                  config.getString(TRANSPORT),
                  tls.enabled() ? "on" : "off",
                  TRANSPORT,
                  TLS_TRANSPORT,
                  ENGINES,
                  TlsEngines.class.getName()));
    }
  }

  private static ActorSystem<Void> start(Config config) {
    try {
      ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), NAME, config);
      system.systemActorOf(Strangers.create(), "sluice-strangers", Props.empty());
      return system;
    } catch (RuntimeException failure) {
      String reason = bindFailure(failure);
      if (reason == null) {
        throw failure;
      }
      throw new SluiceException(
          ErrorCode.PORT_UNAVAILABLE,
          "Port %s:%d cannot be opened: %s. Set akka.remote.artery.canonical.hostname to an address of this machine, and akka.remote.artery.canonical.port to a free port or to 0 for any."
              .formatted(
                  config.getString("akka.remote.artery.canonical.hostname"),
                  config.getInt("akka.remote.artery.canonical.port"),
                  reason),
          failure);
    }
  }

  private static void awaitMembership(ActorSystem<?> system, ClusterSettings settings) {
    CompletableFuture<Void> up = new CompletableFuture<>();
    akka.cluster.Cluster.get(system).registerOnMemberUp(() -> up.complete(null));
    List<String> seeds = system.settings().config().getStringList(SEEDS);
    Instant deadline = Instant.now().plus(settings.joinTimeout());
    while (!isUp(up, shorter(SIGN_OF_LIFE, Duration.between(Instant.now(), deadline)))) {
      if (!Instant.now().isBefore(deadline)) {
        throw new SluiceException(
            ErrorCode.CLUSTER_UNREACHABLE,
            "The cluster could not be joined within %d s: %s"
                .formatted(settings.joinTimeout().toSeconds(), remedy(seeds)));
      }
      log.info("Still looking for seed node {}", seeds);
    }
  }

  private static String remedy(List<String> seeds) {
    return seeds.isEmpty()
        ? "akka.cluster.seed-nodes is empty. Name the driver's node, like akka://sluice@127.0.0.1:25520."
        : "no seed node of %s let this node in. Start one of them, or correct akka.cluster.seed-nodes."
            .formatted(seeds);
  }

  private static void requireAddress(String seed) {
    if (!SEED.matcher(seed).matches()) {
      throw new SluiceException(
          ErrorCode.SETTING_INVALID,
          "akka.cluster.seed-nodes has '%s', but a seed node is written akka://%s@HOST:PORT, like akka://sluice@127.0.0.1:25520."
              .formatted(seed, NAME));
    }
  }

  private static boolean isUp(CompletableFuture<Void> up, Duration wait) {
    try {
      up.get(wait.toNanos(), TimeUnit.NANOSECONDS);
      return true;
    } catch (TimeoutException notYet) {
      return false;
    } catch (ExecutionException failure) {
      throw new IllegalStateException(failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new SluiceException(
          ErrorCode.CLUSTER_UNREACHABLE, "Joining the cluster was interrupted.", interrupted);
    }
  }

  private static Duration shorter(Duration left, Duration right) {
    return left.compareTo(right) < 0 ? left : right;
  }

  private static @Nullable String bindFailure(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof BindException) {
        return TcpChannel.withoutAddress(cause);
      }
    }
    return null;
  }
}
