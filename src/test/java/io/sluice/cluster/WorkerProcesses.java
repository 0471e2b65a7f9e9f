package io.sluice.cluster;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.sluice.api.Settings;
import io.sluice.cli.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A cluster with the driver's actor system in this process and workers in processes of their own, as delivered. */
final class WorkerProcesses implements AutoCloseable {

  private static final Pattern READY =
      Pattern.compile("Node (\\S+) is ready; its data port is (\\S+)\\.");
  private static final int END_SECONDS = 20;

  private final Path directory;
  private final ActorSystem<Void> driver;
  private final List<Command> workers = new ArrayList<>();

  /** A cluster without workers yet; {@code settings} are those of the driver that differ from conf/driver.conf. */
  WorkerProcesses(Path directory, Map<String, Object> settings) {
    this.directory = directory;
    this.driver = startDriver(settings);
    Cluster.get(driver).manager().tell(Join.create(driver.address()));
  }

  /** A driver's system on any free port, in no cluster yet. */
  static ActorSystem<Void> startDriver(Map<String, Object> settings) {
    Config here = ConfigFactory.parseMap(Map.of(
        "akka.remote.artery.canonical.port",
        0,
        "akka.cluster.seed-nodes",
        List.of(),
        "akka.jvm-exit-on-fatal-error",
        false,
        // A driver that ends here takes its whole cluster with it: nobody is to be told, and this
        // process goes on.
        "akka.cluster.run-coordinated-shutdown-when-down",
        false,
        "akka.coordinated-shutdown.run-by-actor-system-terminate",
        false,
        "akka.coordinated-shutdown.run-by-jvm-shutdown-hook",
        false));
    Config config = ConfigFactory.parseMap(settings)
        .withFallback(here)
        .withFallback(ConfigFactory.parseFile(Path.of("conf", "driver.conf").toFile()))
        .withFallback(ConfigFactory.load())
        .resolve();
    return ActorSystem.create(
        Behaviors.empty(),
        "sluice",
        ClusterSystem.secured(config, Settings.from(config).cluster().tls()));
  }

  ActorSystem<Void> driver() {
    return driver;
  }

  /** Starts a worker; returns at once. */
  Command start() throws IOException {
    // The tests run from classes, which have no version.
    return start(Version.current());
  }

  /** Starts a worker that says it is of another version. */
  Command start(String version) throws IOException {
    return start(version, "");
  }

  /** Starts a worker with more settings than those of conf/worker.conf. */
  Command startWith(String settings) throws IOException {
    return start(Version.current(), settings);
  }

  private Command start(String version, String settings) throws IOException {
    Path file = Files.createTempFile(directory, "worker", ".conf");
    Files.writeString(file, """
        include file("%s")
        akka.cluster.seed-nodes = ["%s"]
        %s
        """.formatted(
            Path.of("conf", "worker.conf").toAbsolutePath(), driver.address(), settings));
    Command worker = Command.withJvmOptions(
        List.of("-Dsluice.version=" + version), "node", "--config", file.toString());
    workers.add(worker);
    return worker;
  }

  /** Starts so many workers and waits for them to be ready; by their data ports. */
  Map<String, Command> start(int count) throws IOException, InterruptedException {
    List<Command> started = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      started.add(start());
    }
    Map<String, Command> ready = new LinkedHashMap<>();
    for (Command worker : started) {
      ready.put(dataAddress(worker), worker);
    }
    return ready;
  }

  /** The port for messages of a worker; waits until it is ready. */
  static int messagePort(Command worker) throws InterruptedException {
    String address = ready(worker).group(1);
    return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
  }

  private static String dataAddress(Command worker) throws InterruptedException {
    return ready(worker).group(2);
  }

  private static Matcher ready(Command worker) throws InterruptedException {
    worker.awaitLine(" is ready; ");
    return worker.lines().stream()
        .map(READY::matcher)
        .filter(Matcher::matches)
        .findFirst()
        .orElseThrow();
  }

  /** The workers end before the driver is waited for: a system waits until the other side of its TLS connections has closed them. */
  @Override
  public void close() throws Exception {
    driver.terminate();
    workers.forEach(Command::close);
    try {
      driver.getWhenTerminated().toCompletableFuture().get(END_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException notEnded) {
      throw new AssertionError(
          "The driver's system did not end; it holds\n" + driver.printTree(), notEnded);
    }
  }
}
