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
import io.sluice.task.WorkerCommand;
import io.sluice.task.WorkerEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
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
public final class ContextActor extends AbstractBehavior<ContextCommand> {

  private record Decided(Runnable step) implements ContextCommand.Own {}

  private record NotResumed() implements ContextCommand.Own {}

  private record StillSilent() implements ContextCommand.Own {}

  private record Tick() implements ContextCommand.Own {}

  private record Heartbeat() implements ContextCommand.Own {}

  private record FromWorker(WorkerEvent event) implements ContextCommand.Own {}

  private record WorkerGone(String address, long incarnation, String reason)
      implements ContextCommand.Own {}

  private record ConnectionBroke(String address, long incarnation) implements ContextCommand.Own {}

  private record NoWorkers() implements ContextCommand.Own {}

  /**
   * How the outside hears of a context's life.
   *
   * @param ready there are workers for actions
   * @param started the program of streams has begun
   * @param open workers that nobody has asked to come may do so
   * @param stopped everything has ended
   */
  public record Life(
      CompletableFuture<Void> ready,
      CompletableFuture<Void> started,
      CompletableFuture<Void> open,
      CompletableFuture<Void> stopped) {
    public Life() {
      this(
          new CompletableFuture<>(),
          new CompletableFuture<>(),
          new CompletableFuture<>(),
          new CompletableFuture<>());
    }
  }

  private final ContextSetup setup;
  private final Life life;
  private final TimerScheduler<ContextCommand> timers;
  private final Fleet fleet;
  private final Inspection inspection;
  private final Batches batches;
  private final Journal journal;
  private final FailureDetector detector;
  private final ActorRef<WorkerEvent> fromWorkers;
  private final Recovered past;
  private final boolean restarts;
  private @Nullable StreamProgram waiting;

  /** Tasks of which a driver hears that may be replaced: outputs must not go on with them before it knows. */
  private final List<WorkerEvent.TaskFinished> heldBack = new ArrayList<>();

  private boolean resuming;
  private boolean silent;

  /**
   * A driver that waits for workers and then runs.
   *
   * @param resumed the program under way, if this driver goes on for another
   * @param publish is given the address to which workers announce themselves
   * @param joinTimeout how long to wait for enough workers
   */
  public static Behavior<ContextCommand> create(
      ContextSetup setup,
      Life life,
      Duration joinTimeout,
      Optional<StreamProgram> resumed,
      Consumer<ActorRef<WorkerEvent>> publish) {
    return Behaviors.setup(context -> Behaviors.withTimers(
        timers -> new ContextActor(context, timers, setup, life, joinTimeout, resumed, publish)));
  }

