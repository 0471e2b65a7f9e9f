package io.sluice;

import static java.util.Objects.requireNonNull;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Props;
import com.typesafe.config.Config;
import io.sluice.api.CheckpointReport;
import io.sluice.api.CheckpointSettings;
import io.sluice.api.ContextState;
import io.sluice.api.ErrorCode;
import io.sluice.api.Settings;
import io.sluice.api.SluiceException;
import io.sluice.api.Ticker;
import io.sluice.batch.BlockId;
import io.sluice.block.Block;
import io.sluice.block.RecordCodec;
import io.sluice.checkpoint.DirectoryLedger;
import io.sluice.checkpoint.Ledger;
import io.sluice.checkpoint.MirroredLedger;
import io.sluice.checkpoint.ReadOnlyLedger;
import io.sluice.checkpoint.SegmentFiles;
import io.sluice.cluster.Deployment;
import io.sluice.cluster.DriverName;
import io.sluice.cluster.ProgramJars;
import io.sluice.cluster.Succession;
import io.sluice.cluster.Version;
import io.sluice.plan.Closure;
import io.sluice.plan.Node;
import io.sluice.plan.Program;
import io.sluice.scheduler.Broadcasts;
import io.sluice.scheduler.CheckpointCheck;
import io.sluice.scheduler.ContextActor;
import io.sluice.scheduler.ContextCommand;
import io.sluice.scheduler.ContextSetup;
import io.sluice.scheduler.Counters;
import io.sluice.scheduler.DriverThreads;
import io.sluice.scheduler.JobClient;
import io.sluice.scheduler.ListenerBus;
import io.sluice.scheduler.StreamProgram;
import io.sluice.task.WorkerEvent;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What runs a context: its nodes, and its driver, which is started when it is first needed. Thread-safe. */
final class Engine {

  private static final Logger log = LoggerFactory.getLogger(Engine.class);
  private static final int LEDGER_SNAPSHOTS = 2;

  private final String name;
  private final long intervalMillis;
  private final Settings settings;
  private final Deployment deployment;
  private final Ticker ticker;
  private final Runnable beforeRelease;
  private final RecordCodec codec;
  private final ClassLoader loader;
  private final long id;
  private int partitions;
  private CheckpointSettings checkpoint;
  private final ListenerBus listeners;
  private final Counters counters = new Counters();
  private final Broadcasts broadcasts;
  private final ContextActor.Life life = new ContextActor.Life();
  private final long startedMillis;
  private final ExecutorService ledgerThread = Executors.newSingleThreadExecutor(task -> {
    Thread thread = new Thread(task, "sluice-ledger");
    thread.setDaemon(true);
    return thread;
  });
  private ContextState state = ContextState.INITIALIZED;
  private @Nullable StreamProgram program;
  private volatile @Nullable ActorRef<ContextCommand> actor;
  private volatile @Nullable JobClient jobs;

  /**
   * @param beforeRelease what must end before the nodes do
   */
  Engine(
      String name,
      long intervalMillis,
      Settings settings,
      Deployment deployment,
      Ticker ticker,
      Runnable beforeRelease) {
    this(
        name,
        System.currentTimeMillis(),
        deployment.newContext(),
        0,
        intervalMillis,
        settings,
        deployment,
        ticker,
        beforeRelease,
        ProgramJars.loader());
  }

  private Engine(
      String name,
      long startedMillis,
      long id,
      int partitions,
      long intervalMillis,
      Settings settings,
      Deployment deployment,
      Ticker ticker,
      Runnable beforeRelease,
      ClassLoader loader) {
    this.startedMillis = startedMillis;
    this.id = id;
    this.partitions = partitions;
    this.loader = loader;
    this.codec = new RecordCodec(loader);
    this.name = name;
    this.intervalMillis = intervalMillis;
    this.settings = settings;
    this.checkpoint = settings.checkpoint();
    this.deployment = deployment;
    this.ticker = ticker;
    this.beforeRelease = beforeRelease;
    this.listeners = new ListenerBus(name);
    this.broadcasts = new Broadcasts(id, deployment.node().store());
    deployment.node().register(id, codec);
  }

  /** What goes on on this node with a program of another. */
  static Engine goingOn(PortableProgram.Identity identity, Succession succession, Config config) {
    Engine engine = new Engine(
        identity.name(),
        identity.startedMillis(),
        identity.id(),
        identity.partitions(),
        identity.intervalMillis(),
        Settings.from(config),
        succession.deployment(),
        succession.deployment().ticker(),
        () -> {},
        succession.loader());
    if (!identity.checkpoint().isEmpty()) {
      engine.keepIn(Path.of(identity.checkpoint()));
    }
    engine.activate();
    return engine;
  }

