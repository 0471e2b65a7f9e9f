package io.sluice.scheduler;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.api.StreamingEvent;
import io.sluice.api.StreamingListener.BatchInfo;
import io.sluice.api.StreamingListener.RecoveryInfo;
import io.sluice.api.StreamingListener.Scope;
import io.sluice.batch.BatchQueue;
import io.sluice.batch.BatchSchedule;
import io.sluice.batch.BlockId;
import io.sluice.batch.BlockRef;
import io.sluice.batch.BlockTracker;
import io.sluice.plan.Node;
import io.sluice.task.WorkerCommand;
import io.sluice.task.WorkerEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The batches of a context, from the tick to the commit. */
final class Batches implements AutoCloseable {

  private static final long LONG_BATCH_MILLIS = 10_000;

  private static final Logger log = LoggerFactory.getLogger(Batches.class);

  private final ContextSetup setup;
  private final Fleet fleet;
  private final DriverThreads driverThreads;
  private final BatchQueue queue;
  private final Jobs jobs;
  private final JobOutcomes outcomes;
  private final Holdings holdings;
  private final Standbys standbys;
  private final Departures departures;
  private final CurrentBatch batch;
  private final Recovered recovered;
  private final Journal journal;
  private final SinkCommits sinks;
  private final Backlog backlog;
  private final Durability durability;
  private final Restoration restoration = new Restoration();
  private final Map<Long, Instant> submitted = new HashMap<>();
  private Streaming streaming;
  private @Nullable SluiceException failure;
  private long committedMillis;
  private long cutMillis;
  private long tellAgainMillis;
  private long idleSinceMillis;
  private boolean resuming;
  private boolean initialised;
  private final List<ContextCommand.Submit> heldBack = new ArrayList<>();
  private boolean draining;
  private boolean paused;

  Batches(
      ContextSetup setup,
      Fleet fleet,
      Recovered recovered,
      Journal journal,
      DriverThreads driverThreads) {
    this.setup = setup;
    this.fleet = fleet;
    this.recovered = recovered;
    this.journal = journal;
    this.driverThreads = driverThreads;
    this.idleSinceMillis = setup.ticker().now().toEpochMilli();
    this.committedMillis = recovered.committedMillis();
    this.cutMillis = recovered.cutMillis();
    this.holdings = new Holdings(setup, fleet, recovered, () -> streaming);
    this.queue = new BatchQueue(setup.batch().maxWaiting());
    this.sinks = new SinkCommits(setup, driverThreads, recovered, () -> streaming);
    this.backlog = new Backlog(setup.intervalMillis());
    this.outcomes = new JobOutcomes(setup, holdings, this::jobs, this::batch, this::fail);
    this.jobs = new Jobs(setup, fleet, holdings.kept(), this::planning, outcomes);
    this.standbys = new Standbys(setup, fleet, holdings, journal, () -> streaming);
    this.batch = new CurrentBatch(
        setup,
        holdings,
        jobs,
        driverThreads,
        journal,
        () -> streaming,
        fleet.receivers()::maxInBatch,
        this::commit);
    this.durability = new Durability(setup, recovered.rewind(), fleet::tellAll);
    this.departures = new Departures(
        setup, fleet, holdings, standbys, durability, outcomes, this::jobs, new Progress());
    this.streaming = streaming(StreamProgram.none(setup.intervalMillis()));
  }

  /**
   * Begins a program of streams; until then there are only actions of callers.
   *
   * @param then is given the time of the first batch, when the beginning is written down
   */
  void begin(StreamProgram streams, Consumer<Instant> then) {
    durability.requireNothingWritten();
    streaming = streaming(streams);
    initialised = false;
    Decision.Names names = durability.begun(streams.program());
    fleet.receivers().logStreams(durability.streams());
    streaming.sources().beginning().forEach(journal::decide);
    journal.decide(
        new Decision.Begun(streaming.schedule().zeroMillis(), setup.partitions(), names),
        () -> then.accept(Instant.ofEpochMilli(streaming.schedule().nextMillis())));
  }

