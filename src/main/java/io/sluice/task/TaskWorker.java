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
import io.sluice.api.ErrorCode;
import io.sluice.api.Faults;
import io.sluice.api.SluiceException;
import io.sluice.batch.BlockId;
import io.sluice.block.DataNode;
import io.sluice.plan.CheckpointPace;
import io.sluice.plan.Message;
import io.sluice.plan.StageSpec;
import io.sluice.receiver.ReceiverSupervisor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** One node's worker for one context: registers with the driver, runs its tasks and hosts its receivers. */
public final class TaskWorker extends AbstractBehavior<TaskWorker.Command> {

  /** What a worker hears. */
  public sealed interface Command extends Message {}

  /** The driver takes the worker in; it answers {@link WorkerUp} once it has the program's jars. */
  public record Accepted(
      long context,
      String name,
      long epoch,
      long intervalMillis,
      String driverAddress,
      List<ProgramJar> jars,
      boolean outlivesDriver,
      Checkpoint checkpoint)
      implements Command {

    private Accepted by(Handover next) {
      return new Accepted(
          context,
          name,
          next.epoch(),
          intervalMillis,
          next.driverAddress(),
          jars,
          outlivesDriver,
          checkpoint);
    }
  }

  /**
   * How a context's state is kept on durable storage.
   *
   * @param directory of the context; empty if nothing is kept
   * @param sync whether it must outlive a loss of power
   */
  public record Checkpoint(String directory, boolean sync) implements Message {
    boolean isWanted() {
      return !directory.isEmpty();
    }
  }

  /**
   * Another driver goes on with the context, from the batch that was committed last; answered by {@link Resumed}. What
   * the worker keeps stays.
   */
  public record Handover(
      ActorRef<Event> driver,
      ActorRef<ReceiverSupervisor.Event> receivers,
      long epoch,
      long committedMillis,
      String driverAddress)
      implements Command {}

  /** The node has found a later driver of the context, which is under way: a worker that has none starts afresh with it. */
  public record DriverIs(ActorRef<Event> driver, long epoch) implements Command {}

  /** The driver does not want this worker. */
  public record Refused(String reason) implements Command {}

  public record Ping(long epoch, long number) implements Command {}

  /** The nodes that may hold copies of received blocks. */
  public record Peers(long epoch, List<String> addresses) implements Command {}

  /** A stage that tasks will name by its number. */
  public record DefineStage(long epoch, int stage, byte[] spec) implements Command {}

  public record UndefineStage(long epoch, int stage) implements Command {}

  /**
   * Tasks of one attempt of a job; each starts when its inputs are there.
   *
   * @param batchMillis the batch, or -1 outside batches
   * @param owners the worker of each partition, by partition modulo size
   * @param standbys where copies of kept data go, like owners; empty for no copies
   * @param replicated the nodes whose datasets are copied
   * @param contributions for each shuffle, how many map outputs complete it
   * @param committedMillis the last batch that is committed, whose state counts
   * @param values what all tasks of the batch see alike
   * @param firstPartitions the number of a stage's first partition at a step, by {@code ordinal << 16 | step}, where it
   *     is not 0
   */
  public record RunTasks(
      long epoch,
      long job,
      int attempt,
      long batchMillis,
      long committedMillis,
      List<String> owners,
      List<String> standbys,
      Set<Integer> replicated,
      Map<Integer, Integer> contributions,
      Map<Integer, Integer> firstPartitions,
      BatchValues values,
      List<TaskSpec> tasks)
      implements Command {

    /** A name for this attempt of the job. */
    long maker() {
      return TaskWorker.maker(job, attempt);
    }
  }

  /**
   * What all tasks of a batch see alike.
   *
   * @param watermarks how far event time has come, by the node that observes it
   * @param broadcasts the version of each broadcast value
   */
  public record BatchValues(Map<Integer, Long> watermarks, Map<Integer, Integer> broadcasts)
      implements Message {}

  /** Drops what is kept of a node for the program, except what {@code maker} made. */
  public record DropKept(long epoch, int node, long maker) implements Command {}

