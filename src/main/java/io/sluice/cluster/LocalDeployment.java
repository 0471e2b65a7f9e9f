package io.sluice.cluster;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Props;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValueFactory;
import io.sluice.api.Faults;
import io.sluice.api.Settings;
import io.sluice.api.SimulatedNodes;
import io.sluice.block.DataNode;
import io.sluice.block.LocalNetwork;
import io.sluice.checkpoint.MemoryLedger;
import io.sluice.scheduler.ContextCommand;
import io.sluice.scheduler.ContextSetup;
import io.sluice.task.TaskWorker;
import io.sluice.task.WorkerCommand;
import io.sluice.task.WorkerEvent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** All nodes in this process on one actor system, no port opened: one node for embedded use, more to simulate a cluster. */
public final class LocalDeployment implements Deployment, SimulatedNodes {

  private static final AtomicInteger SYSTEMS = new AtomicInteger();
  private static final String EXTENSIONS = "akka.library-extensions";
  private static final List<String> LATE =
      List.of("akka.serialization.SerializationExtension$", "akka.stream.SystemMaterializer$");

  private record Worker(Node node, ActorRef<WorkerCommand> actor) {}

  private final Settings settings;
  private final Faults faults;
  private final ActorSystem<?> system;
  private final boolean ownsSystem;
  private final LocalNetwork network = new LocalNetwork();
  private final Map<String, Worker> workers = new LinkedHashMap<>();
  private final Map<String, Node> idle = new LinkedHashMap<>();
  private final Node driver;
  private final Optional<MemoryLedger.Store> ledger;
  private final AtomicLong decisions = new AtomicLong();
  private @Nullable Driver published;
  private boolean lost;
  private int numbers;

  private LocalDeployment(
      ActorSystem<?> system, boolean ownsSystem, Settings settings, int nodes, Faults faults) {
    this.settings = settings;
    this.faults = faults;
    this.system = system;
    this.ownsSystem = ownsSystem;
    this.ledger = nodes == 1 ? Optional.empty() : Optional.of(new MemoryLedger.Store());
    this.driver = newNode(nodes == 1 ? "node-1" : "driver");
    if (nodes == 1) {
      idle.put("node-1", driver);
    } else {
      for (int i = 0; i < nodes; i++) {
        add();
      }
    }
  }

  /** Nodes on an actor system of their own. */
  public static LocalDeployment embedded(
      Config config, Settings settings, int nodes, Faults faults) {
    String name = "sluice-local-" + SYSTEMS.incrementAndGet();
    Config local = ConfigFactory.parseString("""
                akka.actor.provider = local
                akka.jvm-exit-on-fatal-error = off
                akka.jvm-shutdown-hooks = off
                akka.coordinated-shutdown.run-by-jvm-shutdown-hook = off
                akka.coordinated-shutdown.exit-jvm = off
                akka.actor.default-dispatcher.fork-join-executor.parallelism-max = 8
                akka.actor.default-dispatcher.fork-join-executor.parallelism-min = 2
                """).withFallback(withLateExtensions(config));
    return new LocalDeployment(
        ActorSystem.create(Behaviors.empty(), name, local), true, settings, nodes, faults);
  }

  /**
   * Serializers and streams are what an actor system spends most of its start on, and a job on one node may never use them. Akka
   * makes an extension that it was not told to load when it is first asked for.
   */
  static Config withLateExtensions(Config config) {
    if (!config.hasPath(EXTENSIONS)) {
      return config;
    }
    List<String> early = new ArrayList<>(config.getStringList(EXTENSIONS));
    early.removeAll(LATE);
    return config.withValue(EXTENSIONS, ConfigValueFactory.fromIterable(early));
  }

  /** Nodes on an actor system of the user's that is not part of a cluster. */
  public static LocalDeployment on(
      ActorSystem<?> system, Settings settings, int nodes, Faults faults) {
    return new LocalDeployment(system, false, settings, nodes, faults);
  }

  @Override
  public ActorSystem<?> system() {
    return system;
  }

  @Override
  public DataNode node() {
    return driver.data();
  }

  @Override
  public int defaultPartitions() {
    return settings.task().slots() * Math.max(1, idle.size() + workers.size());
  }

  @Override
  public boolean isWatched() {
    return false;
  }

  @Override
  public boolean isWelcome(ActorRef<WorkerCommand> worker) {
    return true;
  }

  @Override
  public String proof() {
    return "local";
  }

  @Override
  public boolean outlivesDriver() {
    return ledger.isPresent();
  }

