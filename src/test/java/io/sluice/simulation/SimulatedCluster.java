package io.sluice.simulation;

import static java.util.Objects.requireNonNull;

import akka.actor.InternalActorRef;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.Adapter;
import io.sluice.ContextOnNodes;
import io.sluice.StreamingContext;
import io.sluice.api.Batch;
import io.sluice.api.BatchPartition;
import io.sluice.api.BlockSettings;
import io.sluice.api.Faults;
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
import io.sluice.scheduler.ContextCommand;
import io.sluice.task.TaskWorker;
import io.sluice.task.WorkerCommand;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Nodes with drivers, workers, receivers and a ledger, which live and end in one world. */
final class SimulatedCluster implements SimulatedDeployment.Cluster {

  static final long MILLI = 1_000;
  static final long SECOND = 1_000 * MILLI;

  private static final ClassLoader LOADER = SimulatedCluster.class.getClassLoader();
  /** Everybody's: to make one takes longer than many batches. */
  static final RecordCodec CODEC = new RecordCodec(LOADER);

  private static final AtomicInteger RUNS = new AtomicInteger();

  /** A node that works. */
  private static final class Worker {
    private final SimulatedNode node;
    private final DataNode data;
    private final Functions functions;
    private @Nullable ActorRef<WorkerCommand> actor;
    private int incarnation;

    Worker(World world, SimulatedNode node, DataNode data) {
      this.node = node;
      this.data = data;
      this.functions = new Functions(world, node);
    }

    boolean isWorking() {
      ActorRef<WorkerCommand> mine = actor;
      return mine != null && !((InternalActorRef) Adapter.toClassic(mine)).isTerminated();
    }
  }

  /** A driver that runs, or ran. */
  private record Leader(SimulatedNode node, Functions functions) {}

  private record Published(SimulatedNode node, long epoch, Deployment.Driver driver) {}

  private final int run = RUNS.incrementAndGet();
  private final ActorSystem<?> system;
  private final World world;
  private final Random random;
  private final Flaw flaw;
  private final SimulatedNetwork network;
  private final Oracle oracle;
  private final Feeds feeds;
  private final SimulatedNode keeper = new SimulatedNode("ledger");
  private final MemoryLedger.Store ledger = new MemoryLedger.Store();
  private final List<SimulatedNode> nodes = new ArrayList<>();
  private final List<Worker> workers = new ArrayList<>();
  private final List<Worker> gone = new ArrayList<>();
  private final List<Leader> leaders = new ArrayList<>();
  private final Map<SimulatedNode, Long> epochs = new HashMap<>();
  private final List<ActorRef<?>> actors = new ArrayList<>();
  private final List<DataNode> stores = new ArrayList<>();
  private byte @Nullable [] program;
  private @Nullable Published published;

  SimulatedCluster(World world, Flaw flaw, SimulatedProgram.Form form) {
    this.system = WorldSystem.ofThread();
    this.world = world;
    this.random = world.random();
    this.flaw = flaw;
    this.oracle = new Oracle(form, world::nowMicros);
    this.network = new SimulatedNetwork(world, flaw == Flaw.COPY_IS_NOT_AWAITED);
    this.feeds = new Feeds(world, oracle);
    nodes.add(keeper);
    world.inhabit(this);
  }

  Oracle oracle() {
    return oracle;
  }

  Feeds feeds() {
    return feeds;
  }

  /** Whether another driver could go on with the program. */
  boolean isEntrusted() {
    return program != null && published != null;
  }

  /** Where receivers of a node can wait. */
  Functions functions(SimulatedNode node) {
    return Stream.concat(workers.stream(), gone.stream())
        .filter(worker -> worker.node == node)
        .findFirst()
        .orElseThrow()
        .functions;
  }

  // What may happen.

  /** Begins the program on a new driver. */
  void begin(Consumer<StreamingContext> build) {
    Leader first = newLeader();
    first.functions.run(() -> {
      StreamingContext context = ContextOnNodes.create(
          "simulated", SimulatedProgram.INTERVAL, WorldSystem.CONFIG, deployment(first));
      build.accept(context);
      context.start();
    });
  }

  /** Asks the driver to end when all that was received is processed. */
  void stop() {
    Published last = requireNonNull(published);
    world.at(last.node, () -> last.driver.actor().tell(new ContextCommand.Stop(true)));
  }

  List<SimulatedNode> workers() {
    return workers.stream().map(worker -> worker.node).toList();
  }

  /** The driver that was made last. */
  SimulatedNode driver() {
    return leaders.get(leaders.size() - 1).node;
  }

  boolean isDriver(SimulatedNode node) {
    return leaders.stream().anyMatch(leader -> leader.node == node);
  }

  boolean isKeeper(SimulatedNode node) {
    return node == keeper;
  }

  /** Ends a node without a word. */
  void kill(SimulatedNode node) {
    node.kill();
    network.kill(node);
    feeds.killed(node);
    oracle.copies().killed(node.name());
    workers.stream().filter(worker -> worker.node == node).forEach(gone::add);
    workers.removeIf(worker -> worker.node == node);
  }

  /** Asks a node to end when others have all it has. */
  void leave(SimulatedNode node) {
    for (Worker worker : List.copyOf(workers)) {
      ActorRef<WorkerCommand> working = worker.actor;
      if (worker.node == node && working != null) {
        workers.remove(worker);
        gone.add(worker);
        world.at(node, () -> working.tell(new WorkerCommand.Leave()));
      }
    }
  }