  /** The job is over, or has a newer attempt. */
  public record ForgetJob(long epoch, long job) implements Command {}

  /**
   * The batch is done: its state counts, older data can go.
   *
   * @param readFromMillis the oldest batch that somebody reads now, whose datasets stay
   * @param released received blocks that no batch needs any more
   * @param keepMillis how long datasets of a node are kept; all others end with their batch
   * @param owners the worker of each partition
   * @param operators the names of the nodes that remember something, by their number; empty if nothing is kept durably
   * @param pace how often all of a partition is kept durably
   */
  public record Commit(
      long epoch,
      long batchMillis,
      long lowestLiveJob,
      long readFromMillis,
      List<BlockId> released,
      Map<Integer, Long> keepMillis,
      List<String> owners,
      Map<Integer, String> operators,
      CheckpointPace pace)
      implements Command {}

  /**
   * Take over what the workers of an earlier run have kept of some partitions; answered by {@link Restored}.
   *
   * @param number of this order; the answer bears it
   * @param batchMillis the batch after which everything is to be as it was
   * @param modulo partitions are taken modulo this
   * @param files of the state log that have it, oldest first
   * @param starts where the content of each partition begins
   * @param operators the nodes that remember something, by their names
   * @param blocks received blocks to be taken from the block log
   * @param streams the streams, by their names
   */
  public record Restore(
      long epoch,
      long number,
      long batchMillis,
      int modulo,
      List<String> files,
      List<PartitionStart> starts,
      Map<String, Integer> operators,
      List<LoggedFrames> blocks,
      Map<String, Integer> streams)
      implements Command {}

  /** Some frames of a file of the block log. */
  public record LoggedFrames(String file, List<Integer> frames) implements Message {}

  /** No batch that can be gone back to has these blocks, by the names of their streams: the block log can forget them. */
  public record ForgetLogged(long epoch, Map<String, List<Long>> blocks) implements Command {}

  /** Where the content of a partition begins in the state log. */
  public record PartitionStart(int partition, String file, int frame) implements Message {}

  /**
   * Copies what is kept of one keyed partition to its new standby; answered by {@link PartitionCopied}.
   *
   * @param number of this copy; the answer bears it
   * @param modulo partitions are taken modulo this
   */
  public record CopyPartition(
      long epoch, long number, int partition, int modulo, String standby, Set<Integer> nodes)
      implements Command {}

  /**
   * Receives a stream from now on.
   *
   * @param logged the name of the stream on durable storage; empty if its blocks are not kept there
   */
  public record StartReceiver(
      long epoch,
      int stream,
      int attempt,
      String name,
      byte[] receiver,
      long blockMillis,
      long blockBytes,
      long position,
      boolean hasPosition,
      double maxRate,
      double rate,
      String logged,
      ActorRef<ReceiverSupervisor.Event> replyTo)
      implements Command {

    ReceiverSupervisor.Assignment assignment(long context) {
      return new ReceiverSupervisor.Assignment(
          context,
          stream,
          attempt,
          name,
          receiver,
          blockMillis,
          blockBytes,
          hasPosition ? OptionalLong.of(position) : OptionalLong.empty(),
          maxRate,
          rate);
    }
  }

  /**
   * How many records a second the receiver may store from now on.
   *
   * @param number grows with every rate; an older one changes nothing
   */
  public record SetRate(long epoch, int stream, int attempt, long number, double perSecond)
      implements Command {}

  public record StopReceiver(long epoch, int stream) implements Command {}

  /** These blocks belong to batches, and the ledger knows it. */
  public record BlocksCut(long epoch, int stream, List<Long> numbers) implements Command {}

  /** The driver has counted these blocks. */
  public record BlocksCounted(long epoch, int stream, List<Long> numbers) implements Command {}

  /** The driver gave this worker up, or ends; the worker starts afresh or stops. */
  public record Dismiss(long epoch, String reason, boolean forGood) implements Command {}