  /**
   * Goes on with a program whose driver and workers are gone; nothing runs until its owners have restored what they own.
   * Gives the time of the next batch.
   */
  Instant restart(StreamProgram streams, Recovered past) {
    Restart restart = durability.restart(past, streams.program(), fleet.usable());
    streaming = Streaming.restarted(streams, restart, setup.batch().maxLate());
    Decision.Names unused = durability.begun(streams.program());
    fleet.receivers().logStreams(durability.streams());
    committedMillis = restart.batchMillis();
    cutMillis = restart.cutMillis();
    idleSinceMillis = setup.ticker().now().toEpochMilli();
    initialised = committedMillis >= streaming.schedule().zeroMillis();
    setup.counters().restore(restart.counters());
    fleet.receivers().beginAgain(streams.receivers(), restart);
    fleet.placement().ownersOnly();
    holdings.restore(restart, fleet.placement().owners());
    restart.again().forEach(queue::restore);
    restoration
        .begin(number -> restart.orders(
            fleet.placement().owners(), setup.epoch(), number, durability.operators()))
        .forEach(fleet::tell);
    if (!durability.isReadOnly()) {
      sinks.carryOutAgain(past, this::proceed);
    }
    return Instant.ofEpochMilli(streaming.schedule().nextMillis());
  }

  /** An owner has restored what it owns. */
  void restored(WorkerEvent.Restored said) {
    if (said.epoch() == setup.epoch()) {
      restoration.ended(said);
      proceed();
    }
  }

  void persisted(WorkerEvent.Persisted said) {
    durability.persisted(said);
    proceed();
  }

  /** Goes on with the program of the driver before; nothing runs until {@link #goOn}. */
  void resume(StreamProgram streams) {
    resuming = true;
    streaming = recovered.isBegun()
        ? Streaming.resumed(streams, recovered, setup.batch().maxLate())
        : streaming(streams);
    Decision.Names unusedNames = durability.begun(streams.program());
    fleet.receivers().logStreams(durability.streams());
    initialised = committedMillis >= streaming.schedule().zeroMillis();
    if (initialised) {
      var unused = holdings.expire(committedMillis, Long.MAX_VALUE);
    }
    setup.counters().restore(recovered.counters());
    recovered.restore(queue);
  }

  /** The workers of the driver before are here or lost. Gives the time of the next batch. */
  Instant goOn() {
    resuming = false;
    idleSinceMillis = setup.ticker().now().toEpochMilli();
    holdings.adopt(
        fleet.resumption().orphans(holdings.tracker(), fleet.receivers().table()));
    sinks.carryOut(this::tellOfRecovery);
    return Instant.ofEpochMilli(streaming.schedule().nextMillis());
  }

  private void tellOfRecovery() {
    post(new StreamingEvent.Recovery(new RecoveryInfo(
        Scope.DRIVER,
        Optional.of(committedMillis)
            .filter(millis -> millis != Recovered.NONE)
            .map(Instant::ofEpochMilli),
        "Driver %d goes on on %s".formatted(setup.epoch(), setup.node().address()))));
  }

  SinkCommits sinks() {
    return sinks;
  }

  /** All that a driver after this one must know. */
  Decision.Snapshot snapshot() {
    boolean begun = !streaming.program().outputs().isEmpty();
    return new Decision.Snapshot(
        begun ? streaming.schedule().zeroMillis() : Recovered.NONE,
        setup.partitions(),
        cutMillis,
        committedMillis,
        fleet.joined(),
        fleet.placement().placed(),
        fleet.receivers().table().decisions(),
        fleet.receivers().table().positions(),
        fleet.receivers().rates(),
        holdings.tracker().snapshot(),
        holdings.datasets().upTo(committedMillis, streaming.keepMillis().keySet()),
        streaming.eventTimes().snapshot(),
        setup.counters().all(),
        sinks.decided(),
        durability.snapshot(),
        streaming.sources().snapshot(),
        "",
        sinks.decidedMillis());
  }

