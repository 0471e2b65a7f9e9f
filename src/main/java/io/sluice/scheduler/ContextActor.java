package io.sluice.scheduler;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorRefResolver;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.ReceiveBuilder;
import akka.actor.typed.javadsl.TimerScheduler;
import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.api.StreamingEvent;
import io.sluice.plan.Action;
import io.sluice.plan.Node;
import io.sluice.receiver.ReceiverSupervisor;
import io.sluice.task.WorkerCommand;
import io.sluice.task.WorkerEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The driver of one context: ticks, cuts batches, sends out their tasks and commits them.
 *
 * <p>This class only translates between messages and the rules: {@link Fleet} knows the workers and the
 * receivers, {@link Batches} the batches and their jobs.
 */
public final class ContextActor extends AbstractBehavior<ContextActor.Command> {

  /** What the driver hears. All but the events of workers come from its own process. */
  public sealed interface Command {}

  /**
   * End without a word, as a killed process would; for tests.
   *
   * @param last whether no other driver will go on in this process
   */
  public record Crash(boolean last) implements Command {
    public Crash() {
      this(false);
    }
  }

  private record Decided(Runnable step) implements Command {}

  private record NotResumed() implements Command {}

  /** Begin a program of streams. */
  public record Begin(StreamProgram streams) implements Command {}

  /** Stop; when graceful, only after everything received is processed. */
  public record Stop(boolean graceful) implements Command {}

  /** Run an action for a caller outside. */
  record Submit(
      Node dataset,
      long batchMillis,
      Action action,
      CompletableFuture<Long> job,
      CompletableFuture<List<JobRun.Result>> done)
      implements Command {}

  /** Which batches of a node, between two times, can be read. */
  record Remembered(Node node, long fromMillis, long toMillis, CompletableFuture<List<Long>> times)
      implements Command {}

  /** The caller outside has what it wants of its job. */
  record Fetched(long job) implements Command {}

  /** What is kept of a node for the program can go; {@code forgotten} says that nothing refers to the node. */
  record Unkeep(int node, boolean forgotten) implements Command {}

  /** Another context of the same name was found. */
  public record NameTaken(String by) implements Command {}

  private record Tick() implements Command {}

  private record Heartbeat() implements Command {}

  private record FromWorker(WorkerEvent event) implements Command {}

  private record FromReceiver(ReceiverSupervisor.Event event) implements Command {}

  private record WorkerGone(String address, long incarnation, String reason) implements Command {}

  /** Broadcast values are as the batch shall see them. */
  record Refreshed(long batchMillis) implements Command {}

  record Generated(long batchMillis, Node.Generated node, Node dataset) implements Command {}

  record DriverFailed(long batchMillis, String what, Throwable failure) implements Command {}

  /** @param prepared what is to be made visible by the commit */
  record OutputEnded(long batchMillis, String output, List<String> prepared) implements Command {}

  /** A sink has made visible what was decided. */
  record SinkCommitted(long batchMillis, String output) implements Command {}

  record SinkFailed(long batchMillis, String output, Throwable failure) implements Command {}

  record CommitAgain(long batchMillis, String output) implements Command {}

  private record NoWorkers() implements Command {}

  /**
   * How the outside hears of a context's life.
   *
   * @param ready there are workers for actions
   * @param started the program of streams has begun
   * @param stopped everything has ended
   */
  public record Life(
      CompletableFuture<Void> ready,
      CompletableFuture<Void> started,
      CompletableFuture<Void> stopped) {
    public Life() {
      this(new CompletableFuture<>(), new CompletableFuture<>(), new CompletableFuture<>());
    }
  }

  private static final int LAST_COPY_PATIENCE = 15;

  private final ContextSetup setup;
  private final Life life;
  private final TimerScheduler<Command> timers;
  private final Fleet fleet;
  private final Batches batches;
  private final Journal journal;
  private final ActorRef<WorkerEvent> fromWorkers;
  private final Recovered past;
  private final boolean restarts;
  private @Nullable StreamProgram waiting;
  private boolean resuming;
  private boolean silent;
  private int unansweredBeats;

  /**
   * A driver that waits for workers and then runs.
   *
   * @param resumed the program under way, if this driver goes on for another
   * @param publish is given the address to which workers announce themselves
   * @param joinTimeout how long to wait for enough workers
   */
  public static Behavior<Command> create(
      ContextSetup setup,
      Life life,
      Duration joinTimeout,
      Optional<StreamProgram> resumed,
      Consumer<ActorRef<WorkerEvent>> publish) {
    return Behaviors.setup(context -> Behaviors.withTimers(
        timers -> new ContextActor(context, timers, setup, life, joinTimeout, resumed, publish)));
  }

