package io.sluice.cli;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.sluice.SluiceNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A real Akka cluster inside this process: each node has its own actor system and its own ports. */
final class DemoCluster implements AutoCloseable {

  private static final String SYSTEM = "sluice";
  private static final int END_SECONDS = 10;

  private final ActorSystem<?> driver;
  private final List<SluiceNode> workers = new ArrayList<>();

  /** Starts the nodes; the first is the driver's, the others work. A single node does both. */
  DemoCluster(int nodes) {
    Config common = common(nodes);
    driver = ActorSystem.create(
        Behaviors.empty(), SYSTEM, with(common, Map.of("akka.cluster.roles", List.of("driver"))));
    Cluster cluster = Cluster.get(driver);
    cluster.manager().tell(Join.create(cluster.selfMember().address()));
    Config worker = with(
        common,
        Map.of(
            "akka.cluster.roles", List.of("worker"),
            "akka.cluster.seed-nodes", List.of(cluster.selfMember().address().toString())));
    for (int i = 1; i < nodes; i++) {
      workers.add(SluiceNode.start(worker));
    }
  }

  private static Config common(int nodes) {
    Map<String, Object> demo = Map.of(
        "akka.remote.artery.canonical.port",
        0,
        "akka.coordinated-shutdown.run-by-jvm-shutdown-hook",
        false,
        "akka.jvm-shutdown-hooks",
        false,
        "akka.jvm-exit-on-fatal-error",
        false,
        "akka.cluster.shutdown-after-unsuccessful-join-seed-nodes",
        "off",
        "sluice.cluster.driver-works",
        nodes == 1,
        "sluice.cluster.min-workers",
        Math.max(1, nodes - 1),
        "sluice.task.slots",
        slots(nodes));
    return ConfigFactory.parseMap(demo)
        .withFallback(ConfigFactory.defaultOverrides())
        .withFallback(ConfigFactory.parseResources("sluice-cluster.conf"))
        .withFallback(ConfigFactory.load())
        .resolve();
  }

  /** The nodes share this machine's cores. */
  private static int slots(int nodes) {
    int workers = Math.max(1, nodes - 1);
    return Math.max(1, Runtime.getRuntime().availableProcessors() / workers);
  }

  private static Config with(Config common, Map<String, Object> more) {
    return ConfigFactory.parseMap(more).withFallback(common);
  }

  ActorSystem<?> driver() {
    return driver;
  }

  String driverAddress() {
    return driver.address().hostPort();
  }

  /** The workers leave, then the driver's node ends. */
  @Override
  public void close() {
    workers.forEach(SluiceNode::close);
    try {
      for (SluiceNode worker : workers) {
        worker.awaitTermination();
      }
      driver.terminate();
      driver.getWhenTerminated().toCompletableFuture().get(END_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException late) {
      throw new CommandException("The cluster did not end in time: " + late);
    }
  }
}