  private record Register() implements Command {}

  private record Arrived(Object key) implements Command {}

  private record Kept(Persisted persisted) implements Command {}

  private record ProgramLoaded(ClassLoader loader) implements Command {}

  private record ProgramFailed(String reason) implements Command {}

  private record TaskEnded(
      RunTasks job,
      TaskSpec task,
      TaskRunner.@Nullable Outcome outcome,
      @Nullable Throwable failure)
      implements Command {}

  private record ReceiverEnded(int stream, ActorRef<ReceiverSupervisor.Command> supervisor)
      implements Command {}

  private record DriverGone(ActorRef<Event> driver) implements Command {}

  private record NoDriver() implements Command {}

  private record CheckDriver() implements Command {}

  /** What a worker says, always to its driver. */
  public sealed interface Event extends Message {}

  /** Asks to be taken in. */
  public record WorkerReady(
      ActorRef<Command> worker,
      String address,
      long incarnation,
      int slots,
      String host,
      String version,
      String proof)
      implements Event {}

  /** The worker can run tasks. */
  public record WorkerUp(String address, long incarnation) implements Event {}

  /**
   * The worker goes on with another driver.
   *
   * @param received blocks of receivers that it holds
   * @param receivers the attempts of the receivers that it hosts, by stream
   */
  public record Resumed(
      String address, long incarnation, List<Held> received, Map<Integer, Integer> receivers)
      implements Event {}

  /** A block that a worker holds. */
  public record Held(BlockId id, long records, long sizeBytes) implements Message {}

  /** The worker has ended, or cannot run the program. */
  public record WorkerFailed(String address, long incarnation, String reason) implements Event {}

  public record Pong(String address, long incarnation, long number) implements Event {}

  public record TaskFinished(
      long epoch,
      long job,
      int attempt,
      int ordinal,
      int index,
      String worker,
      List<ResultPart> results,
      TaskReport report)
      implements Event {}

  /**
   * What a task has noticed.
   *
   * @param counters what it adds to each counter of the program
   * @param times the latest event time of each source
   */
  public record TaskReport(Map<String, Long> counters, List<SeenTime> times) implements Message {}

  /** The latest event time that {@code node} has seen of a source. */
  public record SeenTime(int node, int source, long millis) implements Message {}

  public record TaskFailed(
      long epoch,
      long job,
      int attempt,
      int ordinal,
      int index,
      String worker,
      ErrorCode code,
      String reason,
      String trace)
      implements Event {}

  /** A {@link Restore} has ended; with an empty {@code failure} if it has succeeded. */
  public record Restored(long epoch, long number, String address, String failure)
      implements Event {}

  /**
   * What a committed batch has left on the worker is on durable storage.
   *
   * @param writer names the worker's files
   * @param oldestFile the first of them that is still needed
   * @param partitions those that can be restored
   * @param failure why not; empty if it is
   */
  public record Persisted(
      long epoch,
      String address,
      long batchMillis,
      String writer,
      int oldestFile,
      List<Integer> partitions,
      String failure)
      implements Event {}

  public record PartitionCopied(long epoch, long number, boolean complete) implements Event {}

  /** A jar of the program: where it lies, and what it must hash to. */
  public record ProgramJar(BlockId id, String sha256) implements Message {}

  /** One result of a task; empty bytes mean that it lies in the worker's store. */
  public record ResultPart(int leg, byte[] inline) implements Message {}

  /** What a worker is on its node. */
  public record Host(
      DataNode node,
      Executor taskThreads,
      int slots,
      String host,
      String version,
      String proof,
      Faults faults,
      ReceiverSupervisor.Backoff backoff) {}

  private static final Duration WITHOUT_DRIVER = Duration.ofSeconds(30);

  private ActorRef<Event> driver;
  private final Host host;
  private final TimerScheduler<Command> timers;
  private final long incarnation = System.nanoTime();
  private final ParkedTasks parked = new ParkedTasks();
  private final HostedReceivers receivers = new HostedReceivers();
  private @Nullable Accepted accepted;
  private @Nullable WorkerSession session;
  private @Nullable TaskRunner runner;
  private boolean driverHeard = true;
  private boolean dismissed;