  private ContextActor(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      ContextSetup setup,
      Life life,
      Duration joinTimeout,
      Optional<StreamProgram> resumed,
      Consumer<ActorRef<WorkerEvent>> publish) {
    super(context);
    context.setLoggerName(ContextActor.class);
    this.setup = setup;
    this.life = life;
    this.timers = timers;
    ActorRef<Command> self = context.getSelf();
    ActorRef<ReceiverSupervisor.Event> fromReceivers =
        context.messageAdapter(ReceiverSupervisor.Event.class, FromReceiver::new);
    this.past = setup
        .ledger()
        .map(ledger -> Recovered.of(ledger.opened(), setup.partitions()))
        .orElseGet(() -> Recovered.none(setup.partitions()));
    this.restarts = resumed.isEmpty() && past.isBegun() && setup.durable().isPresent();
    Recovered recovered = restarts ? Recovered.none(setup.partitions()) : past;
    this.journal = new Journal(
        setup.ledger().map(ContextSetup.OpenLedger::ledger),
        step -> self.tell(new Decided(step)),
        () -> batches().snapshot());
    this.fleet = new Fleet(
        setup, fromReceivers, recovered, journal, ActorRefResolver.get(context.getSystem()));
    this.batches =
        new Batches(setup, fleet, recovered, journal, new DriverThreads(setup, self::tell));
    this.fromWorkers = context.messageAdapter(WorkerEvent.class, FromWorker::new);
    this.resuming = resumed.isPresent();
    publish.accept(fromWorkers);
    if (setup.watched()) {
      timers.startTimerWithFixedDelay(new Heartbeat(), setup.heartbeatInterval());
    }
    timers.startSingleTimer(new NoWorkers(), joinTimeout);
    resumed.ifPresent(this::resume);
    if (!restarts) {
      journal.begin();
    }
    if (setup.watched() && !resuming) {
      context.getLog().info("[{}] waits for [{}] workers", setup.name(), setup.minWorkers());
    }
  }

  private Batches batches() {
    return batches;
  }

  private void resume(StreamProgram streams) {
    batches.resume(streams);
    fleet.handOver(streams.receivers(), fromWorkers).forEach(this::watch);
    boolean alone = fleet.resumption().isOver();
    timers.startSingleTimer(new NotResumed(), alone ? Duration.ZERO : setup.heartbeatTimeout());
  }

  @Override
  public Receive<Command> createReceive() {
    return resuming ? resuming() : starting();
  }

  /** Waiting for workers. */
  private Receive<Command> starting() {
    return newReceiveBuilder()
        .onMessage(Decided.class, decided -> guarded(decided.step()))
        .onMessage(Crash.class, this::onCrash)
        .onMessage(FromWorker.class, this::onWorkerWhileStarting)
        .onMessage(WorkerGone.class, this::onWorkerGone)
        .onMessage(NoWorkers.class, this::onNoWorkers)
        .onMessage(NameTaken.class, this::onNameTaken)
        .onMessage(Heartbeat.class, this::onHeartbeat)
        .onMessage(Submit.class, this::onSubmit)
        .onMessage(Fetched.class, this::onFetched)
        .onMessage(Remembered.class, this::onRemembered)
        .onMessage(Stop.class, stop -> ended(null))
        .onMessage(Begin.class, this::onBeginWhileStarting)
        .onSignal(PostStop.class, stopped -> onPostStop())
        .build();
  }

  /** Waiting for the workers of the driver before. */
  private Receive<Command> resuming() {
    return running()
        .onMessage(NotResumed.class, this::onNotResumed)
        .onMessage(NoWorkers.class, this::onNoWorkers)
        .onMessage(Stop.class, stop -> ended(null))
        .onMessage(Command.class, other -> Behaviors.same())
        .build();
  }

  /** Actions can run; the program of streams is still being written. */
  private Receive<Command> ready() {
    return running()
        .onMessage(Begin.class, this::onBegin)
        .onMessage(NameTaken.class, this::onNameTaken)
        .onMessage(Stop.class, stop -> ended(null))
        .onMessage(Command.class, other -> Behaviors.same())
        .build();
  }

  private Receive<Command> active() {
    return running()
        .onMessage(NameTaken.class, this::onNameTaken)
        .onMessage(Stop.class, this::onStop)
        .onMessage(Command.class, other -> Behaviors.same())
        .build();
  }