  /** Another driver goes on, unless the ledger says that the context has ended. */
  void succeed() {
    if (oracle.isEnded()) {
      return;
    }
    byte[] travelling = requireNonNull(program);
    Leader next = newLeader();
    next.functions.run(() -> {
      try {
        TravellingProgram read = (TravellingProgram) Closure.read(travelling, LOADER);
        read.goOn(new Succession(deployment(next), LOADER, WorldSystem.CONFIG));
      } catch (IOException | ClassNotFoundException defect) {
        throw new IllegalStateException(defect);
      }
    });
  }

  /** A node more that works. */
  SimulatedNode join() {
    SimulatedNode node = newNode("worker-" + nodes.size());
    Worker worker = new Worker(world, node, newData(node));
    workers.add(worker);
    Published known = published;
    if (known != null) {
      found(worker, known);
    }
    return node;
  }

  /** Ends everything that is left over. */
  void end() {
    world.end(nodes, () -> {
      actors.forEach(actor -> Adapter.toClassic(system).stop(Adapter.toClassic(actor)));
      leaders.forEach(leader -> leader.functions.interrupt());
      workers.forEach(worker -> worker.functions.interrupt());
      gone.forEach(worker -> worker.functions.interrupt());
    });
    stores.forEach(data -> {
      data.store().close();
      data.shuffles().close();
    });
  }

  // Nodes.

  private SimulatedNode newNode(String name) {
    SimulatedNode node = new SimulatedNode(name);
    nodes.add(node);
    return node;
  }

  private DataNode newData(SimulatedNode node) {
    BlockSettings bounds = WorldSystem.SETTINGS.block();
    boolean flawed = flaw == Flaw.MEMORY_IS_NOT_BOUNDED;
    BlockStore blocks = new BlockStore(
        flawed
            ? new BlockSettings(Long.MAX_VALUE / 2, bounds.diskBytes(), bounds.directory())
            : bounds);
    ShuffleSpace shuffles = new ShuffleSpace(WorldSystem.SETTINGS.shuffle(), bounds);
    DataNode data = new DataNode(blocks, shuffles, handler -> network.open(node, handler));
    blocks.onArrival(id -> arrived(node, blocks, id));
    stores.add(data);
    return data;
  }

  private void arrived(SimulatedNode node, BlockStore blocks, BlockId id) {
    checked(() -> oracle.held(node.name(), blocks));
    if (id.kind() == BlockId.Kind.RECEIVED && !node.isDead()) {
      List<Integer> all = new ArrayList<>();
      requireNonNull(blocks.get(id)).forEach(CODEC, number -> all.add((Integer) number));
      checked(() -> oracle.stored(node.name(), id, all));
    }
  }

  /** Does a check; what it finds ends the run, wherever it was called from. */
  void checked(Runnable check) {
    try {
      check.run();
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
        system, world, leader.node, newData(leader.node), leader.functions, this);
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
      ActorRef<WorkerCommand> made = system.systemActorOf(
          TaskWorker.create(driver.driver.events(), host(worker)), name, Props.empty());
      worker.actor = made;
      actors.add(made);
    });
  }

  private TaskWorker.Host host(Worker worker) {
    return new TaskWorker.Host(
        worker.data,
        task -> world.after(200 + random.nextInt(4_000), worker.node, "task", () -> {
          world.before(worker.node, "task");
          task.run();
          world.after(worker.node, "task");
        }),
        2,
        "localhost",
        Version.current(),
        "simulated",
        Faults.NONE,
        new ReceiverSupervisor.Backoff(Duration.ofMillis(50), Duration.ofMillis(400)),
        new VirtualThreads(world, worker.node, worker.functions),
        loader -> CODEC);
  }

  // What the program does outside.

  /** An output of a batch. */
  void output(String name, long batchMillis, Object value) {
    outside(() -> oracle.output(epoch(), name, batchMillis, value));
  }

  /** A task has written a partition of a batch. */
  String prepared(String pipeline, BatchPartition partition, List<Integer> records) {
    SimulatedNode node = requireNonNull(world.here());
    world.before(node, "prepare");
    String name = node.isDead() ? "" : oracle.sink().prepare(pipeline, partition, records);
    world.after(node, "prepare");
    return name;
  }

  /** A driver makes visible what tasks have written. */
  void sinkCommits(String pipeline, Batch batch, List<String> prepared) {
    SimulatedNode node = requireNonNull(world.here());
    world.before(node, "commit of sink");
    outside(() -> {
      oracle.sinkCommits(batch.time().toEpochMilli());
      oracle.sink().commit(pipeline, batch, prepared);
    });
    world.after(node, "commit of sink");
  }

  /** A driver throws away what tasks have written. */
  void sinkAborts(Batch batch, List<String> prepared) {
    outside(() -> oracle.sink().abort(batch, prepared));
  }

  /** A receiver has heard that blocks are counted. */
  void counted(WorkerCommand.BlocksCounted counted) {
    oracle.counted(counted.stream(), counted.numbers());
  }

  private void outside(Runnable effect) {
    if (!requireNonNull(world.here()).isDead()) {
      checked(effect);
    }
  }

  private long epoch() {
    return requireNonNull(epochs.get(requireNonNull(world.here())));
  }

  // What drivers need.

  @Override
  public void opened(SimulatedNode driver, long epoch) {
    epochs.put(driver, epoch);
    oracle.opened(epoch);
  }

  @Override
  public SimulatedLedger ledger(SimulatedNode driver) {
    return new SimulatedLedger(
        world,
        driver,
        keeper,
        ledger,
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
      var unused = driver.open().thenRun(() -> announce(latest));
    }
  }

  private void announce(Published latest) {
    published = latest;
    workers.forEach(worker -> found(worker, latest));
  }
}