  long startedMillis() {
    return startedMillis;
  }

  /** Tells this run of the context from all others. */
  long id() {
    return id;
  }

  long nowMillis() {
    return ticker.now().toEpochMilli();
  }

  Deployment deployment() {
    return deployment;
  }

  ListenerBus listeners() {
    return listeners;
  }

  Counters counters() {
    return counters;
  }

  Broadcasts broadcasts() {
    return broadcasts;
  }

  /** Completes when everything has ended, with what ended it if it failed. */
  CompletionStage<Void> stopped() {
    return life.stopped();
  }

  synchronized ContextState state() {
    return life.stopped().isDone() ? ContextState.STOPPED : state;
  }

  /** Partitions of keyed data where a program names no number. */
  synchronized int defaultPartitions() {
    int set = settings.batch().partitions();
    if (partitions == 0) {
      int recorded = recordedPartitions();
      if (recorded > 0 && set > 0 && set != recorded) {
        throw new SluiceException(
            ErrorCode.SETTING_INVALID,
            "sluice.batch.partitions is %d, but the checkpoint in %s was written with %d. Set it to %d or 0, or choose another directory to begin without a past."
                .formatted(set, directory().orElseThrow(), recorded, recorded));
      }
      partitions = recorded > 0 ? recorded : set > 0 ? set : deployment.defaultPartitions();
    }
    return partitions;
  }

  private int recordedPartitions() {
    return directory()
        .map(kept -> ContextSetup.OpenLedger.partitions(ledger(kept).peek()))
        .orElse(0);
  }

  /** Keeps the context in a directory, so that it outlives all its processes. */
  synchronized void keepIn(Path directory) {
    requireInitialized("Cannot choose a checkpoint directory");
    if (actor != null) {
      throw new IllegalStateException(
          "The checkpoint directory of context '" + name
              + "' must be chosen before its first action. Call checkpoint first, or set sluice.checkpoint.directory.");
    }
    checkpoint = checkpoint.in(directory);
    int recorded = partitions > 0 ? recordedPartitions() : 0;
    if (recorded > 0 && recorded != partitions) {
      throw new IllegalStateException(
          "Streams of context '%s' were made for %d partitions, but the checkpoint in %s was written with %d. Call checkpoint before the first stream is made, or set sluice.batch.partitions to %d."
              .formatted(name, partitions, directory, recorded, recorded));
    }
  }

  /** Where the contexts with this setting are kept; empty if this one ends with its processes. */
  synchronized Optional<Path> checkpointDirectory() {
    return checkpoint.directory();
  }

  private Optional<Path> directory() {
    return checkpoint.directory().map(kept -> kept.resolve(name));
  }

  private DirectoryLedger ledger(Path kept) {
    return new DirectoryLedger(
        kept.resolve("ledger"),
        LEDGER_SNAPSHOTS,
        checkpoint.sync(),
        SegmentFiles.disk(),
        ledgerThread);
  }

  /**
   * What {@link #begin} would do with what is kept of the context.
   *
   * @throws IllegalStateException if there is no directory
   */
  CheckpointReport check(Program unstarted) {
    Path kept = requireDirectory();
    return CheckpointCheck.of(name, kept, checkpoint, unstarted, ledger(kept).peek(), loader);
  }

  private Path requireDirectory() {
    return directory()
        .orElseThrow(
            () -> new IllegalStateException(
                "Context '" + name
                    + "' has no checkpoint directory. Call checkpoint first, or set sluice.checkpoint.directory."));
  }

  /** From now on nothing can be added to the program. */
  synchronized void activate() {
    requireInitialized("Cannot start");
    state = ContextState.ACTIVE;
  }

  synchronized void requireInitialized(String what) {
    if (state != ContextState.INITIALIZED) {
      throw new IllegalStateException(
          "%s: context '%s' is %s. Build the whole program before start(), and make a new context to run another."
              .formatted(what, name, state));
    }
  }

  /** Writes a program down for other nodes. */
  interface Writer {
    PortableProgram write() throws IOException;
  }

  /** Begins the streams; blocks until they have begun. */
  void begin(StreamProgram streams, Writer writer) {
    synchronized (this) {
      program = streams;
    }
    ActorRef<ContextCommand> begun = driver();
    // With a directory the program is started again, and goes on with what is there.
    if (deployment.wantsProgram()) {
      entrust(writer);
    }
    begun.tell(new ContextCommand.Begin(streams));
    await(life.started());
  }

