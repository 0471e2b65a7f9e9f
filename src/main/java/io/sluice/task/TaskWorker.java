package io.sluice.task;

import static java.util.Objects.requireNonNull;

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

/** One node's worker for one context: registers with the driver, runs its tasks and hosts its receivers. */
public final class TaskWorker extends AbstractBehavior<WorkerCommand> {

  private record Register() implements WorkerCommand.Own {}

  private record Announce() implements WorkerCommand.Own {}

  private record Arrived(Object key) implements WorkerCommand.Own {}

  private record ProgramLoaded(ClassLoader loader) implements WorkerCommand.Own {}

  private record ProgramFailed(String reason) implements WorkerCommand.Own {}

  private record TaskEnded(
      WorkerCommand.RunTasks job,
      TaskSpec task,
      TaskRunner.@Nullable Outcome outcome,
      @Nullable Throwable failure)
      implements WorkerCommand.Own {}

  private record ReceiverEnded(int stream, ActorRef<ReceiverSupervisor.Command> supervisor)
      implements WorkerCommand.Own {}

  private record FromReceiver(ReceiverSupervisor.Event event) implements WorkerCommand.Own {}

  private record Told(WorkerEvent event) implements WorkerCommand.Own {}

  private record DriverGone(ActorRef<WorkerEvent> driver) implements WorkerCommand.Own {}

  private record NoDriver() implements WorkerCommand.Own {}

  private record CheckDriver() implements WorkerCommand.Own {}

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

  private static final Duration WITHOUT_DRIVER = Duration.ofSeconds(30);
  private static final Duration REPEAT = Duration.ofMillis(500);

  private ActorRef<WorkerEvent> driver;
  private final Host host;
  private final TimerScheduler<WorkerCommand> timers;
  private final long incarnation = System.nanoTime();
  private final HostedReceivers receivers = new HostedReceivers();
  private final Set<String> peers = new HashSet<>();
  private WorkerCommand.@Nullable Accepted accepted;
  private @Nullable WorkerSession session;
  private @Nullable WorkerTasks tasks;
  private @Nullable TaskRunner runner;
  private @Nullable DriverLink link;
  private @Nullable Receive<WorkerCommand> running;
  private boolean driverHeard = true;
  private boolean dismissed;

  public static Behavior<WorkerCommand> create(ActorRef<WorkerEvent> driver, Host host) {
    return Behaviors.setup(
        context -> Behaviors.withTimers(timers -> new TaskWorker(context, timers, driver, host)));
  }

  private TaskWorker(
      ActorContext<WorkerCommand> context,
      TimerScheduler<WorkerCommand> timers,
      ActorRef<WorkerEvent> driver,
      Host host) {
    super(context);
    context.setLoggerName(TaskWorker.class);
    this.timers = timers;
    this.driver = driver;
    this.host = host;
    watchDriver();
    timers.startTimerWithFixedDelay(new Register(), Duration.ZERO, REPEAT);
  }

  @Override
  public Receive<WorkerCommand> createReceive() {
    return newReceiveBuilder()
        .onMessage(Register.class, this::onRegister)
        .onMessage(WorkerCommand.Accepted.class, this::onAccepted)
        .onMessage(WorkerCommand.Refused.class, this::onRefused)
        .onMessage(ProgramLoaded.class, this::onProgramLoaded)
        .onMessage(ProgramFailed.class, this::onProgramFailed)
        .onMessage(
            WorkerCommand.Handover.class,
            handover -> !handover.driver().equals(driver),
            handover -> startAfresh(handover.driver()))
        .onMessage(WorkerCommand.DriverIs.class, this::onDriverIs)
        .onMessage(WorkerCommand.Dismiss.class, this::onDismiss)
        .onMessage(WorkerCommand.Leave.class, leave -> Behaviors.stopped())
        .onMessage(DriverGone.class, gone -> Behaviors.stopped())
        .onSignal(PostStop.class, stopped -> onPostStop())
        .build();
  }

