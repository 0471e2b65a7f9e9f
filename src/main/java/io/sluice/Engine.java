package io.sluice;

import static java.util.Objects.requireNonNull;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Props;
import io.sluice.api.ContextState;
import io.sluice.api.ErrorCode;
import io.sluice.api.Settings;
import io.sluice.api.SluiceException;
import io.sluice.api.Ticker;
import io.sluice.block.RecordCodec;
import io.sluice.checkpoint.Ledger;
import io.sluice.cluster.Deployment;
import io.sluice.cluster.ProgramJars;
import io.sluice.cluster.Version;
import io.sluice.scheduler.Broadcasts;
import io.sluice.scheduler.ContextActor;
import io.sluice.scheduler.ContextSetup;
import io.sluice.scheduler.Counters;
import io.sluice.scheduler.DriverThreads;
import io.sluice.scheduler.JobClient;
import io.sluice.scheduler.ListenerBus;
import io.sluice.scheduler.StreamProgram;
import io.sluice.task.TaskWorker;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** What runs a context: its nodes, and its driver, which is started when it is first needed. Thread-safe. */
final class Engine {

  private final String name;
  private final long intervalMillis;
  private final Settings settings;
  private final Deployment deployment;
  private final Ticker ticker;
  private final Runnable beforeRelease;
  private final RecordCodec codec = new RecordCodec(ProgramJars.loader());
  private final long id = System.nanoTime();
  private final ListenerBus listeners;
  private final Counters counters = new Counters();
  private final Broadcasts broadcasts;
  private final ContextActor.Life life = new ContextActor.Life();
  private final long startedMillis = System.currentTimeMillis();
  private ContextState state = ContextState.INITIALIZED;
  private @Nullable StreamProgram program;
  private volatile @Nullable ActorRef<ContextActor.Command> actor;
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
    this.name = name;
    this.intervalMillis = intervalMillis;
    this.settings = settings;
    this.deployment = deployment;
    this.ticker = ticker;
    this.beforeRelease = beforeRelease;
    this.listeners = new ListenerBus(name);
    this.broadcasts = new Broadcasts(id, deployment.node().store());
    deployment.node().register(id, codec);
  }

  /** Tells this run of the context from all others. */
  long id() {
    return id;
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
  int defaultPartitions() {
    int set = settings.batch().partitions();
    return set > 0 ? set : deployment.defaultPartitions();
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

  /** Begins the streams; blocks until they have begun. */
  void begin(StreamProgram streams) {
    synchronized (this) {
      program = streams;
    }
    driver().tell(new ContextActor.Begin(streams));
    await(life.started());
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
    ActorRef<ContextActor.Command> running;
    synchronized (this) {
      running = actor;
      state = ContextState.STOPPED;
    }
    if (running != null) {
      running.tell(new ContextActor.Stop(graceful));
      if (graceful && DriverThreads.isCaller(id)) {
        var unused = life.stopped().whenCompleteAsync((done, failure) -> release());
        return;
      }
      try {
        life.stopped().get();
      } catch (ExecutionException failed) {
        // awaitTermination tells of it.
        release();
        return;
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        running.tell(new ContextActor.Stop(false));
      }
    }
    life.stopped().complete(null);
    release();
  }

  void awaitTermination() throws InterruptedException {
    try {
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

  private ActorRef<ContextActor.Command> driver() {
    ActorRef<ContextActor.Command> begun;
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

  private ActorRef<ContextActor.Command> start(
      ContextSetup setup, Optional<StreamProgram> resumed) {
    CompletableFuture<ActorRef<TaskWorker.Event>> published = new CompletableFuture<>();
    ActorRef<ContextActor.Command> begun = deployment
        .system()
        .systemActorOf(
            ContextActor.create(
                setup, life, settings.cluster().joinTimeout(), resumed, published::complete),
            "sluice-context-%s-%013d-%d".formatted(name, startedMillis, setup.epoch()),
            Props.empty());
    actor = begun;
    jobs = new JobClient(id, begun, life, deployment.node(), codec);
    deployment.publish(new Deployment.Driver(name, published.join(), begun, this::takeOver));
    return begun;
  }

  /** Starts a driver that goes on for the one before, which was lost. */
  private synchronized void takeOver() {
    StreamProgram streams = program;
    if (streams != null && !life.stopped().isDone()) {
      var unused = start(setup(), Optional.of(streams));
    }
  }

  private ContextSetup setup() {
    Optional<ContextSetup.OpenLedger> ledger = deployment.ledger(name).map(Engine::opened);
    return new ContextSetup(
        id,
        name,
        ledger.map(open -> open.opened().epoch()).orElse(1L),
        intervalMillis,
        defaultPartitions(),
        settings.batch(),
        settings.receiver(),
        settings.rate(),
        settings.task().maxAttempts(),
        ticker,
        deployment.node(),
        ProgramJars.offer(deployment.node(), id, settings.jars()),
        Version.current(),
        deployment.proof(),
        deployment.isWatched(),
        deployment.outlivesDriver(),
        settings.cluster().heartbeatInterval(),
        settings.cluster().heartbeatTimeout(),
        settings.cluster().minWorkers(),
        listeners,
        counters,
        broadcasts,
        ledger);
  }

  private static ContextSetup.OpenLedger opened(Ledger ledger) {
    return new ContextSetup.OpenLedger(
        ledger, ledger.open().toCompletableFuture().join());
  }

  private void await(CompletableFuture<Void> moment) {
    try {
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
    deployment.close();
  }

  private static SluiceException asFailure(ExecutionException failure) {
    Throwable cause = failure.getCause();
    return cause instanceof SluiceException known
        ? new SluiceException(known.code(), String.valueOf(known.getMessage()), known)
        : new SluiceException(ErrorCode.INTERNAL, String.valueOf(cause), cause);
  }
}