  private ContextActor(
      ActorContext<ContextCommand> context,
      TimerScheduler<ContextCommand> timers,
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
    ActorRef<ContextCommand> self = context.getSelf();
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
        setup,
        recovered,
        journal,
        ActorRefResolver.get(context.getSystem()),
        () -> batches().tracker());
    this.batches =
        new Batches(setup, fleet, recovered, journal, new DriverThreads(setup, self::tell));
    this.inspection = new Inspection(setup, fleet, batches::isPaused);
    this.detector = new FailureDetector(setup, fleet, batches, journal);
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
    timers.startSingleTimer(new StillSilent(), setup.heartbeatInterval().multipliedBy(2));
  }

  @Override
  public Receive<ContextCommand> createReceive() {
    return resuming ? resuming() : starting();
  }

  /** Waiting for workers. */
  private Receive<ContextCommand> starting() {
    return newReceiveBuilder()
        .onMessage(Decided.class, decided -> guarded(decided.step()))
        .onMessage(ContextCommand.Crash.class, this::onCrash)
        .onMessage(FromWorker.class, this::onWorkerWhileStarting)
        .onMessage(WorkerGone.class, this::onWorkerGone)
        .onMessage(ConnectionBroke.class, this::onConnectionBroke)
        .onMessage(NoWorkers.class, this::onNoWorkers)
        .onMessage(ContextCommand.NameTaken.class, this::onNameTaken)
        .onMessage(Heartbeat.class, this::onHeartbeat)
        .onMessage(ContextCommand.Submit.class, submit -> guarded(() -> batches.submit(submit)))
        .onMessage(
            ContextCommand.Fetched.class, fetched -> guarded(() -> batches.fetched(fetched.job())))
        .onMessage(
            ContextCommand.Remembered.class, asked -> guarded(() -> batches.remembered(asked)))
        .onMessage(ContextCommand.Stop.class, stop -> ended(null))
        .onMessage(ContextCommand.Begin.class, this::onBeginWhileStarting)
        .onSignal(PostStop.class, stopped -> onPostStop())
        .build();
  }

  /** Waiting for the workers of the driver before. */
  private Receive<ContextCommand> resuming() {
    return running()
        .onMessage(NotResumed.class, this::onNotResumed)
        .onMessage(StillSilent.class, silent -> guarded(detector::stillSilent))
        .onMessage(NoWorkers.class, this::onNoWorkers)
        .onMessage(ContextCommand.Stop.class, stop -> ended(null))
        .onMessage(ContextCommand.class, other -> Behaviors.same())
        .build();
  }

  /** Actions can run; the program of streams is still being written. */
  private Receive<ContextCommand> ready() {
    return running()
        .onMessage(ContextCommand.Begin.class, this::onBegin)
        .onMessage(ContextCommand.NameTaken.class, this::onNameTaken)
        .onMessage(ContextCommand.Stop.class, stop -> ended(null))
        .onMessage(ContextCommand.class, other -> Behaviors.same())
        .build();
  }

  private Receive<ContextCommand> active() {
    return running()
        .onMessage(ContextCommand.NameTaken.class, this::onNameTaken)
        .onMessage(ContextCommand.Stop.class, this::onStop)
        .onMessage(ContextCommand.class, other -> Behaviors.same())
        .build();
  }

  /** Receivers are ending; what was received is still being processed. */
  private Receive<ContextCommand> stopping() {
    return running()
        .onMessage(
            ContextCommand.Stop.class, stop -> stop.graceful() ? Behaviors.same() : ended(null))
        .onMessage(ContextCommand.class, other -> Behaviors.same())
        .build();
  }

  /** What is heard as long as batches run. */
  private ReceiveBuilder<ContextCommand> running() {
    return newReceiveBuilder()
        .onMessage(FromWorker.class, this::onWorker)
        .onMessage(Decided.class, this::onDecided)
        .onMessage(ContextCommand.Crash.class, this::onCrash)
        .onMessage(Tick.class, tick -> guarded(batches::onTick))
        .onMessage(ContextCommand.Submit.class, submit -> guarded(() -> batches.submit(submit)))
        .onMessage(
            ContextCommand.Fetched.class, fetched -> guarded(() -> batches.fetched(fetched.job())))
        .onMessage(
            ContextCommand.Remembered.class, asked -> guarded(() -> batches.remembered(asked)))
        .onMessage(ContextCommand.Inspect.class, this::onInspect)
        .onMessage(
            ContextCommand.Pause.class,
            pause -> guarded(() -> {
              batches.pause(pause.paused());
              batches.proceed();
            }))
        .onMessage(
            ContextCommand.Unkeep.class,
            unkeep -> guarded(() -> batches.unkeep(unkeep.node(), unkeep.forgotten())))
        .onMessage(
            ContextCommand.OutputEnded.class,
            ended -> guarded(() -> batches.batch().outputEnded(ended)))
        .onMessage(ContextCommand.SinkCommitted.class, this::onSinkCommitted)
        .onMessage(ContextCommand.SinkFailed.class, this::onSinkFailed)
        .onMessage(
            ContextCommand.CommitAgain.class,
            again -> guarded(() -> batches.sinks().again(again)))
        .onMessage(
            ContextCommand.Refreshed.class,
            refreshed -> guarded(() -> batches.batch().refreshed(refreshed.batchMillis())))
        .onMessage(
            ContextCommand.Planned.class,
            planned -> guarded(() -> batches.batch().planned(planned)))
        .onMessage(
            ContextCommand.Generated.class,
            generated -> guarded(() -> batches
                .batch()
                .generated(generated.batchMillis(), generated.node(), generated.dataset())))
        .onMessage(Heartbeat.class, this::onHeartbeat)
        .onMessage(WorkerGone.class, this::onWorkerGone)
        .onMessage(ConnectionBroke.class, this::onConnectionBroke)
        .onMessage(
            ContextCommand.DriverFailed.class,
            failed -> guarded(() -> batches.driverFailed(failed)))
        .onSignal(PostStop.class, stopped -> onPostStop());
  }

  private Behavior<ContextCommand> onWorkerWhileStarting(FromWorker message) {
    Behavior<ContextCommand> next = onWorker(message);
    if (next != Behaviors.<ContextCommand>same() || fleet.usable().size() < setup.minWorkers()) {
      return next;
    }
    timers.cancel(new NoWorkers());
    fleet.placeFirst();
    life.ready().complete(null);
    StreamProgram streams = waiting;
    return streams == null ? ready() : begin(streams);
  }

  private Behavior<ContextCommand> onBeginWhileStarting(ContextCommand.Begin message) {
    waiting = message.streams();
    return Behaviors.same();
  }

  private Behavior<ContextCommand> onBegin(ContextCommand.Begin message) {
    return begin(message.streams());
  }

  private Behavior<ContextCommand> begin(StreamProgram streams) {
    Behavior<ContextCommand> next = guarded(() -> {
      if (restarts) {
        Instant first = batches.restart(streams, past);
        journal.begin();
        fleet.receivers().start();
        started(first);
      } else {
        batches.begin(streams, first -> {
          fleet.receivers().begin(streams.receivers());
          started(first);
        });
      }
    });
    return next == Behaviors.<ContextCommand>same() ? active() : next;
  }

  private void started(Instant first) {
    ActorRef<ContextCommand> self = getContext().getSelf();
    setup
        .ticker()
        .start(first, Duration.ofMillis(setup.intervalMillis()), () -> self.tell(new Tick()));
    setup.listeners().post(new StreamingEvent.StreamingStarted(setup.ticker().now()));
    life.started().complete(null);
  }

  private Behavior<ContextCommand> onNotResumed(NotResumed late) {
    return guarded(() -> {
      detector.unanswered();
      fleet.askAgain(fromWorkers);
      timers.startSingleTimer(new NotResumed(), setup.heartbeatTimeout());
    });
  }

  private void goOn() {
    timers.cancel(new NotResumed());
    timers.cancel(new NoWorkers());
    resuming = false;
    ActorRef<ContextCommand> self = getContext().getSelf();
    fleet.goOn();
    setup
        .ticker()
        .start(
            batches.goOn(), Duration.ofMillis(setup.intervalMillis()), () -> self.tell(new Tick()));
    life.ready().complete(null);
    life.started().complete(null);
    batches.proceed();
  }

  private Behavior<ContextCommand> onDecided(Decided decided) {
    return guarded(() -> {
      decided.step().run();
      heldBack.forEach(batches::taskFinished);
      heldBack.clear();
      batches.proceed();
    });
  }

  private Behavior<ContextCommand> onCrash(ContextCommand.Crash crash) {
    silent = true;
    if (crash.last()) {
      tellWaiting(stopped());
      life.stopped().complete(null);
    }
    return Behaviors.stopped();
  }

  private Behavior<ContextCommand> onNoWorkers(NoWorkers none) {
    return ended(new SluiceException(
        ErrorCode.NO_WORKERS,
        "Context '%s' found %d of %d workers. Start workers that join the same cluster, or raise sluice.cluster.join-timeout."
            .formatted(setup.name(), fleet.usable().size(), setup.minWorkers())));
  }

  private Behavior<ContextCommand> onNameTaken(ContextCommand.NameTaken taken) {
    return ended(taken.failure(setup.name()));
  }

  private Behavior<ContextCommand> onInspect(ContextCommand.Inspect inspect) {
    return guarded(() -> inspection.ask(inspect.info()));
  }

  private Behavior<ContextCommand> onSinkCommitted(ContextCommand.SinkCommitted committed) {
    return guarded(() -> {
      batches.sinks().succeeded(committed);
      batches.proceed();
    });
  }

  private Behavior<ContextCommand> onSinkFailed(ContextCommand.SinkFailed failed) {
    ContextCommand.CommitAgain again =
        new ContextCommand.CommitAgain(failed.batchMillis(), failed.output());
    return guarded(() -> timers.startSingleTimer(again, again, batches.sinks().failed(failed)));
  }

  private Behavior<ContextCommand> onWorker(FromWorker message) {
    return guarded(() -> heard(message.event()));
  }

  private void heard(WorkerEvent event) {
    if (event instanceof WorkerEvent.Numbered numbered) {
      if (fleet.isNext(numbered)) {
        heard(numbered.event());
      }
    } else if (event instanceof WorkerEvent.TaskFinished finished) {
      if (detector.mayBeReplaced()) {
        heldBack.add(finished);
      } else {
        batches.taskFinished(finished);
      }
    } else if (event instanceof WorkerEvent.TaskFailed failed) {
      batches.taskFailed(failed);
      detector.parted(failed);
    } else if (event instanceof WorkerEvent.FromReceiver said) {
      fleet.receivers().heard(said.event());
      batches.proceed();
    } else if (event instanceof WorkerEvent.Pong pong) {
      fleet.pong(pong);
    } else if (event instanceof WorkerEvent.Inspected inspected) {
      inspection.answered(inspected);
    } else if (event instanceof WorkerEvent.WorkerReady ready) {
      onWorkerReady(ready);
    } else if (event instanceof WorkerEvent.WorkerUp up) {
      fleet.workerUp(up);
    } else if (event instanceof WorkerEvent.PartitionCopied copied) {
      batches.partitionCopied(copied);
    } else if (event instanceof WorkerEvent.BlocksCopied copied) {
      batches.blocksCopied(copied);
    } else if (event instanceof WorkerEvent.Leaving leaving) {
      batches.workerLeaving(leaving);
    } else if (event instanceof WorkerEvent.Persisted persisted) {
      batches.persisted(persisted);
    } else if (event instanceof WorkerEvent.Restored restored) {
      batches.restored(restored);
    } else if (event instanceof WorkerEvent.Resumed resumed) {
      fleet.resumed(resumed);
    } else if (event instanceof WorkerEvent.WorkerFailed failed) {
      if (fleet.isIncarnation(failed.address(), failed.incarnation())) {
        detector.lose(failed.address(), failed.reason());
      }
    }
  }

  private void onWorkerReady(WorkerEvent.WorkerReady ready) {
    if (fleet.isKnown(ready)) {
      fleet.welcome(ready);
      return;
    }
    detector.lose(ready.address(), "it started anew");
    if (!fleet.admit(ready)) {
      return;
    }
    watch(ready.address(), ready.incarnation(), ready.worker());
  }

  private void watch(Decision.Joined worker, ActorRef<WorkerCommand> ref) {
    watch(worker.address(), worker.incarnation(), ref);
  }

  private void watch(String address, long incarnation, ActorRef<WorkerCommand> worker) {
    // A worker that starts afresh keeps its actor, which is watched already with its old
    // incarnation.
    getContext().unwatch(worker);
    if (worker.path().address().hasLocalScope()) {
      // The cluster takes every actor for ended whose node has the address of one that was lost;
      // workers on other nodes are known by their answers and their data connections.
      getContext().watchWith(worker, new WorkerGone(address, incarnation, "its actor ended"));
    }
    if (!address.equals(setup.node().address())) {
      watchConnection(address, incarnation);
    }
  }

  private void watchConnection(String address, long incarnation) {
    ActorRef<ContextCommand> self = getContext().getSelf();
    setup
        .node()
        .channel()
        .watch(address, () -> self.tell(new ConnectionBroke(address, incarnation)));
  }

  private Behavior<ContextCommand> onHeartbeat(Heartbeat heartbeat) {
    return guarded(() -> {
      fleet.beat();
      inspection.tellIfComplete();
      journal.beat();
      detector.beat();
      batches.outcomes().retryUnreached();
      batches.tellOfDelay();
    });
  }

  private Behavior<ContextCommand> onWorkerGone(WorkerGone gone) {
    return guarded(() -> {
      if (fleet.isIncarnation(gone.address(), gone.incarnation())) {
        detector.lose(gone.address(), gone.reason());
      }
    });
  }

  private Behavior<ContextCommand> onConnectionBroke(ConnectionBroke broke) {
    return guarded(() -> {
      if (fleet.isIncarnation(broke.address(), broke.incarnation())
          && detector.staysThoughBroken(broke.address())) {
        watchConnection(broke.address(), broke.incarnation());
      }
    });
  }

  private Behavior<ContextCommand> onStop(ContextCommand.Stop stop) {
    if (!stop.graceful()) {
      return ended(null);
    }
    fleet.receivers().stopAll();
    batches.drain();
    Behavior<ContextCommand> next = guarded(batches::proceed);
    return next == Behaviors.<ContextCommand>same() ? stopping() : next;
  }

  /** Runs a step of the rules and ends the context if that fails it, or drains it. */
  private Behavior<ContextCommand> guarded(Runnable step) {
    boolean resumed = false;
    try {
      step.run();
      if (resuming && fleet.resumption().isOver()) {
        // None may be left of the workers that were asked.
        life.open().complete(null);
        resumed = !fleet.usable().isEmpty();
      }
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

  private Behavior<ContextCommand> ended(@Nullable SluiceException failure) {
    boolean sealed = failure != null && failure.code() == ErrorCode.EPOCH_SEALED;
    // That the context has ended would have to be decided too; another driver may go on with it.
    if (sealed || detector.mayBeReplaced()) {
      // The workers are another driver's now, or soon.
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

  private Behavior<ContextCommand> onPostStop() {
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