  private Receive<WorkerCommand> running() {
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
        .onMessage(WorkerCommand.Ping.class, ping -> current(ping.epoch()), this::onPing)
        .onMessage(WorkerCommand.Handover.class, this::onHandover)
        .onMessage(WorkerCommand.DriverIs.class, this::onDriverIs)
        .onMessage(WorkerCommand.BlocksCounted.class, this::onBlocksCounted)
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
        .onMessage(WorkerCommand.SetRate.class, set -> current(set.epoch()), this::onSetRate)
        .onMessage(
            WorkerCommand.StopReceiver.class, stop -> current(stop.epoch()), this::onStopReceiver)
        .onMessage(
            WorkerCommand.CopyPartition.class, copy -> current(copy.epoch()), this::onCopyPartition)
        .onMessage(
            WorkerCommand.CopyBlocks.class, copy -> current(copy.epoch()), this::onCopyBlocks)
        .onMessage(WorkerCommand.Leave.class, this::onLeave)
        .onMessage(WorkerCommand.BlocksCut.class, this::onBlocksCut)
        .onMessage(ReceiverEnded.class, this::onReceiverEnded)
        .onMessage(WorkerCommand.Peers.class, changed -> current(changed.epoch()), this::onPeers)
        .onMessage(WorkerCommand.Dismiss.class, this::onDismiss)
        .onMessage(DriverGone.class, this::onDriverGone)
        .onMessage(NoDriver.class, none -> Behaviors.stopped())
        .onMessage(CheckDriver.class, this::onCheckDriver)
        .onMessage(WorkerCommand.class, stale -> Behaviors.same())
        .onSignal(PostStop.class, stopped -> onPostStop())
        .build();
  }

  private Behavior<WorkerCommand> onRegister(Register register) {
    driver.tell(new WorkerEvent.WorkerReady(
        getContext().getSelf(),
        host.node.address(),
        incarnation,
        host.slots,
        host.host,
        host.version,
        host.proof));
    return Behaviors.same();
  }

  private Behavior<WorkerCommand> onAccepted(WorkerCommand.Accepted message) {
    if (accepted != null) {
      return Behaviors.same();
    }
    accepted = message;
    timers.cancelAll();
    getContext()
        .pipeToSelf(
            ProgramLoader.fetch(host.node, message.driverAddress(), message.jars()),
            (loader, failure) -> failure == null
                ? new ProgramLoaded(loader)
                : new ProgramFailed(String.valueOf(failure.getMessage())));
    return Behaviors.same();
  }

  private Behavior<WorkerCommand> onRefused(WorkerCommand.Refused refused) {
    getContext().getLog().error("The driver refused this worker: {}", refused.reason());
    return Behaviors.stopped();
  }

  private Behavior<WorkerCommand> onProgramFailed(ProgramFailed failed) {
    getContext().getLog().error("The program cannot be loaded: {}", failed.reason());
    driver.tell(new WorkerEvent.WorkerFailed(host.node.address(), incarnation, failed.reason()));
    return Behaviors.stopped();
  }

  private Behavior<WorkerCommand> onProgramLoaded(ProgramLoaded loaded) {
    WorkerCommand.Accepted welcome = accepted;
    if (welcome == null) {
      return Behaviors.same();
    }
    ActorRef<WorkerCommand> self = getContext().getSelf();
    WorkerSession opened = new WorkerSession(
        welcome.context(),
        host.node,
        loaded.loader(),
        host.codecs.apply(loaded.loader()),
        welcome.checkpoint().isWanted(),
        key -> self.tell(new Arrived(key)));
    session = opened;
    tasks = new WorkerTasks(opened);
    if (welcome.checkpoint().isWanted()) {
      opened.keepWith(new StateKeeper(
          opened,
          welcome.checkpoint(),
          welcome.epoch(),
          System.nanoTime(),
          persisted -> self.tell(new Told(persisted))));
    }
    runner = new TaskRunner(opened, host.taskThreads, host.faults, welcome.driverAddress());
    link = new DriverLink(driver, host.node.address(), incarnation, welcome.driverAddress());
    if (link.isRemote()) {
      timers.startTimerWithFixedDelay(new Announce(), REPEAT);
    }
    driver.tell(new WorkerEvent.WorkerUp(host.node.address(), incarnation));
    getContext().getLog().info("Working for [{}] with [{}] slots", welcome.name(), host.slots);
    Receive<WorkerCommand> next = running();
    running = next;
    return next;
  }