  /** Receivers are ending; what was received is still being processed. */
  private Receive<Command> stopping() {
    return running()
        .onMessage(Stop.class, stop -> stop.graceful() ? Behaviors.same() : ended(null))
        .onMessage(Command.class, other -> Behaviors.same())
        .build();
  }

  /** What is heard as long as batches run. */
  private ReceiveBuilder<Command> running() {
    return newReceiveBuilder()
        .onMessage(FromWorker.class, this::onWorker)
        .onMessage(Decided.class, this::onDecided)
        .onMessage(Crash.class, this::onCrash)
        .onMessage(Tick.class, this::onTick)
        .onMessage(Submit.class, this::onSubmit)
        .onMessage(Fetched.class, this::onFetched)
        .onMessage(Remembered.class, this::onRemembered)
        .onMessage(Unkeep.class, this::onUnkeep)
        .onMessage(OutputEnded.class, this::onOutputEnded)
        .onMessage(SinkCommitted.class, this::onSinkCommitted)
        .onMessage(SinkFailed.class, this::onSinkFailed)
        .onMessage(CommitAgain.class, this::onCommitAgain)
        .onMessage(FromReceiver.class, this::onReceiver)
        .onMessage(Refreshed.class, this::onRefreshed)
        .onMessage(Generated.class, this::onGenerated)
        .onMessage(Heartbeat.class, this::onHeartbeat)
        .onMessage(WorkerGone.class, this::onWorkerGone)
        .onMessage(DriverFailed.class, this::onDriverFailed)
        .onSignal(PostStop.class, stopped -> onPostStop());
  }

  private Behavior<Command> onWorkerWhileStarting(FromWorker message) {
    Behavior<Command> next = onWorker(message);
    if (next != Behaviors.<Command>same() || fleet.usable().size() < setup.minWorkers()) {
      return next;
    }
    timers.cancel(new NoWorkers());
    fleet.placeFirst();
    life.ready().complete(null);
    StreamProgram streams = waiting;
    return streams == null ? ready() : begin(streams);
  }

  private Behavior<Command> onBeginWhileStarting(Begin message) {
    waiting = message.streams();
    return Behaviors.same();
  }

  private Behavior<Command> onBegin(Begin message) {
    return begin(message.streams());
  }

  private Behavior<Command> begin(StreamProgram streams) {
    Behavior<Command> next = guarded(() -> {
      if (restarts) {
        Instant first = batches.restart(streams, past);
        journal.begin();
        fleet.startReceivers();
        started(first);
      } else {
        batches.begin(streams, first -> {
          fleet.receive(streams.receivers());
          started(first);
        });
      }
    });
    return next == Behaviors.<Command>same() ? active() : next;
  }

  private void started(Instant first) {
    ActorRef<Command> self = getContext().getSelf();
    setup
        .ticker()
        .start(first, Duration.ofMillis(setup.intervalMillis()), () -> self.tell(new Tick()));
    setup.listeners().post(new StreamingEvent.StreamingStarted(setup.ticker().now()));
    life.started().complete(null);
  }

  /** Workers that have not answered are lost; one that has the only copy of something gets more time. */
  private Behavior<Command> onNotResumed(NotResumed late) {
    return guarded(() -> {
      unansweredBeats++;
      for (String worker : fleet.resumption().awaited()) {
        if (unansweredBeats >= LAST_COPY_PATIENCE || batches.canSpare(worker)) {
          lose(worker, "it did not answer the new driver");
        }
      }
      timers.startSingleTimer(new NotResumed(), setup.heartbeatTimeout());
    });
  }

  private void goOn() {
    timers.cancel(new NotResumed());
    timers.cancel(new NoWorkers());
    resuming = false;
    ActorRef<Command> self = getContext().getSelf();
    fleet.goOn();
    setup
        .ticker()
        .start(
            batches.goOn(), Duration.ofMillis(setup.intervalMillis()), () -> self.tell(new Tick()));
    life.ready().complete(null);
    life.started().complete(null);
    batches.proceed();
  }

  private Behavior<Command> onDecided(Decided decided) {
    return guarded(() -> {
      decided.step().run();
      batches.proceed();
    });
  }

  private Behavior<Command> onCrash(Crash crash) {
    silent = true;
    if (crash.last()) {
      tellWaiting(stopped());
      life.stopped().complete(null);
    }
    return Behaviors.stopped();
  }

  private Behavior<Command> onNoWorkers(NoWorkers none) {
    return ended(new SluiceException(
        ErrorCode.NO_WORKERS,
        "Context '%s' found %d of %d workers. Start workers that join the same cluster, or raise sluice.cluster.join-timeout."
            .formatted(setup.name(), fleet.usable().size(), setup.minWorkers())));
  }

