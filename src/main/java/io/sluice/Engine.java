package io.sluice;

import static java.util.Objects.requireNonNull;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Props;
import com.typesafe.config.Config;
import io.sluice.api.CheckpointReport;
import io.sluice.api.ClusterInfo;
import io.sluice.api.ContextState;
import io.sluice.api.ErrorCode;
import io.sluice.api.Locations;
import io.sluice.api.Settings;
import io.sluice.api.ShellClasses;
import io.sluice.api.SluiceException;
import io.sluice.api.Ticker;
import io.sluice.block.RecordCodec;
import io.sluice.checkpoint.Ledger;
import io.sluice.checkpoint.MirroredLedger;
import io.sluice.cluster.Deployment;
import io.sluice.cluster.DriverName;
import io.sluice.cluster.ProgramJars;
import io.sluice.cluster.Succession;
import io.sluice.cluster.Version;
import io.sluice.plan.Program;
import io.sluice.scheduler.Broadcasts;
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
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What runs a context: its nodes, and its driver, which is started when it is first needed. Thread-safe. */
final class Engine {

  private static final Logger log = LoggerFactory.getLogger(Engine.class);

  private static final int INSPECTION_SECONDS = 5;

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
  private int offeredClasses;
  private final KeptContext kept;
  private final ListenerBus listeners;
  private final Counters counters = new Counters();
  private final Broadcasts broadcasts;
  private final ContextActor.Life life = new ContextActor.Life();
  private final long startedMillis;
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
    this.codec = deployment.codec(loader);
    this.name = name;
    this.intervalMillis = intervalMillis;
    this.settings = settings;
    this.kept = new KeptContext(name, settings.checkpoint());
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
      engine.keepIn(Locations.path(identity.checkpoint()));
    }
    engine.activate();
    return engine;
  }

  long startedMillis() {
    return startedMillis;
  }

  ClassLoader loader() {
    return loader;
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

  RecordCodec codec() {
    return codec;
  }

  /** What the driver has of the program's data. */
  DriverData data() {
    return new DriverData(id, deployment.node().store(), codec, loader, broadcasts);
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
      int recorded = kept.partitions();
      if (recorded > 0 && set > 0 && set != recorded) {
        throw new SluiceException(
            ErrorCode.SETTING_INVALID,
            "sluice.batch.partitions is %d, but the checkpoint in %s was written with %d. Set it to %d or 0, or choose another directory to begin without a past."
                .formatted(set, kept.directory().orElseThrow(), recorded, recorded));
      }
      partitions = recorded > 0 ? recorded : set > 0 ? set : deployment.defaultPartitions();
    }
    return partitions;
  }

  /** Keeps the context in a directory, so that it outlives all its processes. */
  synchronized void keepIn(Path directory) {
    requireInitialized("Cannot choose a checkpoint directory");
    if (actor != null) {
      throw new IllegalStateException(
          "The checkpoint directory of context '" + name
              + "' must be chosen before its first action. Call checkpoint first, or set sluice.checkpoint.directory.");
    }
    kept.keepIn(directory);
    int recorded = partitions > 0 ? kept.partitions() : 0;
    if (recorded > 0 && recorded != partitions) {
      throw new IllegalStateException(
          "Streams of context '%s' were made for %d partitions, but the checkpoint in %s was written with %d. Call checkpoint before the first stream is made, or set sluice.batch.partitions to %d."
              .formatted(name, partitions, directory, recorded, recorded));
    }
  }

  /** Where the contexts with this setting are kept; empty if this one ends with its processes. */
  Optional<Path> checkpointDirectory() {
    return kept.parent();
  }

  /**
   * What {@link #begin} would do with what is kept of the context.
   *
   * @throws IllegalStateException if there is no directory
   */
  CheckpointReport check(Program unstarted) {
    return kept.check(unstarted, loader);
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
    offerClasses();
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
    KeptContext.Replayed past = kept.replayed(batchMillis);
    activate();
    ActorRef<ContextCommand> replaying;
    synchronized (this) {
      replaying = start(
          setup(
              Optional.of(past.ledger()),
              Optional.of(past.durable()),
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

  /** Runs actions; starts the driver and waits for workers if no action ran before. */
  JobClient jobs() {
    boolean neverStarted = actor == null;
    if (neverStarted && state() == ContextState.STOPPED) {
      throw new SluiceException(
          ErrorCode.CONTEXT_STOPPED,
          "Context '" + name + "' was stopped; actions on RDDs can run only until then.");
    }
    driver();
    offerClasses();
    await(life.ready());
    return requireNonNull(jobs);
  }

  /** Workers find there what a shell has compiled since the action before. */
  private synchronized void offerClasses() {
    if (loader instanceof ShellClasses shell) {
      offeredClasses = ProgramJars.offerClasses(deployment.node(), id, shell, offeredClasses);
    }
  }

  /** What is kept of a node is not wanted any more; nothing happens before the driver has started. */
  void unkeep(int node, boolean forgotten) {
    JobClient running = jobs;
    if (running != null) {
      running.unkeep(node, forgotten);
    }
  }

  /** Begins no batch until further notice, or goes on; nothing happens before the program has begun. */
  void pause(boolean paused) {
    ActorRef<ContextCommand> running = actor;
    if (running == null || state() != ContextState.ACTIVE) {
      throw new IllegalStateException(
          "Context '%s' is %s. Only one that runs can be paused or go on."
              .formatted(name, state()));
    }
    running.tell(new ContextCommand.Pause(paused));
  }

  /** What the nodes are and hold; fails if the context does not run. */
  CompletionStage<ClusterInfo> cluster() {
    CompletableFuture<ClusterInfo> info = new CompletableFuture<>();
    ActorRef<ContextCommand> running = actor;
    if (running == null || life.stopped().isDone()) {
      info.completeExceptionally(new SluiceException(
          ErrorCode.CONTEXT_STOPPED,
          "Context '" + name + "' does not run; its nodes are known from start() until it ends."));
    } else {
      running.tell(new ContextCommand.Inspect(info));
    }
    return info.orTimeout(INSPECTION_SECONDS, TimeUnit.SECONDS);
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
        new Deployment.Driver(name, published.join(), begun, this::takeOver, life.open()));
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
    return setup(openLedger(), kept.durable(), ticker);
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
        ProgramJars.with(deployment.jars(id, settings.jars()), loader, id),
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
    Ledger files = kept.ledger().orElse(null);
    if (files == null) {
      return deployment.openLedger(name, id);
    }
    Optional<ContextSetup.OpenLedger> memory =
        deployment.wantsProgram() ? deployment.openLedger(name, id) : Optional.empty();
    // Whoever opens the directory cuts off a driver that has it open.
    deployment.requireFree(name);
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