  /**
   * Runs the batches of the directory up to one again, of which only that one puts out something, and ends. Blocks until then; changes nothing there.
   *
   * @throws SluiceException what ended it, if it failed
   */
  void replay(StreamProgram streams, long batchMillis) throws InterruptedException {
    Path kept = requireDirectory();
    activate();
    Ledger.Opened found = ledger(kept).peek();
    if (!CheckpointCheck.hasBegun(found)) {
      throw new SluiceException(
          ErrorCode.CHECKPOINT_FAILED,
          "Nothing of context '" + name + "' is kept in " + kept
              + ". Name the directory and the context of the run whose batch is wanted.");
    }
    ActorRef<ContextCommand> replaying;
    synchronized (this) {
      replaying = start(
          setup(
              Optional.of(ContextSetup.OpenLedger.open(new ReadOnlyLedger(found))),
              Optional.of(new ContextSetup.Durable(kept, checkpoint, Optional.of(batchMillis))),
              new StoppedClock(Instant.ofEpochMilli(batchMillis))),
          Optional.empty());
    }
    replaying.tell(new ContextCommand.Begin(streams));
    await(life.started());
    replaying.tell(new ContextCommand.Stop(true));
    awaitTermination();
    release();
  }

  private void entrust(Writer writer) {
    try {
      deployment.entrust(id, writer.write());
    } catch (IOException notPortable) {
      log.warn(
          "Context [{}] ends if this process is lost, because no other can go on with its program: {}",
          name,
          notPortable.getMessage());
    }
  }

  /** Goes on with a program whose driver was lost. Does not wait. */
  synchronized void resume(StreamProgram streams) {
    program = streams;
    var unused = start(setup(), Optional.of(streams));
  }

  /** A value that the driver has for all tasks, as it travels. */
  record Shared(byte[] value, @Nullable Closure supplier, long refreshMillis, int version)
      implements Serializable {}

  List<Shared> shared() {
    List<Shared> all = new ArrayList<>();
    for (Broadcasts.Shared value : broadcasts.all()) {
      List<Object> one = new ArrayList<>(1);
      one.add(value.value());
      Closure supplier =
          value.supplier() == null ? null : Closure.of(value.supplier(), "broadcast");
      all.add(new Shared(codec.encode(one), supplier, value.refreshMillis(), value.version()));
    }
    return all;
  }

  void putShared(Shared shared) {
    Closure supplier = shared.supplier();
    Callable<?> made = supplier == null ? null : (Callable<?>) supplier.load(loader);
    broadcasts.add(new Broadcasts.Shared(
        codec.decode(shared.value()).get(0), made, shared.refreshMillis(), shared.version()));
  }

  /** The records of a literal, encoded, by partition. */
  List<byte[]> literal(Node.Literal literal) {
    List<byte[]> partitions = new ArrayList<>();
    for (int i = 0; i < literal.partitions(); i++) {
      Block block = deployment.node().store().get(BlockId.literal(id, literal.id(), i));
      partitions.add(block == null ? new byte[0] : block.toBytes(codec));
    }
    return partitions;
  }

  void putLiteral(int node, List<byte[]> partitions) {
    for (int i = 0; i < partitions.size(); i++) {
      deployment
          .node()
          .store()
          .put(BlockId.literal(id, node, i), Block.fromBytes(partitions.get(i), 0));
    }
  }

  /** Runs actions; starts the driver and waits for workers if no action ran before. */
  JobClient jobs() {
    boolean neverStarted = actor == null;
    if (neverStarted && state() == ContextState.STOPPED) {
      throw new SluiceException(
          ErrorCode.CONTEXT_STOPPED,
          "Context '" + name + "' was stopped; actions on RDDs can run only until then.");
    }
    driver();
    await(life.ready());
    return requireNonNull(jobs);
  }

  /** What is kept of a node is not wanted any more; nothing happens before the driver has started. */
  void unkeep(int node, boolean forgotten) {
    JobClient running = jobs;
    if (running != null) {
      running.unkeep(node, forgotten);
    }
  }

  void stop(boolean graceful) {
    ActorRef<ContextCommand> running;
    synchronized (this) {
      running = actor;
      state = ContextState.STOPPED;
    }
    if (running != null) {
      running.tell(new ContextCommand.Stop(graceful));
      if (graceful && DriverThreads.isCaller(id)) {
        var unused = life.stopped().whenCompleteAsync((done, failure) -> release());
        return;
      }
      try {
        deployment.execution().await(life.stopped());
        life.stopped().get();
      } catch (ExecutionException failed) {
        // awaitTermination tells of it.
        release();
        return;
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        running.tell(new ContextCommand.Stop(false));
      }
    }
    life.stopped().complete(null);
    release();
  }

  void awaitTermination() throws InterruptedException {
    try {
      deployment.execution().await(life.stopped());
      life.stopped().get();
    } catch (ExecutionException failure) {
      release();
      throw asFailure(failure);
    }
  }