  /**
   * Where the copy of what a worker keeps for a partition goes: its standby, or the owner if the worker is
   * the standby; nowhere without standbys.
   */
  public static Optional<String> copyHolder(
      List<String> owners, List<String> standbys, int partition, String worker) {
    if (standbys.isEmpty()) {
      return Optional.empty();
    }
    String standby = standbys.get(partition % standbys.size());
    String owner = owners.get(partition % owners.size());
    return Optional.of(standby.equals(worker) ? owner : standby)
        .filter(holder -> !holder.equals(worker));
  }

  /** A name for one attempt of a job; later attempts, and those of later drivers, have greater ones. Never 0. */
  public static long maker(long job, int attempt) {
    return job << 16 | attempt;
  }

  /** The number below which all jobs are of earlier drivers. */
  public static long firstJob(long epoch) {
    return epoch << 32;
  }

  /** Where something is kept: on the worker itself, and as copies on the workers after it. */
  public static List<String> keepers(List<String> owners, String worker, int copies) {
    List<String> others = new ArrayList<>(owners.stream().distinct().toList());
    Collections.rotate(others, -others.indexOf(worker));
    others.remove(worker);
    List<String> keepers = new ArrayList<>(List.of(worker));
    keepers.addAll(others.subList(0, Math.min(copies - 1, others.size())));
    return keepers;
  }

  public static Behavior<Command> create(ActorRef<Event> driver, Host host) {
    return Behaviors.setup(
        context -> Behaviors.withTimers(timers -> new TaskWorker(context, timers, driver, host)));
  }

