package io.sluice.task;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import io.sluice.api.Faults;
import io.sluice.block.DataNode;
import io.sluice.block.RecordCodec;
import io.sluice.receiver.ReceiverSupervisor;
import io.sluice.receiver.ReceiverThreads;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One node's worker for one context: runs the tasks of its driver, keeps what they make, and hosts its receivers. */
public final class TaskWorker extends AbstractBehavior<WorkerCommand> {

  private record Announce() implements WorkerCommand.Own {}

  private record Arrived(Object key) implements WorkerCommand.Own {}

  private record TaskEnded(
      WorkerCommand.RunTasks job,
      TaskSpec task,
      TaskRunner.@Nullable Outcome outcome,
      @Nullable Throwable failure)
      implements WorkerCommand.Own {}

  private record FromReceiver(ReceiverSupervisor.Event event) implements WorkerCommand.Own {}

  private record Told(WorkerEvent event) implements WorkerCommand.Own {}

  private record NoDriver() implements WorkerCommand.Own {}

  /**
   * What a worker is on its node.
   *
   * @param codecs gives what encodes the records of a program whose classes the loader knows
   */
  public record Host(
      DataNode node,
      Executor taskThreads,
      int slots,
      String host,
      String version,
      String proof,
      Faults faults,
      ReceiverSupervisor.Backoff backoff,
      ReceiverThreads receiverThreads,
      Function<ClassLoader, RecordCodec> codecs) {}

  /**
   * How a worker came to its driver.
   *
   * @param welcome what the driver said
   * @param incarnation tells this worker from others on its node
   * @param loader of the program's classes
   */
  record Admission(
      ActorRef<WorkerEvent> driver,
      WorkerCommand.Accepted welcome,
      long incarnation,
      ClassLoader loader) {}

  private static final Duration WITHOUT_DRIVER = Duration.ofSeconds(30);

  private static final Duration REPEAT = Duration.ofMillis(500);

  private final Host host;
  private final TimerScheduler<WorkerCommand> timers;
  private final long incarnation;
  private final WorkerSession session;
  private final WorkerTasks tasks;
  private final HostedReceivers receivers;
  private final Set<String> peers = new HashSet<>();
  private final Receive<WorkerCommand> commands;
  private ActorRef<WorkerEvent> driver;
  private WorkerCommand.Accepted accepted;
  private TaskRunner runner;
  private DriverLink link;
  private boolean dismissed;

  /** A worker that asks a driver to take it in. */
  public static Behavior<WorkerCommand> create(ActorRef<WorkerEvent> driver, Host host) {
    return Behaviors.setup(context ->
        Behaviors.withTimers(timers -> new JoiningWorker(context, timers, driver, host)));
  }

  TaskWorker(
      ActorContext<WorkerCommand> context,
      TimerScheduler<WorkerCommand> timers,
      Admission admission,
      Host host) {
    super(context);
    context.setLoggerName(TaskWorker.class);
    this.timers = timers;
    this.host = host;
    this.driver = admission.driver;
    this.accepted = admission.welcome;
    this.incarnation = admission.incarnation;
    this.session = open(admission, host, context.getSelf());
    this.tasks = new WorkerTasks(session);
    this.receivers = new HostedReceivers(context, host, session, FromReceiver::new);
    this.runner = new TaskRunner(session, host.taskThreads, host.faults, accepted.driverAddress());
    this.link = new DriverLink(driver, host.node.address(), incarnation, accepted.driverAddress());
    this.commands = commands();
    watch(context, driver);
    if (link.isRemote()) {
      timers.startTimerWithFixedDelay(new Announce(), REPEAT);
    }
    driver.tell(new WorkerEvent.WorkerUp(host.node.address(), incarnation));
    context.getLog().info("Working for [{}] with [{}] slots", accepted.name(), host.slots);
  }

  private static WorkerSession open(Admission admission, Host host, ActorRef<WorkerCommand> self) {
    WorkerCommand.Accepted welcome = admission.welcome;
    WorkerSession session = new WorkerSession(
        welcome.context(),
        host.node,
        admission.loader,
        host.codecs.apply(admission.loader),
        welcome.checkpoint().isWanted(),
        key -> self.tell(new Arrived(key)));
    if (welcome.checkpoint().isWanted()) {
      session.keepWith(new StateKeeper(
          session,
          welcome.checkpoint(),
          welcome.epoch(),
          System.nanoTime(),
          persisted -> self.tell(new Told(persisted))));
    }
    return session;
  }