  @Override
  public Optional<ContextSetup.OpenLedger> openLedger(String name, long context) {
    return ledger
        .map(store -> new FaultyLedger(new MemoryLedger(store), faults, decisions))
        .map(ContextSetup.OpenLedger::open);
  }

  @Override
  public boolean wantsProgram() {
    return false;
  }

  @Override
  public void entrust(long context, TravellingProgram program) {
    throw new IllegalStateException("No other node wants the program.");
  }

  @Override
  public synchronized void publish(Driver started) {
    published = started;
    lost = false;
    notifyAll();
    idle.forEach((address, node) -> startWorker(address, node, started.events()));
    idle.clear();
  }

  @Override
  public synchronized void killDriver() {
    awaitDriver();
    Driver killed = published;
    if (killed == null || ledger.isEmpty()) {
      throw new IllegalStateException(
          "There is no driver that another could follow: a context must be started, on at least two nodes.");
    }
    // Nodes that are added meanwhile wait for the next one.
    published = null;
    lost = true;
    system.systemActorOf(
        Behaviors.setup(watcher -> {
          watcher.watch(killed.actor());
          killed.actor().tell(new ContextCommand.Crash());
          return Behaviors.receive(Object.class)
              .onSignal(Terminated.class, ended -> {
                killed.successor().run();
                return Behaviors.stopped();
              })
              .build();
        }),
        "sluice-loss-of-" + killed.actor().path().name(),
        Props.empty());
  }

  /** Where one driver was killed, waits for the next. */
  private synchronized void awaitDriver() {
    try {
      while (lost) {
        wait();
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public synchronized List<String> names() {
    List<String> names = new ArrayList<>(workers.keySet());
    names.addAll(idle.keySet());
    return names;
  }

  @Override
  public synchronized String add() {
    String address = "node-" + ++numbers;
    Node node = newNode(address);
    Driver known = published;
    if (known == null) {
      idle.put(address, node);
    } else {
      startWorker(address, node, known.events());
    }
    return address;
  }

  @Override
  public synchronized void kill(String address) {
    Node unused = idle.remove(address);
    if (unused != null) {
      unused.close();
      return;
    }
    Worker worker = workers.remove(address);
    if (worker == null) {
      throw noNode(address);
    }
    // First the actor: the driver tells a worker it gives up to start afresh, which a dead one must
    // not hear.
    worker.actor.tell(new WorkerCommand.Dismiss(Long.MAX_VALUE, "killed", true));
    worker.node.close();
  }

  @Override
  public synchronized void leave(String address) {
    Worker worker = workers.get(address);
    if (worker == null) {
      throw noNode(address);
    }
    system.systemActorOf(
        Behaviors.setup(watcher -> {
          watcher.watch(worker.actor);
          worker.actor.tell(new WorkerCommand.Leave());
          return Behaviors.receive(Object.class)
              .onSignal(Terminated.class, ended -> {
                left(address, worker);
                return Behaviors.stopped();
              })
              .build();
        }),
        "sluice-leave-of-" + worker.actor.path().name(),
        Props.empty());
  }

  private synchronized void left(String address, Worker worker) {
    if (workers.remove(address, worker)) {
      worker.node.close();
    }
  }

  private IllegalArgumentException noNode(String address) {
    return new IllegalArgumentException(
        "There is no node '" + address + "'; the nodes are " + names() + ".");
  }

  @Override
  public synchronized void killAll() {
    if (published != null) {
      published.actor().tell(new ContextCommand.Crash(true));
    }
    List.copyOf(names()).forEach(this::kill);
  }

  private synchronized void closeNodes() {
    workers
        .values()
        .forEach(
            worker -> worker.actor.tell(new WorkerCommand.Dismiss(Long.MAX_VALUE, "closed", true)));
    workers.values().forEach(worker -> worker.node.close());
    idle.values().forEach(Node::close);
    driver.close();
    workers.clear();
  }

  @Override
  public void close() {
    closeNodes();
    if (ownsSystem) {
      system.terminate();
      try {
        system.getWhenTerminated().toCompletableFuture().get(10, TimeUnit.SECONDS);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      } catch (ExecutionException | TimeoutException late) {
        system.log().warn("The actor system did not end in time: {}", late.toString());
      }
    }
  }

  private Node newNode(String address) {
    return Node.simulated(settings, handler -> network.open(address, handler));
  }

  private void startWorker(String address, Node node, ActorRef<WorkerEvent> known) {
    ActorRef<WorkerCommand> actor = system.systemActorOf(
        TaskWorker.create(known, node.workerHost(proof(), faults)),
        "sluice-worker-" + Integer.toHexString(known.hashCode()) + "-" + address,
        Props.empty());
    workers.put(address, new Worker(node, actor));
  }
}