  /** Waits at most so long; true if everything has ended. */
  boolean awaitTermination(long timeoutMillis) throws InterruptedException {
    try {
      life.stopped().get(timeoutMillis, TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException running) {
      return false;
    } catch (ExecutionException failure) {
      release();
      throw asFailure(failure);
    }
  }

  private ActorRef<ContextCommand> driver() {
    ActorRef<ContextCommand> begun;
    synchronized (this) {
      begun = actor;
      if (begun != null) {
        return begun;
      }
      ContextSetup setup = setup();
      begun = start(setup, Optional.empty());
    }
    return begun;
  }

  private ActorRef<ContextCommand> start(ContextSetup setup, Optional<StreamProgram> resumed) {
    CompletableFuture<ActorRef<WorkerEvent>> published = new CompletableFuture<>();
    ActorRef<ContextCommand> begun = deployment
        .system()
        .systemActorOf(
            ContextActor.create(
                setup, life, settings.cluster().joinTimeout(), resumed, published::complete),
            new DriverName(name, startedMillis, id, setup.epoch()).actor(),
            Props.empty());
    actor = begun;
    jobs = new JobClient(id, begun, life, deployment.node(), codec, deployment.execution());
    awaitAddress(published);
    deployment.publish(
        new Deployment.Driver(name, published.join(), begun, this::takeOver, life.started()));
    return begun;
  }

  private void awaitAddress(CompletableFuture<ActorRef<WorkerEvent>> published) {
    try {
      deployment.execution().await(published);
    } catch (InterruptedException interrupted) {
      // An actor tells its address as soon as it starts, so the wait for it is short in any case.
      Thread.currentThread().interrupt();
    }
  }

  /** Starts a driver that goes on for the one before, which was lost. */
  private synchronized void takeOver() {
    StreamProgram streams = program;
    if (streams != null && !life.stopped().isDone()) {
      var unused = start(setup(), Optional.of(streams));
    }
  }

  private ContextSetup setup() {
    return setup(
        openLedger(),
        directory().map(kept -> new ContextSetup.Durable(kept, checkpoint, Optional.empty())),
        ticker);
  }

  private ContextSetup setup(
      Optional<ContextSetup.OpenLedger> ledger,
      Optional<ContextSetup.Durable> durable,
      Ticker clock) {
    ledger.ifPresent(open -> open.opened().warnings().forEach(found -> log.warn("{}", found)));
    return new ContextSetup(
        id,
        name,
        ledger.map(open -> open.opened().epoch()).orElse(1L),
        intervalMillis,
        defaultPartitions(),
        settings.batch(),
        settings.receiver(),
        settings.rate(),
        durable.flatMap(ContextSetup.Durable::replayMillis).isPresent()
            ? settings.task().withoutTrace()
            : settings.task(),
        clock,
        deployment.execution(),
        deployment.node(),
        deployment.jars(id, settings.jars()),
        Version.current(),
        deployment.proof(),
        deployment,
        deployment.isWatched(),
        deployment.outlivesDriver(),
        settings.cluster().heartbeatInterval(),
        settings.cluster().heartbeatTimeout(),
        settings.cluster().minWorkers(),
        listeners,
        counters,
        broadcasts,
        ledger,
        durable);
  }

  /** With a directory, the nodes' memory decides who goes on for a lost driver, and the directory outlives them all. */
  private Optional<ContextSetup.OpenLedger> openLedger() {
    Optional<Path> kept = directory();
    if (kept.isEmpty()) {
      return deployment.openLedger(name, id);
    }
    Ledger files = ledger(kept.get());
    if (!deployment.wantsProgram()) {
      return Optional.of(ContextSetup.OpenLedger.open(files));
    }
    Optional<ContextSetup.OpenLedger> memory = deployment.openLedger(name, id);
    return Optional.of(ContextSetup.OpenLedger.open(
        memory.<Ledger>map(open -> new MirroredLedger(files, open.ledger())).orElse(files)));
  }

  private void await(CompletableFuture<Void> moment) {
    try {
      deployment.execution().await(moment);
      moment.get();
    } catch (ExecutionException failure) {
      release();
      throw asFailure(failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      stop(false);
    }
  }

  private synchronized void release() {
    state = ContextState.STOPPED;
    beforeRelease.run();
    deployment.node().forgetDriver(id);
    deployment.close();
  }

  private static SluiceException asFailure(ExecutionException failure) {
    Throwable cause = failure.getCause();
    return cause instanceof SluiceException known
        ? new SluiceException(known.code(), String.valueOf(known.getMessage()), known)
        : new SluiceException(ErrorCode.INTERNAL, String.valueOf(cause), cause);
  }
}