  /**
   * Hears of the end of a driver in this process. That of one elsewhere the node tells: the cluster takes every actor for
   * ended whose node has the address of one that was lost.
   */
  static void watch(ActorContext<WorkerCommand> context, ActorRef<WorkerEvent> driver) {
    if (driver.path().address().hasLocalScope()) {
      context.watchWith(driver, new WorkerCommand.DriverGone(driver));
    }
  }

  @Override
  public Receive<WorkerCommand> createReceive() {
    return commands;
  }

  private Receive<WorkerCommand> commands() {
    return newReceiveBuilder()
        .onMessage(
            WorkerCommand.Numbered.class, command -> current(command.epoch()), this::onNumbered)
        .onMessage(Arrived.class, this::onArrived)
        .onMessage(TaskEnded.class, this::onTaskEnded)
        .onMessage(Told.class, this::onTold)
        .onMessage(FromReceiver.class, this::onFromReceiver)
        .onMessage(Announce.class, this::onAnnounce)
        .onMessage(WorkerCommand.ForgetLogged.class, this::onForgetLogged)
        .onMessage(
            WorkerCommand.Restore.class, restore -> current(restore.epoch()), this::onRestore)
        .onMessage(WorkerCommand.RunTasks.class, job -> current(job.epoch()), this::onRunTasks)
        .onMessage(WorkerCommand.Commit.class, commit -> current(commit.epoch()), this::onCommit)
        .onMessage(
            WorkerCommand.ForgetJob.class, forget -> current(forget.epoch()), this::onForgetJob)
        .onMessage(WorkerCommand.DropKept.class, drop -> current(drop.epoch()), this::onDropKept)
        .onMessage(
            WorkerCommand.Inspect.class, inspect -> current(inspect.epoch()), this::onInspect)
        .onMessage(WorkerCommand.Ping.class, ping -> current(ping.epoch()), this::onPing)
        .onMessage(WorkerCommand.Handover.class, this::onHandover)
        .onMessage(WorkerCommand.DriverIs.class, this::onDriverIs)
        .onMessage(
            WorkerCommand.DefineStage.class, define -> current(define.epoch()), this::onDefineStage)
        .onMessage(
            WorkerCommand.UndefineStage.class,
            undefine -> current(undefine.epoch()),
            this::onUndefineStage)
        .onMessage(
            WorkerCommand.StartReceiver.class,
            start -> current(start.epoch()),
            this::onStartReceiver)
        .onMessage(
            WorkerCommand.ToReceiver.class, told -> current(told.epoch()), this::onToReceiver)
        .onMessage(
            WorkerCommand.CopyPartition.class, copy -> current(copy.epoch()), this::onCopyPartition)
        .onMessage(
            WorkerCommand.CopyBlocks.class, copy -> current(copy.epoch()), this::onCopyBlocks)
        .onMessage(WorkerCommand.Leave.class, this::onLeave)
        .onMessage(HostedReceivers.Ended.class, this::onReceiverEnded)
        .onMessage(WorkerCommand.Peers.class, changed -> current(changed.epoch()), this::onPeers)
        .onMessage(WorkerCommand.Dismiss.class, this::onDismiss)
        .onMessage(WorkerCommand.DriverGone.class, this::onDriverGone)
        .onMessage(NoDriver.class, none -> Behaviors.stopped())
        .onMessage(WorkerCommand.class, stale -> this)
        .onSignal(PostStop.class, stopped -> onPostStop())
        .build();
  }

  /** Says that the worker is up until the driver has heard it, which is when it pings. */
  private Behavior<WorkerCommand> onAnnounce(Announce announce) {
    driver.tell(new WorkerEvent.WorkerUp(host.node.address(), incarnation));
    return this;
  }

  private Behavior<WorkerCommand> onPing(WorkerCommand.Ping ping) {
    timers.cancel(new Announce());
    link.answer(ping);
    return this;
  }