  /** Says that the worker is up until the driver has heard it, which is when it pings. */
  private Behavior<WorkerCommand> onAnnounce(Announce announce) {
    driver.tell(new WorkerEvent.WorkerUp(host.node.address(), incarnation));
    return Behaviors.same();
  }

  private Behavior<WorkerCommand> onPing(WorkerCommand.Ping ping) {
    timers.cancel(new Announce());
    driverHeard = true;
    link().answer(ping);
    return Behaviors.same();
  }

  private Behavior<WorkerCommand> onNumbered(WorkerCommand.Numbered numbered) throws Exception {
    return link().isNext(numbered)
        ? requireNonNull(running).receive(getContext(), numbered.command())
        : Behaviors.same();
  }

  private Behavior<WorkerCommand> onTold(Told told) {
    link().tell(told.event());
    return Behaviors.same();
  }

  private Behavior<WorkerCommand> onFromReceiver(FromReceiver said) {
    if (said.event() instanceof ReceiverSupervisor.ReceiverStopped ended) {
      // Its last word may go to a driver that is gone; the next one must not wait for more of it.
      receivers.ended(ended.stream(), ended.attempt());
    }
    link().tell(new WorkerEvent.FromReceiver(said.event()));
    return Behaviors.same();
  }

  /** The state of the last committed batch counts; all that is newer, or of the old driver's jobs, does not. */
  private Behavior<WorkerCommand> onHandover(WorkerCommand.Handover handover) {
    WorkerCommand.Accepted welcome = requireNonNull(accepted);
    if (handover.epoch() < welcome.epoch()) {
      return Behaviors.same();
    }
    if (handover.epoch() > welcome.epoch()) {
      goOnWith(handover, welcome);
    }
    driver.tell(new WorkerEvent.Resumed(
        host.node.address(), incarnation, session().received(), receivers.attempts()));
    if (handover.epoch() > welcome.epoch()) {
      receivers.tellAll(new ReceiverSupervisor.NewDriver());
    }
    return Behaviors.same();
  }

  private void goOnWith(WorkerCommand.Handover handover, WorkerCommand.Accepted welcome) {
    timers.cancel(new NoDriver());
    driverHeard = true;
    getContext().unwatch(driver);
    driver = handover.driver();
    watchDriver();
    accepted = welcome.by(handover);
    tasks().forgetAll();
    session().handover(handover.committedMillis(), handover.epoch());
    runner = new TaskRunner(session(), host.taskThreads, host.faults, handover.driverAddress());
    link = new DriverLink(driver, host.node.address(), incarnation, handover.driverAddress());
    getContext().getLog().info("Goes on for [{}] with another driver", welcome.name());
  }

  /**
   * A driver on another node is known to be there by its pings: the cluster takes every actor for ended whose node has
   * the address of one that was lost.
   */
  private void watchDriver() {
    if (driver.path().address().hasLocalScope()) {
      getContext().watchWith(driver, new DriverGone(driver));
    } else {
      timers.startTimerWithFixedDelay(new CheckDriver(), WITHOUT_DRIVER.dividedBy(2));
    }
  }

  private Behavior<WorkerCommand> onCheckDriver(CheckDriver check) {
    boolean silent = !driverHeard;
    driverHeard = false;
    return silent ? Behaviors.stopped() : Behaviors.same();
  }