  private Streaming streaming(StreamProgram streams) {
    return Streaming.of(
        streams, setup.ticker().now().toEpochMilli(), setup.batch().maxLate());
  }

  BlockTracker tracker() {
    return holdings.tracker();
  }

  @Nullable
  SluiceException failure() {
    return failure;
  }

  /** Cuts what is due; time goes on until the last receiver has ended, since one may wait for room in a full store. */
  void onTick() {
    if (draining
        && (fleet.receivers().table().allStopped() || !holdings.tracker().hasUnassigned())) {
      return;
    }
    BatchSchedule.Due due = streaming.schedule().takeDue(setup.ticker().now().toEpochMilli());
    if (due.skipped() > 0) {
      log.warn(
          "[{}] batch times were skipped: more than [{}] were due at once",
          due.skipped(),
          setup.batch().maxLate());
    }
    queue.addDue(due.times());
    proceed();
  }

  /** Runs an action that somebody waits for; one that reads state waits until there is a program whose state is there. */
  void submit(ContextCommand.Submit submit) {
    if (submit.dataset() instanceof Node.Held && !isStateThere()) {
      heldBack.add(submit);
    } else {
      batch.submit(submit);
    }
  }

  private boolean isStateThere() {
    return !resuming && restoration.isOver() && !streaming.program().outputs().isEmpty();
  }

  /** From now on batches are made only for what is already received. */
  void drain() {
    draining = true;
    pause(false);
  }

  /** Begins no batch, while batches become due and receivers receive as far as there is room; or goes on. */
  void pause(boolean asked) {
    boolean wanted = asked && !draining;
    if (wanted != paused) {
      paused = wanted;
      idleSinceMillis = setup.ticker().now().toEpochMilli();
      log.info("[{}] {}", setup.name(), wanted ? "is paused" : "goes on");
      post(wanted ? new StreamingEvent.Paused() : new StreamingEvent.Resumed());
    }
  }

  boolean isPaused() {
    return paused;
  }

  boolean isDrained() {
    return draining
        && batch.isIdle()
        && sinks.isIdle()
        && queue.isEmpty()
        && fleet.receivers().table().allStopped()
        && !holdings.tracker().hasUnassigned();
  }

  /** Cuts and starts what can be cut and started now. */
  void proceed() {
    if (resuming || !restoration.isOver()) {
      return;
    }
    if (!heldBack.isEmpty() && isStateThere()) {
      List<ContextCommand.Submit> now = List.copyOf(heldBack);
      heldBack.clear();
      now.forEach(batch::submit);
    }
    if (draining
        && batch.isIdle()
        && queue.isEmpty()
        && fleet.receivers().table().allStopped()
        && holdings.tracker().hasUnassigned()) {
      queue.addDue(List.of(streaming.schedule().takeNext()));
    }
    for (Optional<Long> time = queue.takeToCut(); time.isPresent(); time = queue.takeToCut()) {
      cut(time.get());
    }
    departures.copyBlocks();
    if (batch.isIdle() && sinks.isIdle() && standbys.isIdle()) {
      departures.letGo();
    }
    if (batch.isIdle()
        && sinks.isIdle()
        && standbys.isIdle()
        && !durability.isBehind()
        && !standbys.begin()) {
      if (initialised) {
        if (!paused) {
          queue.takeToRun().ifPresent(this::begin);
        }
      } else {
        initialise();
      }
    }
  }