  private Behavior<Command> onNameTaken(NameTaken taken) {
    return ended(new SluiceException(
        ErrorCode.CONTEXT_NAME_TAKEN,
        "A context named '%s' already runs in this cluster, on %s. Stop it, or give this one another name."
            .formatted(setup.name(), taken.by())));
  }

  private Behavior<Command> onTick(Tick tick) {
    return guarded(batches::onTick);
  }

  private Behavior<Command> onSubmit(Submit submit) {
    return guarded(() -> batches.batch().submit(submit));
  }

  private Behavior<Command> onFetched(Fetched fetched) {
    return guarded(() -> batches.fetched(fetched.job()));
  }

  private Behavior<Command> onRemembered(Remembered asked) {
    return guarded(() -> batches.remembered(asked));
  }

  private Behavior<Command> onUnkeep(Unkeep unkeep) {
    return guarded(() -> batches.unkeep(unkeep.node(), unkeep.forgotten()));
  }

  private Behavior<Command> onOutputEnded(OutputEnded ended) {
    return guarded(() -> batches.batch().outputEnded(ended));
  }

  private Behavior<Command> onSinkCommitted(SinkCommitted committed) {
    return guarded(() -> {
      batches.sinks().succeeded(committed);
      batches.proceed();
    });
  }

  private Behavior<Command> onSinkFailed(SinkFailed failed) {
    CommitAgain again = new CommitAgain(failed.batchMillis(), failed.output());
    return guarded(() -> timers.startSingleTimer(again, again, batches.sinks().failed(failed)));
  }

  private Behavior<Command> onCommitAgain(CommitAgain again) {
    return guarded(() -> batches.sinks().again(again));
  }

  private Behavior<Command> onRefreshed(Refreshed refreshed) {
    return guarded(() -> batches.batch().refreshed(refreshed.batchMillis()));
  }

  private Behavior<Command> onGenerated(Generated generated) {
    return guarded(() ->
        batches.batch().generated(generated.batchMillis(), generated.node(), generated.dataset()));
  }

  private Behavior<Command> onDriverFailed(DriverFailed failed) {
    return guarded(() -> batches.driverFailed(failed));
  }

  private Behavior<Command> onWorker(FromWorker message) {
    WorkerEvent event = message.event();
    return guarded(() -> {
      if (event instanceof WorkerEvent.TaskFinished finished) {
        batches.taskFinished(finished);
      } else if (event instanceof WorkerEvent.TaskFailed failed) {
        batches.taskFailed(failed);
      } else if (event instanceof WorkerEvent.Pong pong) {
        fleet.pong(pong);
      } else if (event instanceof WorkerEvent.WorkerReady ready) {
        onWorkerReady(ready);
      } else if (event instanceof WorkerEvent.WorkerUp up) {
        fleet.workerUp(up);
      } else if (event instanceof WorkerEvent.PartitionCopied copied) {
        batches.partitionCopied(copied);
      } else if (event instanceof WorkerEvent.Persisted persisted) {
        batches.persisted(persisted);
      } else if (event instanceof WorkerEvent.Restored restored) {
        batches.restored(restored);
      } else if (event instanceof WorkerEvent.Resumed resumed) {
        fleet.resumed(resumed);
      } else if (event instanceof WorkerEvent.WorkerFailed failed) {
        if (fleet.isIncarnation(failed.address(), failed.incarnation())) {
          lose(failed.address(), failed.reason());
        }
      }
    });
  }

  private void onWorkerReady(WorkerEvent.WorkerReady ready) {
    if (fleet.isKnown(ready)) {
      fleet.welcome(ready);
      return;
    }
    lose(ready.address(), "it started anew");
    if (!fleet.admit(ready)) {
      return;
    }
    watch(ready.address(), ready.incarnation(), ready.worker());
  }

  private void watch(Decision.Joined worker, ActorRef<WorkerCommand> ref) {
    watch(worker.address(), worker.incarnation(), ref);
  }

  private void watch(String address, long incarnation, ActorRef<WorkerCommand> worker) {
    ActorRef<Command> self = getContext().getSelf();
    // A worker that starts afresh keeps its actor, which is watched already with its old
    // incarnation.
    getContext().unwatch(worker);
    if (worker.path().address().hasLocalScope()) {
      // The cluster takes every actor for ended whose node has the address of one that was lost;
      // workers on other nodes are known by their answers and their data connections.
      getContext().watchWith(worker, new WorkerGone(address, incarnation, "its actor ended"));
    }
    if (!address.equals(setup.node().address())) {
      setup
          .node()
          .channel()
          .watch(
              address,
              () -> self.tell(new WorkerGone(address, incarnation, "its data connection broke")));
    }
  }