  private Behavior<WorkerCommand> onDriverIs(WorkerCommand.DriverIs found) {
    boolean known =
        found.driver().equals(driver) || (accepted != null && accepted.epoch() >= found.epoch());
    return known ? Behaviors.same() : startAfresh(found.driver());
  }

  private Behavior<WorkerCommand> onDriverGone(DriverGone gone) {
    if (!gone.driver().equals(driver)) {
      return Behaviors.same();
    }
    if (!requireNonNull(accepted).outlivesDriver()) {
      return Behaviors.stopped();
    }
    getContext().getLog().warn("The driver is gone; waiting for another");
    timers.startSingleTimer(new NoDriver(), WITHOUT_DRIVER);
    return Behaviors.same();
  }

  private Behavior<WorkerCommand> onDefineStage(WorkerCommand.DefineStage define) {
    session().define(define.stage(), StageCodec.decode(define.spec()));
    return Behaviors.same();
  }

  private Behavior<WorkerCommand> onUndefineStage(WorkerCommand.UndefineStage undefine) {
    session().undefine(undefine.stage());
    return Behaviors.same();
  }

  private Behavior<WorkerCommand> onRunTasks(WorkerCommand.RunTasks job) {
    tasks().take(job).forEach(this::start);
    return Behaviors.same();
  }

  private Behavior<WorkerCommand> onArrived(Arrived arrived) {
    tasks().arrived(arrived.key()).forEach(this::start);
    return Behaviors.same();
  }

  private void start(WorkerTasks.Startable ready) {
    getContext()
        .pipeToSelf(
            requireNonNull(runner).run(ready.job(), ready.task()),
            (outcome, failure) -> new TaskEnded(ready.job(), ready.task(), outcome, failure));
  }

  private Behavior<WorkerCommand> onTaskEnded(TaskEnded ended) {
    link().tell(tasks().ended(ended.job(), ended.task(), ended.outcome(), ended.failure()));
    return Behaviors.same();
  }

  private Behavior<WorkerCommand> onForgetJob(WorkerCommand.ForgetJob forget) {
    tasks().forget(forget.job());
    return Behaviors.same();
  }

  private Behavior<WorkerCommand> onDropKept(WorkerCommand.DropKept drop) {
    session().dropKept(drop);
    return Behaviors.same();
  }

  private Behavior<WorkerCommand> onCommit(WorkerCommand.Commit commit) {
    session().commit(commit);
    return Behaviors.same();
  }

  private Behavior<WorkerCommand> onForgetLogged(WorkerCommand.ForgetLogged forget) {
    session().keeper().ifPresent(durable -> durable.forget(forget.blocks()));
    return Behaviors.same();
  }

  private Behavior<WorkerCommand> onRestore(WorkerCommand.Restore restore) {
    CompletionStage<Void> done = CompletableFuture.completedFuture(restore)
        .thenAcceptAsync(session()::restore, host.taskThreads);
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
        .thenComposeAsync(session()::copyPartition, host.taskThreads);
    return tellWhenDone(
        done,
        failure -> new WorkerEvent.PartitionCopied(copy.epoch(), copy.number(), failure == null));
  }

  private Behavior<WorkerCommand> onCopyBlocks(WorkerCommand.CopyBlocks copy) {
    CompletionStage<Void> done = CompletableFuture.completedFuture(copy)
        .thenComposeAsync(session()::copyBlocks, host.taskThreads);
    return tellWhenDone(
        done,
        failure -> new WorkerEvent.BlocksCopied(copy.epoch(), copy.number(), failure == null));
  }

  private Behavior<WorkerCommand> tellWhenDone(
      CompletionStage<Void> work, Function<@Nullable Throwable, WorkerEvent> event) {
    getContext().pipeToSelf(work, (done, failure) -> new Told(event.apply(failure)));
    return Behaviors.same();
  }

