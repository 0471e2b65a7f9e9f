package io.sluice.receiver;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import io.sluice.batch.BlockRef;
import io.sluice.block.DataNode;
import io.sluice.block.RecordCodec;
import io.sluice.plan.Message;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Runs one receiver: starts it again with back-off when it fails, reports its blocks until the driver has
 * counted them, and at the end stops only when every block is counted.
 */
public final class ReceiverSupervisor extends AbstractBehavior<ReceiverSupervisor.Command> {

  /** What a supervisor hears. */
  public sealed interface Command extends Message {}

  /** End the receiver, store what it has, then stop. */
  public record Stop() implements Command {}

  public record Peers(List<String> addresses) implements Command {}

  /** How many records a second may be stored, if meant for this attempt and newer than the last. */
  public record SetRate(int attempt, long number, double perSecond) implements Command {}

  /** The driver has counted the blocks with these numbers. */
  public record Counted(List<Long> numbers) implements Command {}

  /** These blocks belong to batches, and the ledger knows it. */
  public record Cut(List<Long> numbers) implements Command {}

  /** Another driver goes on; it is told again of all blocks that are in no batch. */
  public record NewDriver() implements Command {}

  private record Started() implements Command {}

  private record Restart(
      String reason, @Nullable Throwable cause, @Nullable Duration delay) implements Command {}

  private record End(String reason) implements Command {}

  private record StartAgain() implements Command {}

  private record Reported(String message, @Nullable Throwable cause) implements Command {}

  private record Stored(BlockRef block, OptionalLong position) implements Command {}

  private record RunEnded(Duration delay) implements Command {}

  private record Resend() implements Command {}

  /** What a supervisor says, by way of its worker, to the driver. */
  public sealed interface Event extends Message {}

  public record ReceiverStarted(int stream, int attempt, String location) implements Event {}

  /**
   * A block is stored and copied.
   *
   * @param position how far the source was read, if the receiver says so
   */
  public record BlockStored(
      int stream, int attempt, BlockRef block, long position, boolean hasPosition)
      implements Event {}

  public record ReceiverError(int stream, int attempt, String message) implements Event {}

  /**
   * The receiver has ended, and its worker hosts it no more.
   *
   * @param uncut its blocks that are in no batch as far as it knows; another driver may not know of them
   */
  public record ReceiverStopped(int stream, int attempt, String reason, List<BlockStored> uncut)
      implements Event {}

  /**
   * What is to be received, and how.
   *
   * @param maxRate records a second that may be stored at most; 0 for no limit
   * @param rate to begin with; 0 for {@code maxRate}
   */
  public record Assignment(
      long context,
      int stream,
      int attempt,
      String name,
      byte[] receiver,
      long blockMillis,
      long blockBytes,
      OptionalLong position,
      double maxRate,
      double rate) {}

  /** How long to wait before a receiver starts again. */
  public record Backoff(Duration min, Duration max) {
    Duration after(int failures) {
      long millis = min.toMillis() << Math.min(20, Math.max(0, failures - 1));
      return millis <= 0 || millis > max.toMillis() ? max : Duration.ofMillis(millis);
    }
  }

  private static final Duration RESEND_AFTER = Duration.ofSeconds(1);

  private final Assignment assignment;
  private final Backoff backoff;
  private final ActorRef<Event> driver;
  private final TimerScheduler<Command> timers;
  private final BlockWriter writer;
  private final Map<Long, BlockStored> uncut = new LinkedHashMap<>();
  private final Map<Long, BlockStored> uncounted = new LinkedHashMap<>();
  private final Map<Long, BlockStored> unanswered = new LinkedHashMap<>();
  private final ReceiverRuns runs;
  private int failures;

  public static Behavior<Command> create(
      Assignment assignment,
      DataNode node,
      RecordCodec codec,
      ClassLoader loader,
      Backoff backoff,
      ReceivedLog log,
      ReceiverThreads threads,
      ActorRef<Event> driver) {
    return Behaviors.setup(context -> Behaviors.withTimers(timers -> new ReceiverSupervisor(
        context, timers, assignment, node, codec, loader, backoff, log, threads, driver)));
  }

  private ReceiverSupervisor(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      Assignment assignment,
      DataNode node,
      RecordCodec codec,
      ClassLoader loader,
      Backoff backoff,
      ReceivedLog log,
      ReceiverThreads threads,
      ActorRef<Event> driver) {
    super(context);
    context.setLoggerName(ReceiverSupervisor.class);
    ActorRef<Command> self = context.getSelf();
    this.timers = timers;
    this.assignment = assignment;
    this.backoff = backoff;
    this.driver = driver;
    this.writer = new BlockWriter(
        assignment,
        node,
        codec,
        log,
        (block, position) -> self.tell(new Stored(block, position)),
        (message, cause) -> self.tell(new Reported(message, cause)));
    this.runs =
        new ReceiverRuns(assignment, context.getSystem(), loader, writer, listener(self), threads);
    timers.startTimerWithFixedDelay(new Resend(), RESEND_AFTER);
    runs.start();
  }