  private void cut(long batchMillis) {
    Instant now = setup.ticker().now();
    holdings.tracker().cut(batchMillis);
    cutMillis = batchMillis;
    submitted.put(batchMillis, now);
    post(new StreamingEvent.BatchSubmitted(
        BatchRun.submitted(batchMillis, holdings.tracker().records(batchMillis), now)));
    List<BlockRef> blocks = holdings.tracker().blocks(batchMillis);
    Decision.Cut cut =
        new Decision.Cut(batchMillis, blocks, fleet.receivers().table().positions());
    durability.cut(cut);
    journal.decide(cut, () -> {
      fleet.receivers().cut(blocks);
      queue.ready(batchMillis);
    });
  }

  private void post(StreamingEvent event) {
    setup.listeners().post(event);
  }

  /** A program that has no initial state begins with its first batch. */
  private void initialise() {
    initialised = true;
    if (streaming.program().withInitialState().isEmpty()) {
      proceed();
    } else {
      batch.initialise();
    }
  }

  private void begin(long batchMillis) {
    if (fleet.usable().isEmpty()) {
      throw new SluiceException(
          ErrorCode.NO_WORKERS,
          "Context '" + setup.name() + "' has no workers left to run batch " + batchMillis + ".");
    }
    Instant since = submitted.remove(batchMillis);
    batch.begin(batchMillis, since == null ? setup.ticker().now() : since);
  }

  private Jobs jobs() {
    return jobs;
  }

  JobOutcomes outcomes() {
    return outcomes;
  }

  /** The batch that runs now. */
  CurrentBatch batch() {
    return batch;
  }

  void driverFailed(ContextCommand.DriverFailed failed) {
    batch.driverFailed(failed.batchMillis(), failed.what(), failed.failure()).ifPresent(this::fail);
  }

  void taskFinished(WorkerEvent.TaskFinished event) {
    jobs.taskFinished(event);
  }

  void taskFailed(WorkerEvent.TaskFailed event) {
    jobs.taskFailed(event);
  }

  void fetched(long job) {
    jobs.fetched(job);
  }

  /** Tells which batches of a node can still be read. */
  void remembered(ContextCommand.Remembered asked) {
    asked
        .times()
        .complete(
            streaming.history().remembered(asked.node(), asked.fromMillis(), asked.toMillis()));
  }

  /** The program does not want a dataset kept any more, or nothing of the program refers to it. */
  void unkeep(int node, boolean forgotten) {
    if (forgotten) {
      holdings.kept().forget(node);
    } else {
      holdings.kept().release(node);
    }
  }

  Departures departures() {
    return departures;
  }

  /** Everything that was running, or lay on the worker, is run again on those that are left. */
  void workerLost(String worker, String reason, Fleet.Loss loss) {
    departures.lost(worker, reason, loss);
    proceed();
  }

  /** A worker's node is ending: what it has is given to others, and between two batches it is let go. */
  void workerLeaving(WorkerEvent.Leaving leaving) {
    if (departures.leaving(leaving)) {
      proceed();
    }
  }

  void blocksCopied(WorkerEvent.BlocksCopied copied) {
    if (copied.epoch() == setup.epoch()) {
      departures.copied(copied);
      proceed();
    }
  }

  /** Says, now and then, what a batch waits for that takes much longer than others. */
  void tellOfDelay() {
    BatchRun batch = this.batch.get().orElse(null);
    long now = setup.ticker().now().toEpochMilli();
    long since =
        batch != null ? batch.startedMillis() : queue.isEmpty() || paused ? now : idleSinceMillis;
    if (now - since < LONG_BATCH_MILLIS || now < tellAgainMillis) {
      return;
    }
    tellAgainMillis = now + LONG_BATCH_MILLIS;
    log.warn(
        "[{}] has waited for [{}] ms: {}",
        setup.name(),
        now - since,
        batch != null
            ? "batch %s %s".formatted(Instant.ofEpochMilli(batch.batchMillis()), batch.awaited())
            : "no batch runs; copies of partitions under way: %s, batches: %s"
                .formatted(standbys, queue));
  }

