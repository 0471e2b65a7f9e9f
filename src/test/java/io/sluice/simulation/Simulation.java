package io.sluice.simulation;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.InternalActorRef;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.Adapter;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.sluice.ContextOnNodes;
import io.sluice.StreamingContext;
import io.sluice.api.Faults;
import io.sluice.api.Settings;
import io.sluice.batch.BlockId;
import io.sluice.block.BlockStore;
import io.sluice.block.DataNode;
import io.sluice.block.RecordCodec;
import io.sluice.block.ShuffleSpace;
import io.sluice.checkpoint.MemoryLedger;
import io.sluice.cluster.Deployment;
import io.sluice.cluster.Succession;
import io.sluice.cluster.TravellingProgram;
import io.sluice.cluster.Version;
import io.sluice.plan.Closure;
import io.sluice.receiver.ReceiverSupervisor;
import io.sluice.receiver.ReceiverThreads;
import io.sluice.scheduler.ContextCommand;
import io.sluice.task.TaskWorker;
import io.sluice.task.WorkerCommand;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * A cluster with drivers, workers, receivers and a ledger, to which happens what a seed says. All of it runs in one
 * thread.
 */
final class Simulation implements SimulatedDeployment.Cluster {

  private static final long MILLI = 1_000;
  private static final long SECOND = 1_000 * MILLI;
  private static final long QUIET = 3 * SECOND;
  private static final long PATIENCE = 60 * SECOND;

  private static final Config CONFIG =
      ConfigFactory.parseString("""
      sluice.cluster { heartbeat-interval = 100 ms, heartbeat-timeout = 500 ms, min-workers = 2 }
      sluice.task.slots = 2
      sluice.receiver { min-backoff = 50 ms, max-backoff = 400 ms }
      akka {
        loglevel = off
        stdout-loglevel = off
        actor.provider = local
        jvm-exit-on-fatal-error = off
        jvm-shutdown-hooks = off
        coordinated-shutdown { run-by-jvm-shutdown-hook = off, exit-jvm = off }
        scheduler.implementation = "io.sluice.simulation.WorldScheduler"
        actor {
          default-dispatcher {
            type = Dispatcher, executor = "io.sluice.simulation.WorldExecutor", throughput = 1
          }
          internal-dispatcher {
            type = Dispatcher, executor = "io.sluice.simulation.WorldExecutor", throughput = 1
          }
          default-mailbox.mailbox-type = "io.sluice.simulation.WorldMailbox"
          typed.default-mailbox.mailbox-type = "io.sluice.simulation.WorldMailbox"
        }
      }
      """).withFallback(ConfigFactory.load());

  private static final Settings SETTINGS = Settings.from(CONFIG);
  private static final ActorSystem<?> SYSTEM =
      ActorSystem.create(Behaviors.empty(), "simulation", CONFIG);
  private static final ClassLoader LOADER = Simulation.class.getClassLoader();
  private static final RecordCodec CODEC = new RecordCodec(LOADER);

  private static int runs;
  private static @Nullable Simulation current;

  /** A worker's node. */
  private static final class Worker {
    private final SimulatedNode node;
    private final DataNode data;
    private @Nullable ActorRef<WorkerCommand> actor;
    private int incarnation;

    Worker(SimulatedNode node, DataNode data) {
      this.node = node;
      this.data = data;
    }

    boolean isWorking() {
      ActorRef<WorkerCommand> mine = actor;
      return mine != null && !((InternalActorRef) Adapter.toClassic(mine)).isTerminated();
    }
  }

  /** A driver that runs, or ran. */
  private record Leader(SimulatedNode node, Functions functions) {}

  /** What a receiver was given. */
  private record Feed(SimulatedNode node, Set<Integer> taken) {}

  private record Published(SimulatedNode node, long epoch, Deployment.Driver driver) {}

  private final int run = ++runs;
  private final World world;
  private final Random random;
  private final Flaw flaw;
  private final SimulatedNetwork network;
  private final Oracle oracle = new Oracle();
  private final SimulatedNode keeper = new SimulatedNode("ledger");
  private final MemoryLedger.Store store = new MemoryLedger.Store();
  private final List<SimulatedNode> nodes = new ArrayList<>();
  private final List<Worker> workers = new ArrayList<>();
  private final List<Leader> leaders = new ArrayList<>();
  private final List<ActorRef<?>> actors = new ArrayList<>();
  private final List<DataNode> stores = new ArrayList<>();
  private final Map<NumberedSource, Feed> sources = new LinkedHashMap<>();
  private final List<String> faults = new ArrayList<>();
  private byte @Nullable [] program;
  private @Nullable Published published;
  private boolean stopping;
  private int numbers;

  Simulation(long seed, Flaw flaw) {
    this.world = new World(seed);
    this.random = world.random();
    this.flaw = flaw;
    this.network = new SimulatedNetwork(world, flaw == Flaw.COPY_IS_NOT_AWAITED);
  }

  /** The one that runs. */
  static Simulation current() {
    return requireNonNull(current);
  }

  Oracle oracle() {
    return oracle;
  }

  World world() {
    return world;
  }