  private Behavior<Command> onReceiver(FromReceiver message) {
    return guarded(() -> {
      if (message.event() instanceof ReceiverSupervisor.BlockStored stored) {
        fleet.blockStored(stored, batches.tracker());
      } else {
        fleet.onReceiver(message.event());
      }
      batches.proceed();
    });
  }

  /**
   * A worker that is silent is given up if others have all it has; one that has the only copy of something
   * gets more time, since it may just be slow.
   */
  private Behavior<Command> onHeartbeat(Heartbeat heartbeat) {
    return guarded(() -> {
      fleet.beat();
      for (WorkerTable.Worker silent : fleet.silent(1)) {
        if (batches.canSpare(silent.address())) {
          lose(silent.address(), "it was silent for too long");
        }
      }
      for (WorkerTable.Worker silent : fleet.silent(LAST_COPY_PATIENCE)) {
        lose(silent.address(), "it was silent for far too long");
      }
      batches.retryUnreached();
      batches.tellOfDelay();
    });
  }

  private Behavior<Command> onWorkerGone(WorkerGone gone) {
    return guarded(() -> {
      if (fleet.isIncarnation(gone.address(), gone.incarnation())) {
        lose(gone.address(), gone.reason());
      }
    });
  }

  private void lose(String address, String reason) {
    Optional<Fleet.Loss> loss = fleet.lose(address, reason);
    if (loss.isPresent()) {
      batches.workerLost(address, reason, loss.get());
      fleet.startReceivers();
    }
  }

  private Behavior<Command> onStop(Stop stop) {
    if (!stop.graceful()) {
      return ended(null);
    }
    fleet.stopReceivers();
    batches.drain();
    Behavior<Command> next = guarded(batches::proceed);
    return next == Behaviors.<Command>same() ? stopping() : next;
  }

  /** Runs a step of the rules and ends the context if that fails it, or drains it. */
  private Behavior<Command> guarded(Runnable step) {
    boolean resumed = false;
    try {
      step.run();
      resumed = resuming && fleet.resumption().isOver() && !fleet.usable().isEmpty();
      if (resumed) {
        goOn();
      }
    } catch (SluiceException failure) {
      batches.fail(failure);
    } catch (RuntimeException defect) {
      getContext().getLog().error("Context [{}] met a defect", setup.name(), defect);
      batches.fail(new SluiceException(
          ErrorCode.INTERNAL,
          "Context '" + setup.name() + "' met a defect of Sluice: " + defect,
          defect));
    }
    SluiceException failure = batches.failure();
    if (failure != null) {
      return ended(failure);
    }
    if (resumed) {
      return active();
    }
    return batches.isDrained() ? ended(null) : Behaviors.same();
  }

  private Behavior<Command> ended(@Nullable SluiceException failure) {
    boolean replaced = failure != null && failure.code() == ErrorCode.EPOCH_SEALED;
    if (replaced) {
      // The workers are another driver's now.
      silent = true;
      setup.ticker().close();
    } else {
      journal.decide(
          new Decision.Ended(failure == null ? "stopped" : String.valueOf(failure.getMessage())));
    }
    tellWaiting(failure != null ? failure : stopped());
    if (failure == null) {
      life.stopped().complete(null);
    } else {
      getContext().getLog().error("Context [{}] failed: {}", setup.name(), failure.getMessage());
      life.stopped().completeExceptionally(failure);
    }
    return Behaviors.stopped();
  }

  private SluiceException stopped() {
    return new SluiceException(
        ErrorCode.CONTEXT_STOPPED, "Context '" + setup.name() + "' was stopped.");
  }

  private void tellWaiting(SluiceException cause) {
    batches.abandon(cause);
    life.ready().completeExceptionally(cause);
    life.started().completeExceptionally(cause);
  }

  private Behavior<Command> onPostStop() {
    batches.abandon(stopped());
    setup.ledger().ifPresent(open -> open.ledger().close());
    batches.close();
    if (silent) {
      // A driver that goes on in this process may have started the ticker already.
      return Behaviors.same();
    }
    setup.ticker().close();
    // The actor system may have ended it without a word.
    tellWaiting(stopped());
    fleet.dismissAll();
    setup.listeners().close();
    life.stopped().complete(null);
    return Behaviors.same();
  }
}