  private Behavior<WorkerCommand> onInspect(WorkerCommand.Inspect inspect) {
    link.tell(new WorkerEvent.Inspected(
        inspect.epoch(), host.node.address(), host.node.load(), session.ownedKeys()));
    return this;
  }

  private Behavior<WorkerCommand> onNumbered(WorkerCommand.Numbered numbered) throws Exception {
    return link.isNext(numbered) ? commands.receive(getContext(), numbered.command()) : this;
  }

  private Behavior<WorkerCommand> onTold(Told told) {
    link.tell(told.event());
    return this;
  }

  private Behavior<WorkerCommand> onFromReceiver(FromReceiver said) {
    if (said.event() instanceof ReceiverSupervisor.ReceiverStopped ended) {
      // Its last word may go to a driver that is gone; the next one must not wait for more of it.
      receivers.ended(ended.stream(), ended.attempt());
    }
    link.tell(new WorkerEvent.FromReceiver(said.event()));
    return this;
  }

  /** The state of the last committed batch counts; all that is newer, or of the old driver's jobs, does not. */
  private Behavior<WorkerCommand> onHandover(WorkerCommand.Handover handover) {
    WorkerCommand.Accepted welcome = accepted;
    if (handover.epoch() < welcome.epoch()) {
      return this;
    }
    if (handover.epoch() > welcome.epoch()) {
      goOnWith(handover, welcome);
    }
    driver.tell(new WorkerEvent.Resumed(
        host.node.address(), incarnation, session.received(), receivers.attempts()));
    if (handover.epoch() > welcome.epoch()) {
      receivers.tellAll(new ReceiverSupervisor.NewDriver());
    }
    return this;
  }

  private void goOnWith(WorkerCommand.Handover handover, WorkerCommand.Accepted welcome) {
    timers.cancel(new NoDriver());
    getContext().unwatch(driver);
    driver = handover.driver();
    watch(getContext(), driver);
    accepted = welcome.by(handover);
    tasks.forgetAll();
    session.handover(handover.committedMillis(), handover.epoch());
    runner = new TaskRunner(session, host.taskThreads, host.faults, handover.driverAddress());
    link = new DriverLink(driver, host.node.address(), incarnation, handover.driverAddress());
    getContext().getLog().info("Goes on for [{}] with another driver", welcome.name());
  }

  private Behavior<WorkerCommand> onDriverIs(WorkerCommand.DriverIs found) {
    boolean known = found.driver().equals(driver) || accepted.epoch() >= found.epoch();
    return known ? this : startAfresh(found.driver());
  }

  private Behavior<WorkerCommand> onDriverGone(WorkerCommand.DriverGone gone) {
    if (!gone.driver().equals(driver)) {
      return this;
    }
    if (!accepted.outlivesDriver()) {
      return Behaviors.stopped();
    }
    getContext().getLog().warn("The driver is gone; waiting for another");
    timers.startSingleTimer(new NoDriver(), WITHOUT_DRIVER);
    return this;
  }

  private Behavior<WorkerCommand> onDefineStage(WorkerCommand.DefineStage define) {
    session.define(define.stage(), StageCodec.decode(define.spec()));
    return this;
  }

  private Behavior<WorkerCommand> onUndefineStage(WorkerCommand.UndefineStage undefine) {
    session.undefine(undefine.stage());
    return this;
  }

  private Behavior<WorkerCommand> onRunTasks(WorkerCommand.RunTasks job) {
    tasks.take(job).forEach(this::start);
    return this;
  }

  private Behavior<WorkerCommand> onArrived(Arrived arrived) {
    tasks.arrived(arrived.key()).forEach(this::start);
    return this;
  }

  private void start(WorkerTasks.Startable ready) {
    getContext()
        .pipeToSelf(
            runner.run(ready.job(), ready.task()),
            (outcome, failure) -> new TaskEnded(ready.job(), ready.task(), outcome, failure));
  }

  private Behavior<WorkerCommand> onTaskEnded(TaskEnded ended) {
    link.tell(tasks.ended(ended.job(), ended.task(), ended.outcome(), ended.failure()));
    return this;
  }

  private Behavior<WorkerCommand> onForgetJob(WorkerCommand.ForgetJob forget) {
    tasks.forget(forget.job());
    return this;
  }

  private Behavior<WorkerCommand> onDropKept(WorkerCommand.DropKept drop) {
    session.dropKept(drop);
    return this;
  }