  private TaskWorker(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      ActorRef<Event> driver,
      Host host) {
    super(context);
    context.setLoggerName(TaskWorker.class);
    this.timers = timers;
    this.driver = driver;
    this.host = host;
    watchDriver();
    timers.startTimerWithFixedDelay(new Register(), Duration.ZERO, Duration.ofMillis(500));
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Register.class, this::onRegister)
        .onMessage(Accepted.class, this::onAccepted)
        .onMessage(Refused.class, this::onRefused)
        .onMessage(ProgramLoaded.class, this::onProgramLoaded)
        .onMessage(ProgramFailed.class, this::onProgramFailed)
        .onMessage(Handover.class, handover -> startAfresh(handover.driver()))
        .onMessage(DriverIs.class, this::onDriverIs)
        .onMessage(Dismiss.class, this::onDismiss)
        .onMessage(DriverGone.class, gone -> Behaviors.stopped())
        .onSignal(PostStop.class, stopped -> onPostStop())
        .build();
  }

  private Receive<Command> running() {
    return newReceiveBuilder()
        .onMessage(Arrived.class, this::onArrived)
        .onMessage(TaskEnded.class, this::onTaskEnded)
        .onMessage(Kept.class, this::onKept)
        .onMessage(ForgetLogged.class, this::onForgetLogged)
        .onMessage(Restore.class, restore -> current(restore.epoch()), this::onRestore)
        .onMessage(RunTasks.class, job -> current(job.epoch()), this::onRunTasks)
        .onMessage(Commit.class, commit -> current(commit.epoch()), this::onCommit)
        .onMessage(ForgetJob.class, forget -> current(forget.epoch()), this::onForgetJob)
        .onMessage(DropKept.class, drop -> current(drop.epoch()), this::onDropKept)
        .onMessage(Ping.class, ping -> current(ping.epoch()), this::onPing)
        .onMessage(Handover.class, this::onHandover)
        .onMessage(DriverIs.class, this::onDriverIs)
        .onMessage(BlocksCounted.class, this::onBlocksCounted)
        .onMessage(DefineStage.class, define -> current(define.epoch()), this::onDefineStage)
        .onMessage(
            UndefineStage.class, undefine -> current(undefine.epoch()), this::onUndefineStage)
        .onMessage(StartReceiver.class, start -> current(start.epoch()), this::onStartReceiver)
        .onMessage(SetRate.class, set -> current(set.epoch()), this::onSetRate)
        .onMessage(StopReceiver.class, stop -> current(stop.epoch()), this::onStopReceiver)
        .onMessage(CopyPartition.class, copy -> current(copy.epoch()), this::onCopyPartition)
        .onMessage(BlocksCut.class, this::onBlocksCut)
        .onMessage(ReceiverEnded.class, this::onReceiverEnded)
        .onMessage(Peers.class, changed -> current(changed.epoch()), this::onPeers)
        .onMessage(Dismiss.class, this::onDismiss)
        .onMessage(DriverGone.class, this::onDriverGone)
        .onMessage(NoDriver.class, none -> Behaviors.stopped())
        .onMessage(CheckDriver.class, this::onCheckDriver)
        .onMessage(Command.class, stale -> Behaviors.same())
        .onSignal(PostStop.class, stopped -> onPostStop())
        .build();
  }

  private Behavior<Command> onRegister(Register register) {
    driver.tell(new WorkerReady(
        getContext().getSelf(),
        host.node.address(),
        incarnation,
        host.slots,
        host.host,
        host.version,
        host.proof));
    return Behaviors.same();
  }

  private Behavior<Command> onAccepted(Accepted message) {
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

  private Behavior<Command> onRefused(Refused refused) {
    getContext().getLog().error("The driver refused this worker: {}", refused.reason());
    return Behaviors.stopped();
  }

  private Behavior<Command> onProgramFailed(ProgramFailed failed) {
    getContext().getLog().error("The program cannot be loaded: {}", failed.reason());
    driver.tell(new WorkerFailed(host.node.address(), incarnation, failed.reason()));
    return Behaviors.stopped();
  }

  private Behavior<Command> onProgramLoaded(ProgramLoaded loaded) {
    Accepted welcome = accepted;
    if (welcome == null) {
      return Behaviors.same();
    }
    ActorRef<Command> self = getContext().getSelf();
    WorkerSession opened = new WorkerSession(
        welcome.context(),
        host.node,
        loaded.loader(),
        welcome.checkpoint().isWanted(),
        key -> self.tell(new Arrived(key)));
    session = opened;
    if (welcome.checkpoint().isWanted()) {
      opened.keepWith(new StateKeeper(
          opened,
          welcome.checkpoint(),
          welcome.epoch(),
          System.nanoTime(),
          persisted -> self.tell(new Kept(persisted))));
    }
    runner = new TaskRunner(opened, host.taskThreads, host.faults, welcome.driverAddress());
    driver.tell(new WorkerUp(host.node.address(), incarnation));
    getContext().getLog().info("Working for [{}] with [{}] slots", welcome.name(), host.slots);
    return running();
  }

  private Behavior<Command> onPing(Ping ping) {
    driverHeard = true;
    driver.tell(new Pong(host.node.address(), incarnation, ping.number()));
    return Behaviors.same();
  }

  /** The state of the last committed batch counts; all that is newer, or of the old driver's jobs, does not. */
  private Behavior<Command> onHandover(Handover handover) {
    Accepted welcome = requireNonNull(accepted);
    if (handover.epoch() <= welcome.epoch()) {
      return Behaviors.same();
    }
    timers.cancel(new NoDriver());
    driverHeard = true;
    getContext().unwatch(driver);
    driver = handover.driver();
    watchDriver();
    accepted = welcome.by(handover);
    parked.forgetAll();
    session().handover(handover.committedMillis(), handover.epoch());
    runner = new TaskRunner(session(), host.taskThreads, host.faults, handover.driverAddress());
    driver.tell(
        new Resumed(host.node.address(), incarnation, session().received(), receivers.attempts()));
    receivers.tellAll(new ReceiverSupervisor.NewDriver(handover.receivers()));
    getContext().getLog().info("Goes on for [{}] with another driver", welcome.name());
    return Behaviors.same();
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

  private Behavior<Command> onCheckDriver(CheckDriver check) {
    boolean silent = !driverHeard;
    driverHeard = false;
    return silent ? Behaviors.stopped() : Behaviors.same();
  }

  private Behavior<Command> onDriverIs(DriverIs found) {
    boolean known =
        found.driver().equals(driver) || (accepted != null && accepted.epoch() >= found.epoch());
    return known ? Behaviors.same() : startAfresh(found.driver());
  }

  private Behavior<Command> onDriverGone(DriverGone gone) {
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

  private Behavior<Command> onDefineStage(DefineStage define) {
    session().define(define.stage(), StageCodec.decode(define.spec()));
    return Behaviors.same();
  }

  private Behavior<Command> onUndefineStage(UndefineStage undefine) {
    session().undefine(undefine.stage());
    return Behaviors.same();
  }

  private Behavior<Command> onRunTasks(RunTasks job) {
    session().catchUp(job.committedMillis());
    WorkerSession.Standing standing = session().begin(job);
    if (standing == WorkerSession.Standing.OUTDATED) {
      return Behaviors.same();
    }
    if (standing == WorkerSession.Standing.NEWER) {
      parked.forget(job.job());
    }
    job.contributions().forEach((exchange, count) -> {
      WorkerSession.ShuffleKey key =
          new WorkerSession.ShuffleKey(job.job(), job.attempt(), exchange);
      session().inbox(key).expect(count);
    });
    job.tasks().forEach(task -> startOrPark(job, task));
    return Behaviors.same();
  }

  private void startOrPark(RunTasks job, TaskSpec task) {
    Set<Object> missing = missing(job, task);
    if (missing.isEmpty()) {
      start(job, task);
    } else {
      parked.park(job, task, missing);
    }
  }

  /** What the task must wait for: its shuffle, and datasets that other tasks of the batch make here. */
  private Set<Object> missing(RunTasks job, TaskSpec task) {
    Set<Object> missing = new HashSet<>();
    StageSpec spec = session().stage(task.stage());
    if (spec.leaf() instanceof StageSpec.Merge merge) {
      WorkerSession.ShuffleKey key =
          new WorkerSession.ShuffleKey(job.job(), job.attempt(), merge.exchange());
      if (!session().inbox(key).isComplete()) {
        missing.add(key);
      }
    }
    task.inputs().forEach(input -> {
      boolean madeNow = input.id().kind() == BlockId.Kind.DATASET
          && input.id().sequence() == job.batchMillis()
          && input.holders().contains(host.node.address());
      if (madeNow && !host.node.store().contains(input.id())) {
        missing.add(input.id());
      }
    });
    return missing;
  }

  private Behavior<Command> onArrived(Arrived arrived) {
    parked.arrived(arrived.key()).forEach(ready -> start(ready.job(), ready.task()));
    return Behaviors.same();
  }

  private void start(RunTasks job, TaskSpec task) {
    TaskRunner running = runner;
    if (running != null) {
      getContext()
          .pipeToSelf(
              running.run(job, task),
              (outcome, failure) -> new TaskEnded(job, task, outcome, failure));
    }
  }

  private Behavior<Command> onTaskEnded(TaskEnded ended) {
    RunTasks job = ended.job();
    TaskSpec task = ended.task();
    TaskRunner.Outcome outcome = ended.outcome();
    if (outcome != null) {
      driver.tell(new TaskFinished(
          job.epoch(),
          job.job(),
          job.attempt(),
          task.ordinal(),
          task.index(),
          host.node.address(),
          outcome.results(),
          outcome.report()));
    } else {
      Throwable cause = unwrap(requireNonNull(ended.failure()));
      ErrorCode code =
          cause instanceof SluiceException known ? known.code() : ErrorCode.TASK_FAILED;
      driver.tell(new TaskFailed(
          job.epoch(),
          job.job(),
          job.attempt(),
          task.ordinal(),
          task.index(),
          host.node.address(),
          code,
          cause instanceof SluiceException ? String.valueOf(cause.getMessage()) : cause.toString(),
          Traces.text(cause)));
    }
    return Behaviors.same();
  }

  private Behavior<Command> onForgetJob(ForgetJob forget) {
    parked.forget(forget.job());
    session().forgetJob(forget.job());
    return Behaviors.same();
  }

  private Behavior<Command> onDropKept(DropKept drop) {
    session().dropKept(drop);
    return Behaviors.same();
  }

  private Behavior<Command> onCommit(Commit commit) {
    session().commit(commit);
    return Behaviors.same();
  }

  private Behavior<Command> onKept(Kept kept) {
    driver.tell(kept.persisted());
    return Behaviors.same();
  }

  private Behavior<Command> onForgetLogged(ForgetLogged forget) {
    session().keeper().ifPresent(durable -> durable.forget(forget.blocks()));
    return Behaviors.same();
  }

  private Behavior<Command> onRestore(Restore restore) {
    ActorRef<Event> replyTo = driver;
    WorkerSession current = session();
    var unused = CompletableFuture.completedFuture(restore)
        .thenAcceptAsync(current::restore, host.taskThreads)
        .whenComplete((done, failure) -> replyTo.tell(new Restored(
            restore.epoch(),
            restore.number(),
            host.node.address(),
            failure == null ? "" : String.valueOf(unwrap(failure).getMessage()))));
    return Behaviors.same();
  }

  private Behavior<Command> onCopyPartition(CopyPartition copy) {
    ActorRef<Event> replyTo = driver;
    WorkerSession current = session();
    var unused = CompletableFuture.completedFuture(copy)
        .thenComposeAsync(current::copyPartition, host.taskThreads)
        .whenComplete((done, failure) ->
            replyTo.tell(new PartitionCopied(copy.epoch(), copy.number(), failure == null)));
    return Behaviors.same();
  }

  private Behavior<Command> onPeers(Peers changed) {
    receivers.peersChanged(changed.addresses());
    return Behaviors.same();
  }

  private Behavior<Command> onStartReceiver(StartReceiver start) {
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
                start.replyTo()),
            "receiver-" + start.stream() + "-" + start.attempt());
    receivers.host(start.stream(), start.attempt(), supervisor);
    getContext().watchWith(supervisor, new ReceiverEnded(start.stream(), supervisor));
    return Behaviors.same();
  }

  private Behavior<Command> onSetRate(SetRate set) {
    receivers.tell(
        set.stream(), new ReceiverSupervisor.SetRate(set.attempt(), set.number(), set.perSecond()));
    return Behaviors.same();
  }

  /** The receiver still needs to hear that its last blocks are counted; it is forgotten when it has ended. */
  private Behavior<Command> onStopReceiver(StopReceiver stop) {
    receivers.tell(stop.stream(), new ReceiverSupervisor.Stop());
    return Behaviors.same();
  }

  private Behavior<Command> onReceiverEnded(ReceiverEnded ended) {
    receivers.ended(ended.stream(), ended.supervisor());
    return Behaviors.same();
  }

  private Behavior<Command> onBlocksCounted(BlocksCounted counted) {
    receivers.tell(counted.stream(), new ReceiverSupervisor.Counted(counted.numbers()));
    return Behaviors.same();
  }

  private Behavior<Command> onBlocksCut(BlocksCut cut) {
    receivers.tell(cut.stream(), new ReceiverSupervisor.Cut(cut.numbers()));
    return Behaviors.same();
  }

  private Behavior<Command> onDismiss(Dismiss dismiss) {
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

  private Behavior<Command> startAfresh(ActorRef<Event> next) {
    closeSession();
    getContext().unwatch(driver);
    return create(next, host);
  }

  private Behavior<Command> onPostStop() {
    if (accepted != null && !dismissed) {
      driver.tell(new WorkerFailed(host.node.address(), incarnation, "its node is ending"));
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
    if (session == null) {
      throw new IllegalStateException("The worker has no session yet");
    }
    return session;
  }

  private static Throwable unwrap(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }
}