  private void tellSources(long committed) {
    if (committed <= streaming.deliveredMillis() || durability.isReadOnly()) {
      return;
    }
    for (Node.Generated node : streaming.streams().program().generated()) {
      if (node.generator() instanceof Node.Planned source) {
        streaming
            .sources()
            .of(committed, node.id())
            .ifPresent(plan -> driverThreads.committed(source, committed, plan));
      }
    }
  }

  private void commit(BatchRun done) {
    done.decide();
    long time = done.batchMillis();
    List<Decision.Stored> stored =
        holdings.datasets().of(time, streaming.keepMillis().keySet());
    committedMillis = time;
    setup.counters().add(done.counters());
    streaming.eventTimes().committed(time, done.times());
    Decision.Committed decision =
        new Decision.Committed(time, stored, done.times(), done.counters(), done.prepared());
    sinks.decide(time, done.prepared());
    durability.committed(
        decision, setup.counters().all(), streaming.eventTimes().snapshot());
    journal.decide(decision, () -> sinks.carryOut(() -> committed(done)));
  }

  /** The next driver would know of the commit: now it takes effect. */
  private void committed(BatchRun done) {
    batch.end();
    idleSinceMillis = setup.ticker().now().toEpochMilli();
    long time = done.batchMillis();
    long readFrom = jobs.oldestRead();
    List<BlockId> released = holdings.expire(time, readFrom);
    streaming.history().committed(time, done.generated());
    fleet.tellAll(new WorkerCommand.Commit(
        setup.epoch(),
        time,
        jobs.lowestLive(),
        readFrom,
        released,
        streaming.keepMillis(),
        fleet.placement().owners(),
        durability.operators(),
        durability.pace()));
    durability.told(time, fleet.usable());
    tellSources(time);
    streaming.sources().forgetUpTo(durability.doneMillis(time));
    fleet.stages().trim();
    if (time > streaming.schedule().zeroMillis()) {
      BatchInfo info = done.info(
          Optional.of(setup.ticker().now()),
          Optional.empty(),
          setup.listeners().isHeard() || done.flight().isOn());
      post(new StreamingEvent.BatchCompleted(info));
      done.flight().completed(setup.name(), info);
      fleet.receivers().batchCompleted(info);
      backlog.completed(info).ifPresent(this::post);
    }
    proceed();
  }

  void partitionCopied(WorkerEvent.PartitionCopied copied) {
    if (standbys.copied(copied)) {
      proceed();
    }
  }

  /** The first failure counts; the context ends with it. */
  void fail(SluiceException cause) {
    if (failure == null) {
      failure = cause;
      batch
          .get()
          .filter(running -> !running.isDecided())
          .ifPresent(running -> sinks.abort(running.batchMillis(), running.prepared()));
      batch.failed(cause);
    }
  }

  /** Tells everybody who waits for a job that it will not end. */
  void abandon(SluiceException cause) {
    heldBack.forEach(submit -> {
      submit.job().complete(-1L);
      submit.done().completeExceptionally(cause);
    });
    heldBack.clear();
    jobs.abandon(cause);
  }

  @Override
  public void close() {
    durability.close();
    driverThreads.close();
    for (Node.Generated node : streaming.streams().program().generated()) {
      if (node.generator() instanceof Node.Planned source) {
        source.close();
      }
    }
  }

  private JobPlanning planning() {
    Placement placement = fleet.placement();
    return new JobPlanning(
        setup.epoch(),
        committedMillis,
        fleet.usable(),
        placement.owners(),
        placement.standbys(),
        streaming.keepMillis().keySet(),
        holdings.datasets(),
        holdings.splits(),
        fleet.stages(),
        batch.values());
  }

  /** What departures see of the batches. */
  private final class Progress implements Departures.Progress {
    @Override
    public Streaming streaming() {
      return streaming;
    }

    @Override
    public long committedMillis() {
      return committedMillis;
    }

    @Override
    public boolean isRunning() {
      return !batch.isIdle();
    }
  }
}