  private Behavior<WorkerCommand> onCommit(WorkerCommand.Commit commit) {
    session.commit(commit);
    return this;
  }

  private Behavior<WorkerCommand> onForgetLogged(WorkerCommand.ForgetLogged forget) {
    session.keeper().ifPresent(durable -> durable.forget(forget.blocks()));
    return this;
  }

  private Behavior<WorkerCommand> onRestore(WorkerCommand.Restore restore) {
    CompletionStage<Void> done = CompletableFuture.completedFuture(restore)
        .thenAcceptAsync(session::restore, host.taskThreads);
    return tellWhenDone(
        done,
        failure -> new WorkerEvent.Restored(
            restore.epoch(),
            restore.number(),
            host.node.address(),
            failure == null ? "" : String.valueOf(Traces.cause(failure).getMessage())));
  }

  private Behavior<WorkerCommand> onCopyPartition(WorkerCommand.CopyPartition copy) {
    CompletionStage<Void> done = CompletableFuture.completedFuture(copy)
        .thenComposeAsync(session::copyPartition, host.taskThreads);
    return tellWhenDone(
        done,
        failure -> new WorkerEvent.PartitionCopied(copy.epoch(), copy.number(), failure == null));
  }

  private Behavior<WorkerCommand> onCopyBlocks(WorkerCommand.CopyBlocks copy) {
    CompletionStage<Void> done = CompletableFuture.completedFuture(copy)
        .thenComposeAsync(session::copyBlocks, host.taskThreads);
    return tellWhenDone(
        done,
        failure -> new WorkerEvent.BlocksCopied(copy.epoch(), copy.number(), failure == null));
  }

  private Behavior<WorkerCommand> tellWhenDone(
      CompletionStage<Void> work, Function<@Nullable Throwable, WorkerEvent> event) {
    getContext().pipeToSelf(work, (done, failure) -> new Told(event.apply(failure)));
    return this;
  }

  /** Says so again and again: a driver that takes over must hear it too. */
  private Behavior<WorkerCommand> onLeave(WorkerCommand.Leave leave) {
    driver.tell(new WorkerEvent.Leaving(getContext().getSelf(), host.node.address(), incarnation));
    timers.startSingleTimer(leave, REPEAT);
    return this;
  }

  private Behavior<WorkerCommand> onPeers(WorkerCommand.Peers changed) {
    receivers.peersChanged(changed.keepers());
    // What waits for an answer of a lost node, like the copy of a block, goes on without it.
    peers.removeAll(changed.addresses());
    peers.forEach(host.node.channel()::forsake);
    peers.clear();
    peers.addAll(changed.addresses());
    return this;
  }

  private Behavior<WorkerCommand> onStartReceiver(WorkerCommand.StartReceiver start) {
    receivers.start(start);
    return this;
  }

  private Behavior<WorkerCommand> onToReceiver(WorkerCommand.ToReceiver told) {
    receivers.tell(told.stream(), told.order());
    return this;
  }

  private Behavior<WorkerCommand> onReceiverEnded(HostedReceivers.Ended ended) {
    receivers.ended(ended);
    return this;
  }

  private Behavior<WorkerCommand> onDismiss(WorkerCommand.Dismiss dismiss) {
    if (dismiss.epoch() < accepted.epoch()) {
      return this;
    }
    if (dismiss.forGood()) {
      getContext().getLog().info("Leaving: {}", dismiss.reason());
      dismissed = true;
      return Behaviors.stopped();
    }
    getContext().getLog().warn("Starting afresh: {}", dismiss.reason());
    return startAfresh(driver);
  }

  private Behavior<WorkerCommand> startAfresh(ActorRef<WorkerEvent> next) {
    closeSession();
    timers.cancelAll();
    getContext().unwatch(driver);
    return create(next, host);
  }

  private Behavior<WorkerCommand> onPostStop() {
    if (!dismissed) {
      driver.tell(
          new WorkerEvent.WorkerFailed(host.node.address(), incarnation, "its node is ending"));
    }
    closeSession();
    return this;
  }

  private void closeSession() {
    receivers.stopAll();
    session.close();
  }

  private boolean current(long epoch) {
    return accepted.epoch() == epoch;
  }
}