  /** Says so again and again: a driver that takes over must hear it too. */
  private Behavior<WorkerCommand> onLeave(WorkerCommand.Leave leave) {
    driver.tell(new WorkerEvent.Leaving(getContext().getSelf(), host.node.address(), incarnation));
    timers.startSingleTimer(leave, REPEAT);
    return Behaviors.same();
  }

  private Behavior<WorkerCommand> onPeers(WorkerCommand.Peers changed) {
    receivers.peersChanged(changed.keepers());
    // What waits for an answer of a lost node, like the copy of a block, goes on without it.
    peers.removeAll(changed.addresses());
    peers.forEach(host.node.channel()::forsake);
    peers.clear();
    peers.addAll(changed.addresses());
    return Behaviors.same();
  }

  private Behavior<WorkerCommand> onStartReceiver(WorkerCommand.StartReceiver start) {
    WorkerSession current = session();
    receivers.tell(start.stream(), new ReceiverSupervisor.Stop());
    ActorRef<ReceiverSupervisor.Command> supervisor = getContext()
        .spawn(
            ReceiverSupervisor.create(
                start.assignment(current.context()),
                host.node,
                current.codec(),
                current.loader(),
                host.backoff,
                current.receivedLog(start.logged()),
                host.receiverThreads,
                getContext().messageAdapter(ReceiverSupervisor.Event.class, FromReceiver::new)),
            "receiver-" + start.stream() + "-" + start.attempt());
    receivers.host(start.stream(), start.attempt(), supervisor);
    getContext().watchWith(supervisor, new ReceiverEnded(start.stream(), supervisor));
    return Behaviors.same();
  }

  private Behavior<WorkerCommand> onSetRate(WorkerCommand.SetRate set) {
    receivers.tell(
        set.stream(), new ReceiverSupervisor.SetRate(set.attempt(), set.number(), set.perSecond()));
    return Behaviors.same();
  }

  /** The receiver still needs to hear that its last blocks are counted; it is forgotten when it has ended. */
  private Behavior<WorkerCommand> onStopReceiver(WorkerCommand.StopReceiver stop) {
    receivers.tell(stop.stream(), new ReceiverSupervisor.Stop());
    return Behaviors.same();
  }

  private Behavior<WorkerCommand> onReceiverEnded(ReceiverEnded ended) {
    receivers.ended(ended.stream(), ended.supervisor());
    return Behaviors.same();
  }

  private Behavior<WorkerCommand> onBlocksCounted(WorkerCommand.BlocksCounted counted) {
    receivers.tell(counted.stream(), new ReceiverSupervisor.Counted(counted.numbers()));
    return Behaviors.same();
  }

  private Behavior<WorkerCommand> onBlocksCut(WorkerCommand.BlocksCut cut) {
    receivers.tell(cut.stream(), new ReceiverSupervisor.Cut(cut.numbers()));
    return Behaviors.same();
  }

  private Behavior<WorkerCommand> onDismiss(WorkerCommand.Dismiss dismiss) {
    if (accepted != null && dismiss.epoch() < accepted.epoch()) {
      return Behaviors.same();
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
    getContext().unwatch(driver);
    return create(next, host);
  }

  private Behavior<WorkerCommand> onPostStop() {
    if (accepted != null && !dismissed) {
      driver.tell(
          new WorkerEvent.WorkerFailed(host.node.address(), incarnation, "its node is ending"));
    }
    closeSession();
    return Behaviors.same();
  }

  private void closeSession() {
    receivers.stopAll();
    if (session != null) {
      session.close();
    }
  }

  private boolean current(long epoch) {
    return accepted != null && accepted.epoch() == epoch;
  }

  private WorkerSession session() {
    return requireNonNull(session, "The worker has no session yet");
  }

  private DriverLink link() {
    return requireNonNull(link, "The worker has no session yet");
  }

  private WorkerTasks tasks() {
    return requireNonNull(tasks, "The worker has no session yet");
  }
}