  List<String> faults() {
    return faults;
  }

  /**
   * Runs to the end.
   *
   * @param disturbances how many things go wrong
   */
  Simulation run(int disturbances) {
    current = this;
    world.enter();
    try {
      live(disturbances);
    } finally {
      end();
      world.leave();
      current = null;
    }
    return this;
  }

  private void live(int disturbances) {
    int size = 3 + random.nextInt(2);
    for (int i = 0; i < size; i++) {
      addWorker();
    }
    int receivers = 1 + random.nextInt(2);
    Leader first = newLeader();
    first.functions.run(
        () -> {
          StreamingContext context = ContextOnNodes.create(
              "simulated", SimulatedProgram.INTERVAL, CONFIG, deployment(first));
          SimulatedProgram.build(context, receivers);
          context.start();
        },
        Thread::new);
    assertThat(world.run(() -> oracle.committedBatches() > 1, PATIENCE))
        .as("it starts")
        .isTrue();
    for (int i = 0; i < disturbances; i++) {
      world.run(world.nowMicros() + random.nextInt((int) SECOND));
      disturb();
      world.run(world.nowMicros() + QUIET);
    }
    int before = oracle.committedBatches();
    long now = world.nowMicros();
    assertThat(world.run(() -> oracle.committedBatches() > before + 4, now + PATIENCE))
        .as("batches go on after " + faults)
        .isTrue();
    stop();
  }

  private void stop() {
    Published last = requireNonNull(published);
    stopping = true;
    world.at(last.node, () -> last.driver.actor().tell(new ContextCommand.Stop(true)));
    // What is in a receiver now is processed, unless its node is lost.
    Set<Integer> complete = new HashSet<>();
    sources.values().forEach(feed -> complete.addAll(feed.taken));
    assertThat(world.run(oracle::isEnded, world.nowMicros() + PATIENCE))
        .as("it stops after " + faults)
        .isTrue();
    oracle.ended(complete);
  }

  private void end() {
    world.end(nodes, () -> {
      actors.forEach(actor -> Adapter.toClassic(SYSTEM).stop(Adapter.toClassic(actor)));
      leaders.forEach(leader -> leader.functions.interrupt());
    });
    stores.forEach(data -> data.store().close());
  }

  // What happens.

  private void disturb() {
    switch (random.nextInt(7)) {
      case 0 -> killWorker();
      case 1 -> killDriver();
      case 2 -> cutWorker();
      case 3 -> cutDriver();
      case 4 -> pauseWorker();
      case 5 -> pauseDriver();
      default -> slowDown();
    }
  }

  private void disturbed(String what) {
    faults.add(world.nowMicros() / MILLI + " ms: " + what);
    world.note(what);
  }

  private void killWorker() {
    Worker killed = workers.remove(random.nextInt(workers.size()));
    disturbed("kill " + killed.node);
    kill(killed.node);
    world.after(random.nextInt((int) SECOND), null, "add", this::addWorker);
  }

  private void kill(SimulatedNode node) {
    node.kill();
    network.kill(node);
    sources.values().removeIf(feed -> feed.node == node);
  }

  private void killDriver() {
    SimulatedNode killed = driver();
    disturbed("kill " + killed);
    kill(killed);
    world.after(random.nextInt((int) SECOND), null, "successor", this::succeed);
  }

  private void cutWorker() {
    SimulatedNode node = anyWorker();
    disturbed("cut off " + node);
    cut(Set.of(node), random.nextInt(1_800) * MILLI);
  }

  private void cutDriver() {
    SimulatedNode node = driver();
    disturbed("cut off " + node);
    cut(Set.of(node), (500 + random.nextInt(1_500)) * MILLI);
    world.after(random.nextInt((int) SECOND), null, "successor", this::succeed);
  }

  private void cut(Set<SimulatedNode> few, long micros) {
    world.cut(few);
    world.after(micros, null, "heal", world::heal);
  }

  private void pauseWorker() {
    SimulatedNode node = anyWorker();
    disturbed("pause " + node);
    node.pauseUntil(world.nowMicros() + random.nextInt(1_800) * MILLI);
  }

  private void pauseDriver() {
    SimulatedNode node = driver();
    disturbed("pause " + node);
    node.pauseUntil(world.nowMicros() + (300 + random.nextInt(1_500)) * MILLI);
    if (random.nextBoolean()) {
      world.after(random.nextInt((int) SECOND), null, "successor", this::succeed);
    }
  }

  private void slowDown() {
    disturbed("slow down");
    world.slowness(2 + random.nextInt(20));
    world.after(SECOND, null, "fast again", () -> world.slowness(1));
  }

  private SimulatedNode anyWorker() {
    return workers.get(random.nextInt(workers.size())).node;
  }

  private SimulatedNode driver() {
    return leaders.get(leaders.size() - 1).node;
  }

  // Nodes.

  private SimulatedNode newNode(String name) {
    SimulatedNode node = new SimulatedNode(name);
    nodes.add(node);
    return node;
  }