  private static ReceiverRuns.Listener listener(ActorRef<Command> self) {
    return new ReceiverRuns.Listener() {
      @Override
      public void started() {
        self.tell(new Started());
      }

      @Override
      public void restart(String reason, @Nullable Throwable cause, @Nullable Duration delay) {
        self.tell(new Restart(reason, cause, delay));
      }

      @Override
      public void stop(String reason) {
        self.tell(new End(reason));
      }

      @Override
      public void error(String message, @Nullable Throwable cause) {
        self.tell(new Reported(message, cause));
      }
    };
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Stored.class, this::onStored)
        .onMessage(Counted.class, this::onCounted)
        .onMessage(Cut.class, this::onCut)
        .onMessage(NewDriver.class, this::onNewDriver)
        .onMessage(Resend.class, this::onResend)
        .onMessage(Started.class, this::onStarted)
        .onMessage(Restart.class, this::onRestart)
        .onMessage(RunEnded.class, this::onRunEnded)
        .onMessage(StartAgain.class, this::onStartAgain)
        .onMessage(Reported.class, this::onReported)
        .onMessage(Peers.class, this::onPeers)
        .onMessage(SetRate.class, this::onSetRate)
        .onMessage(End.class, end -> beginStopping(end.reason()))
        .onMessage(Stop.class, stop -> beginStopping("stopped"))
        .onSignal(PostStop.class, stopped -> onPostStop())
        .build();
  }

  /** The receiver is ending, or has ended; its last blocks are on their way. */
  private Receive<Command> stopping(String reason) {
    return newReceiveBuilder()
        .onMessage(Stored.class, this::onStored)
        .onMessage(Counted.class, counted -> onCountedWhileStopping(counted, reason))
        .onMessage(Cut.class, this::onCut)
        .onMessage(NewDriver.class, this::onNewDriver)
        .onMessage(Resend.class, this::onResend)
        .onMessage(Started.class, this::onStarted)
        .onMessage(Reported.class, this::onReported)
        .onMessage(Peers.class, this::onPeers)
        .onMessage(RunEnded.class, ended -> stopIfAllCounted(reason))
        .onMessage(Command.class, other -> Behaviors.same())
        .onSignal(PostStop.class, stopped -> onPostStop())
        .build();
  }

  private Behavior<Command> onStarted(Started started) {
    driver.tell(new ReceiverStarted(assignment.stream(), assignment.attempt(), writer.location()));
    return Behaviors.same();
  }

  private Behavior<Command> onStored(Stored stored) {
    BlockStored event = new BlockStored(
        assignment.stream(),
        assignment.attempt(),
        stored.block(),
        stored.position().orElse(0),
        stored.position().isPresent());
    uncut.put(stored.block().id().sequence(), event);
    uncounted.put(stored.block().id().sequence(), event);
    writer.noted();
    driver.tell(event);
    failures = 0;
    return Behaviors.same();
  }

  private Behavior<Command> onCounted(Counted counted) {
    for (Long number : counted.numbers()) {
      uncounted.remove(number);
      unanswered.remove(number);
      writer.counted(number);
    }
    return Behaviors.same();
  }

  private Behavior<Command> onCut(Cut cut) {
    cut.numbers().forEach(uncut::remove);
    return Behaviors.same();
  }

  private Behavior<Command> onNewDriver(NewDriver next) {
    uncounted.putAll(uncut);
    unanswered.putAll(uncounted);
    uncut.values().forEach(driver::tell);
    return Behaviors.same();
  }

  private Behavior<Command> onCountedWhileStopping(Counted counted, String reason) {
    onCounted(counted);
    return stopIfAllCounted(reason);
  }

  /** Sends again what has gone uncounted since the last call. */
  private Behavior<Command> onResend(Resend resend) {
    unanswered.values().forEach(driver::tell);
    unanswered.clear();
    unanswered.putAll(uncounted);
    return Behaviors.same();
  }

  private Behavior<Command> onReported(Reported reported) {
    String text = reported.cause() == null
        ? reported.message()
        : reported.message() + " (" + reported.cause() + ")";
    getContext().getLog().debug("Receiver [{}]: {}", assignment.name(), text);
    driver.tell(new ReceiverError(assignment.stream(), assignment.attempt(), text));
    return Behaviors.same();
  }

  private Behavior<Command> onRestart(Restart restart) {
    failures++;
    Duration wanted = restart.delay();
    Duration delay = wanted != null ? wanted : backoff.after(failures);
    onReported(new Reported(
        restart.reason() + "; starting again in " + delay.toMillis() + " ms", restart.cause()));
    ActorRef<Command> self = getContext().getSelf();
    runs.endRun(() -> self.tell(new RunEnded(delay)));
    return Behaviors.same();
  }

  private Behavior<Command> onRunEnded(RunEnded ended) {
    timers.startSingleTimer(new StartAgain(), ended.delay());
    return Behaviors.same();
  }

  private Behavior<Command> onStartAgain(StartAgain again) {
    runs.start();
    return Behaviors.same();
  }

  private Behavior<Command> onPeers(Peers peers) {
    writer.peers(peers.addresses());
    return Behaviors.same();
  }

  private Behavior<Command> onSetRate(SetRate set) {
    if (set.attempt() == assignment.attempt()) {
      runs.throttle().update(set.perSecond(), set.number());
    }
    return Behaviors.same();
  }

  private Behavior<Command> beginStopping(String reason) {
    ActorRef<Command> self = getContext().getSelf();
    timers.cancel(new StartAgain());
    runs.endForGood(() -> self.tell(new RunEnded(Duration.ZERO)));
    return stopping(reason);
  }

  private Behavior<Command> stopIfAllCounted(String reason) {
    if (!runs.isOver() || !uncounted.isEmpty() || writer.pending() > 0) {
      return Behaviors.same();
    }
    driver.tell(new ReceiverStopped(
        assignment.stream(), assignment.attempt(), reason, List.copyOf(uncut.values())));
    return Behaviors.stopped();
  }

  private Behavior<Command> onPostStop() {
    runs.abandon();
    writer.close();
    return Behaviors.same();
  }
}