  private DataNode newData(SimulatedNode node) {
    BlockStore blocks = new BlockStore(SETTINGS.block());
    ShuffleSpace shuffles = new ShuffleSpace(SETTINGS.shuffle(), SETTINGS.block());
    DataNode data = new DataNode(blocks, shuffles, handler -> network.open(node, handler));
    blocks.onArrival(id -> arrived(blocks, id));
    stores.add(data);
    return data;
  }

  private void arrived(BlockStore blocks, BlockId id) {
    if (id.kind() == BlockId.Kind.RECEIVED) {
      List<Integer> all = new ArrayList<>();
      requireNonNull(blocks.get(id)).forEach(CODEC, number -> all.add((Integer) number));
      checked(() -> oracle.stored(id, all));
    }
  }

  private void checked(Runnable step) {
    try {
      step.run();
    } catch (AssertionError found) {
      world.violated(found);
      throw found;
    }
  }

  private Leader newLeader() {
    SimulatedNode node = newNode("driver-" + (leaders.size() + 1));
    Leader leader = new Leader(node, new Functions(world, node));
    leaders.add(leader);
    return leader;
  }

  private SimulatedDeployment deployment(Leader leader) {
    return new SimulatedDeployment(
        SYSTEM, world, leader.node, newData(leader.node), leader.functions, this);
  }

  private void succeed() {
    byte[] travelling = requireNonNull(program);
    Leader next = newLeader();
    next.functions.run(
        () -> {
          try {
            TravellingProgram read = (TravellingProgram) Closure.read(travelling, LOADER);
            read.goOn(new Succession(deployment(next), LOADER, CONFIG));
          } catch (IOException | ClassNotFoundException defect) {
            throw new IllegalStateException(defect);
          }
        },
        Thread::new);
  }

  private void addWorker() {
    SimulatedNode node = newNode("worker-" + (nodes.size() + 1));
    Worker worker = new Worker(node, newData(node));
    workers.add(worker);
    Published known = published;
    if (known != null) {
      found(worker, known);
    }
  }

  /** The node hears of a driver. */
  private void found(Worker worker, Published driver) {
    world.after(random.nextInt(300) * MILLI, worker.node, "found", () -> {
      ActorRef<WorkerCommand> working = worker.actor;
      if (working != null && worker.isWorking()) {
        working.tell(new WorkerCommand.DriverIs(driver.driver.events(), driver.epoch));
        return;
      }
      String name = "run-" + run + "-" + worker.node + "-" + ++worker.incarnation;
      world.own(name, worker.node);
      ActorRef<WorkerCommand> made = SYSTEM.systemActorOf(
          TaskWorker.create(driver.driver.events(), host(worker)), name, Props.empty());
      worker.actor = made;
      actors.add(made);
    });
  }

  private TaskWorker.Host host(Worker worker) {
    return new TaskWorker.Host(
        worker.data,
        task -> world.after(200 + random.nextInt(4_000), worker.node, "task", task),
        2,
        "localhost",
        Version.current(),
        "simulated",
        Faults.NONE,
        new ReceiverSupervisor.Backoff(Duration.ofMillis(50), Duration.ofMillis(400)),
        new ReceiverThreads() {
          @Override
          public ScheduledExecutorService thread(String name) {
            return new VirtualThread(world, worker.node);
          }

          @Override
          public long nanoTime() {
            return world.nowMicros() * 1_000;
          }
        });
  }

  // What drivers need.

  @Override
  public SimulatedLedger ledger(SimulatedNode driver) {
    return new SimulatedLedger(
        world,
        driver,
        keeper,
        store,
        (epoch, entry) -> checked(() -> oracle.appended(epoch, entry)),
        flaw);
  }

  @Override
  public void entrusted(TravellingProgram travelling) {
    try {
      program = Closure.serialize(travelling);
    } catch (IOException defect) {
      throw new IllegalStateException(defect);
    }
  }

  @Override
  public void published(SimulatedNode node, long epoch, Deployment.Driver driver) {
    actors.add(driver.actor());
    Published latest = new Published(node, epoch, driver);
    if (epoch == 1) {
      announce(latest);
    } else {
      // Not before workers have been asked to go on.
      var unused = driver.started().thenRun(() -> announce(latest));
    }
  }

  private void announce(Published latest) {
    published = latest;
    workers.forEach(worker -> found(worker, latest));
  }

  // What receivers take.

  void sourceStarted(NumberedSource source) {
    if (!stopping) {
      Feed feed = new Feed(requireNonNull(world.here()), new LinkedHashSet<>());
      sources.put(source, feed);
      give(source, feed);
    }
  }

  private void give(NumberedSource source, Feed feed) {
    world.after((2 + random.nextInt(40)) * MILLI, feed.node, "store", () -> {
      if (sources.containsKey(source) && !stopping) {
        feed.taken.add(++numbers);
        source.store(numbers);
        give(source, feed);
      }
    });
  }

  void sourceStopped(NumberedSource source) {
    sources.remove(source);
  }

  /** An output of a batch. */
  void output(String name, long batchMillis, Object value) {
    checked(() -> oracle.output(name, batchMillis, value));
  }

  void acknowledged(WorkerCommand.BlocksCounted counted) {
    oracle.acknowledged(counted.stream(), counted.numbers());
  }
}
