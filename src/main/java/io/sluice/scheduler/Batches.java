package io.sluice.scheduler;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.api.StreamingEvent;
import io.sluice.api.StreamingListener.BatchInfo;
import io.sluice.api.StreamingListener.BlockInfo;
import io.sluice.api.StreamingListener.RecoveryInfo;
import io.sluice.api.StreamingListener.Scope;
import io.sluice.batch.BatchQueue;
import io.sluice.batch.BatchSchedule;
import io.sluice.batch.BlockId;
import io.sluice.batch.BlockRef;
import io.sluice.batch.BlockTracker;
import io.sluice.plan.Node;
import io.sluice.plan.Program;
import io.sluice.plan.Stage;
import io.sluice.plan.StageCompiler;
import io.sluice.task.WorkerCommand;
import io.sluice.task.WorkerEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The batches of a context, from the tick to the commit. */
final class Batches implements Jobs.Owner, AutoCloseable {

  private static final long LONG_BATCH_MILLIS = 10_000;

  private static final Logger log = LoggerFactory.getLogger(Batches.class);

  private final ContextSetup setup;
  private final Fleet fleet;
  private final DriverThreads driverThreads;
  private final BatchQueue queue;
  private final Jobs jobs;
  private final Holdings holdings;
  private final Copies copies = new Copies();
  private final Recovered recovered;
  private final Journal journal;
  private final SinkCommits sinks;
  private final Backlog backlog;
  private final Durability durability;
  private final Restoration restoration = new Restoration();
  private final Map<Long, Instant> submitted = new HashMap<>();
  private Streaming streaming;
  private @Nullable BatchRun current;
  private @Nullable SluiceException failure;
  private long committedMillis;
  private long cutMillis;
  private long tellAgainMillis;
  private long idleSinceMillis;
  private long deliveredMillis = Recovered.NONE;
  private boolean resuming;
  private boolean initialised;
  private boolean draining;

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
    this.committedMillis = recovered.committedMillis();
    this.cutMillis = recovered.cutMillis();
    this.holdings = new Holdings(setup, fleet, recovered, () -> streaming);
    this.queue = new BatchQueue(setup.batch().maxWaiting());
    this.sinks = new SinkCommits(setup, driverThreads, recovered, () -> streaming);
    this.backlog = new Backlog(setup.intervalMillis());
    this.jobs = new Jobs(setup, fleet, holdings.kept(), this::planning, this);
    this.durability = new Durability(setup, recovered.rewind(), fleet::tellAll);
    this.streaming = streaming(StreamProgram.none(setup.intervalMillis()));
  }

  /**
   * Begins a program of streams; until then there are only actions of callers.
   *
   * @param then is given the time of the first batch, when the beginning is written down
   */
  void begin(StreamProgram streams, Consumer<Instant> then) {
    streaming = streaming(streams);
    initialised = false;
    Decision.Names names = durability.begun(streams.program());
    fleet.logStreams(durability.streams());
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
    fleet.logStreams(durability.streams());
    committedMillis = restart.batchMillis();
    cutMillis = restart.cutMillis();
    deliveredMillis = restart.deliveredMillis();
    initialised = committedMillis >= streaming.schedule().zeroMillis();
    setup.counters().restore(restart.counters());
    fleet.receiveAgain(streams.receivers(), restart);
    fleet.placement().ownersOnly();
    holdings.restore(restart, fleet.placement().owners());
    restart.again().forEach(queue::restore);
    restoration
        .begin(number -> restart.orders(
            fleet.placement().owners(), setup.epoch(), number, durability.operators()))
        .forEach(fleet::tell);
    return Instant.ofEpochMilli(streaming.schedule().nextMillis());
  }

  /** An owner has restored what it owns. */
  void restored(WorkerEvent.Restored said) {
    restoration.ended(said);
    proceed();
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
    fleet.logStreams(durability.streams());
    deliveredMillis = recovered.rewind().deliveredMillis();
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
    holdings.adopt(fleet.resumption().orphans(holdings.tracker(), fleet.receivers()));
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
        fleet.receivers().decisions(),
        fleet.receivers().positions(),
        fleet.rates(),
        holdings.tracker().snapshot(),
        holdings.datasets().upTo(committedMillis, streaming.keepMillis().keySet()),
        streaming.eventTimes().snapshot(),
        setup.counters().all(),
        sinks.decided(),
        durability.snapshot(),
        "");
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
    if (draining && (fleet.receivers().allStopped() || !holdings.tracker().hasUnassigned())) {
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

  /** From now on batches are made only for what is already received. */
  void drain() {
    draining = true;
  }

  boolean isDrained() {
    return draining
        && current == null
        && sinks.isIdle()
        && queue.isEmpty()
        && fleet.receivers().allStopped()
        && !holdings.tracker().hasUnassigned();
  }

  /** Cuts and starts what can be cut and started now. */
  void proceed() {
    if (resuming || !restoration.isOver()) {
      return;
    }
    if (draining
        && current == null
        && queue.isEmpty()
        && fleet.receivers().allStopped()
        && holdings.tracker().hasUnassigned()) {
      queue.addDue(List.of(streaming.schedule().takeNext()));
    }
    for (Optional<Long> time = queue.takeToCut(); time.isPresent(); time = queue.takeToCut()) {
      cut(time.get());
    }
    if (current == null
        && sinks.isIdle()
        && copies.isEmpty()
        && !durability.isBehind()
        && !beginCopies()) {
      if (initialised) {
        queue.takeToRun().ifPresent(this::begin);
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
    Decision.Cut cut = new Decision.Cut(batchMillis, blocks, fleet.receivers().positions());
    durability.cut(cut);
    journal.decide(cut, () -> {
      fleet.cut(blocks);
      queue.ready(batchMillis);
    });
  }

  private void post(StreamingEvent event) {
    setup.listeners().post(event);
  }

  /** Initial state is what a batch before the first one leaves behind. */
  private void initialise() {
    initialised = true;
    if (streaming.program().withInitialState().isEmpty()) {
      proceed();
      return;
    }
    long zero = streaming.schedule().zeroMillis();
    Instant now = setup.ticker().now();
    BatchRun batch = new BatchRun(zero, Map.of(), now, now);
    batch.planned();
    current = batch;
    start(batch, () -> {
      StageCompiler compiler = holdings.compiler(null);
      streaming.program().withInitialState().forEach(node -> compiler.initialState(node, zero));
      return compiler.compile();
    });
    completeIfDone();
  }

  private void start(BatchRun batch, Supplier<List<Stage>> plan) {
    JobRun job = jobs.create(batch.batchMillis(), plan, new CompletableFuture<>());
    if (!job.isEmpty()) {
      batch.add(job);
      jobs.start(job);
    }
  }

  private void begin(long batchMillis) {
    if (fleet.usable().isEmpty()) {
      throw new SluiceException(
          ErrorCode.NO_WORKERS,
          "Context '" + setup.name() + "' has no workers left to run batch " + batchMillis + ".");
    }
    Instant now = setup.ticker().now();
    Instant since = submitted.remove(batchMillis);
    BatchRun batch = new BatchRun(
        batchMillis, holdings.tracker().records(batchMillis), since == null ? now : since, now);
    current = batch;
    post(new StreamingEvent.BatchStarted(batch.info(Optional.empty(), Optional.empty())));
    if (setup.broadcasts().isDue(batchMillis)) {
      driverThreads.refresh(batchMillis);
    } else {
      refreshed(batchMillis);
    }
  }

  /** All that the batch's tasks see alike is known. */
  void refreshed(long batchMillis) {
    BatchRun batch = current;
    if (batch != null && batch.batchMillis() == batchMillis) {
      batch.see(new WorkerCommand.BatchValues(
          streaming.eventTimes().at(batchMillis), setup.broadcasts().versions()));
      planLevel(batch);
    }
  }

  /** Sends out the jobs of the batch's level, starts its outputs, then the functions of the next level. */
  private void planLevel(BatchRun batch) {
    long time = batch.batchMillis();
    long zero = streaming.schedule().zeroMillis();
    int level = batch.level();
    start(batch, () -> {
      StageCompiler compiler = holdings.compiler(batch);
      streaming.program().toStore(level, time, zero).forEach(node -> compiler.store(node, time));
      return compiler.compile();
    });
    for (Program.Output output : streaming.program().outputsDue(time, zero)) {
      // A batch that is run again for its state alone has put out everything before.
      if (time > deliveredMillis && streaming.program().level(output.node()) == batch.level()) {
        post(new StreamingEvent.OutputOperationStarted(
            batch.outputStarted(output, setup.ticker().now())));
        driverThreads.output(output, function(output), time);
      }
    }
    if (batch.level() + 1 >= streaming.program().levels()) {
      batch.planned();
      completeIfDone();
      return;
    }
    batch.nextLevel();
    List<Node.Generated> generators = streaming.program().toGenerate(batch.level(), time, zero);
    batch.generatorsStarted(generators.size());
    generators.forEach(node -> driverThreads.generate(node, time));
    if (generators.isEmpty()) {
      planLevel(batch);
    }
  }

  private StreamProgram.BatchFunction function(Program.Output output) {
    StreamProgram.BatchFunction function = streaming.streams().outputs().get(output.id());
    if (function == null) {
      throw new IllegalStateException("Output " + output.id() + " has no function");
    }
    return function;
  }

  void generated(long batchMillis, Node.Generated node, Node dataset) {
    BatchRun batch = current;
    if (batch != null
        && batch.batchMillis() == batchMillis
        && batch.generated(node.id(), dataset)) {
      planLevel(batch);
    }
  }

  void outputEnded(ContextActor.OutputEnded ended) {
    BatchRun batch = current;
    if (batch != null && batch.batchMillis() == ended.batchMillis()) {
      batch.prepared(ended.output(), ended.prepared());
      outputEnded(batch, ended.output(), Optional.empty());
      completeIfDone();
    }
  }

  private void outputEnded(BatchRun batch, String output, Optional<String> failure) {
    batch
        .outputEnded(output, setup.ticker().now(), failure)
        .ifPresent(ended -> post(new StreamingEvent.OutputOperationCompleted(ended)));
  }

  void driverFailed(long batchMillis, String what, Throwable cause) {
    BatchRun batch = current;
    if (batch == null || batch.batchMillis() != batchMillis) {
      return;
    }
    String text = String.valueOf(cause instanceof SluiceException ? cause.getMessage() : cause);
    outputEnded(batch, what, Optional.of(text));
    ErrorCode code =
        cause instanceof SluiceException known ? known.code() : ErrorCode.DRIVER_FUNCTION_FAILED;
    fail(new SluiceException(
        code,
        "Batch " + Instant.ofEpochMilli(batchMillis) + " failed in " + what + ": " + text,
        cause));
  }

  /** Compiles and starts an action that somebody waits for. */
  void submit(ContextActor.Submit submit) {
    try {
      BatchRun batch = current;
      boolean inBatch = batch != null && batch.batchMillis() == submit.batchMillis();
      long time = inBatch ? submit.batchMillis() : -1;
      Supplier<List<Stage>> plan = () -> {
        StageCompiler compiler = holdings.compiler(inBatch ? batch : null);
        compiler.result(submit.dataset(), time, submit.action());
        return compiler.compile();
      };
      JobRun job = jobs.create(time, plan, submit.done());
      if (inBatch && batch != null) {
        batch.addAction(job);
      }
      submit.job().complete(job.id());
      jobs.startForCaller(job);
    } catch (SluiceException refused) {
      submit.job().complete(-1L);
      submit.done().completeExceptionally(refused);
    }
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
  void remembered(ContextActor.Remembered asked) {
    asked
        .times()
        .complete(
            streaming.history().remembered(asked.node(), asked.fromMillis(), asked.toMillis()));
  }

  @Override
  public void jobFinished(JobRun job) {
    if (job.batchMillis() < 0) {
      setup.counters().add(job.counters());
    }
    completeIfDone();
  }

  @Override
  public void jobFailed(JobRun job, SluiceException cause) {
    if (current != null && current.jobs().contains(job)) {
      fail(cause);
    }
  }

  @Override
  public void jobMustStartOver(JobRun job, String reason) {
    if (current != null && current.jobs().contains(job)) {
      startOver(reason);
      return;
    }
    recovers(Scope.JOB, job.batchMillis(), reason);
    if (job.batchMillis() < 0) {
      jobs.startForCaller(job);
    } else {
      jobs.start(job);
    }
  }

  @Override
  public void taskTriedAgain(JobRun job, String reason) {
    recovers(Scope.TASK, job.batchMillis(), reason);
  }

  private void recovers(Scope scope, long batchMillis, String reason) {
    Optional<Instant> time =
        batchMillis < 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(batchMillis));
    post(new StreamingEvent.Recovery(new RecoveryInfo(scope, time, reason)));
  }

  /** The program does not want a dataset kept any more, or nothing of the program refers to it. */
  void unkeep(int node, boolean forgotten) {
    if (forgotten) {
      holdings.kept().forget(node);
    } else {
      holdings.kept().release(node);
    }
  }

  /** Whether nothing would be lost if the worker were given up. */
  boolean canSpare(String worker) {
    boolean stateless = !streaming.program().remembers() || fleet.placement().isEmpty();
    return (stateless || fleet.placement().canSpare(worker))
        && !holdings.onlyOn(worker)
        && fleet.usable().size() > 1;
  }

  /** Everything that was running, or lay on the worker, is run again on those that are left. */
  void workerLost(String worker, String reason, Fleet.Loss loss) {
    for (BlockRef block : holdings.workerLost(worker)) {
      post(new StreamingEvent.BlockLost(new BlockInfo(
          block.id().owner(), block.id().sequence(), block.records(), block.sizeBytes(), worker)));
    }
    copies.workerLost(worker);
    durability.workerLost(worker, committedMillis);
    boolean stateful =
        streaming.program().remembers() && (current != null || committedMillis != Recovered.NONE);
    if (stateful && !loss.partitions().isEmpty()) {
      throw new SluiceException(
          ErrorCode.BLOCK_LOST,
          "State of partitions %s was only on %s. Windows need a second worker to survive the loss of one."
              .formatted(loss.partitions(), worker));
    }
    if (fleet.usable().isEmpty() && (current != null || !jobs.isEmpty())) {
      throw new SluiceException(
          ErrorCode.NO_WORKERS, "Context '" + setup.name() + "' has lost its last worker.");
    }
    startOver("Worker " + worker + " is lost: " + reason);
    proceed();
  }

  /** Says, now and then, what a batch waits for that takes much longer than others. */
  void tellOfDelay() {
    BatchRun batch = current;
    long now = setup.ticker().now().toEpochMilli();
    long since = batch != null ? batch.startedMillis() : queue.isEmpty() ? now : idleSinceMillis;
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
                .formatted(copies, queue));
  }

  /** Tries jobs again that could not reach a node which is still not known to be lost. */
  void retryUnreached() {
    jobs.takeUnreached().forEach(job -> jobMustStartOver(job, "A node could not be reached"));
  }

  /** Readers of a dataset must know which attempt made it, so all jobs of the batch begin again together. */
  private void startOver(String reason) {
    BatchRun batch = current;
    List<JobRun> again = new ArrayList<>();
    List<JobRun> others = new ArrayList<>(jobs.all());
    jobs.takeUnreached();
    if (batch != null && !batch.isDecided() && !(batch.jobs().isEmpty() && jobs.isEmpty())) {
      batch.startedOver();
      recovers(Scope.BATCH, batch.batchMillis(), reason);
      again.addAll(batch.jobs());
      batch
          .jobs()
          .forEach(job -> job.storedNodes()
              .forEach(node -> holdings.datasets().remove(node, batch.batchMillis())));
    }
    others.removeAll(again);
    again.forEach(jobs::start);
    for (JobRun job : others) {
      if (job.batchMillis() < 0) {
        recovers(Scope.JOB, -1, reason);
      }
      jobs.startForCaller(job);
    }
  }

  private void completeIfDone() {
    BatchRun batch = current;
    if (batch != null && batch.isComplete()) {
      commit(batch);
    }
  }

  private void commit(BatchRun batch) {
    batch.decide();
    long time = batch.batchMillis();
    List<Decision.Stored> stored =
        holdings.datasets().of(time, streaming.keepMillis().keySet());
    committedMillis = time;
    setup.counters().add(batch.counters());
    streaming.eventTimes().committed(time, batch.times());
    Decision.Committed decision =
        new Decision.Committed(time, stored, batch.times(), batch.counters(), batch.prepared());
    sinks.decide(time, batch.prepared());
    durability.committed(
        decision, setup.counters().all(), streaming.eventTimes().snapshot());
    journal.decide(decision, () -> sinks.carryOut(() -> committed(batch)));
  }

  /** The next driver would know of the commit: now it takes effect. */
  private void committed(BatchRun batch) {
    current = null;
    idleSinceMillis = setup.ticker().now().toEpochMilli();
    long time = batch.batchMillis();
    long readFrom = jobs.oldestRead();
    List<BlockId> released = holdings.expire(time, readFrom);
    streaming.history().committed(time, batch.generated());
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
    fleet.stages().trim();
    if (time > streaming.schedule().zeroMillis()) {
      BatchInfo info = batch.info(Optional.of(setup.ticker().now()), Optional.empty());
      post(new StreamingEvent.BatchCompleted(info));
      fleet.batchCompleted(info);
      backlog.completed(info).ifPresent(this::post);
    }
    proceed();
  }

  /** Sends out copies to new standbys; true while some are under way. */
  private boolean beginCopies() {
    Placement placement = fleet.placement();
    List<String> usable = fleet.usable();
    if (!streaming.program().remembers() || placement.isEmpty()) {
      if (!placement.isEmpty() && !usable.isEmpty() && placement.isOutdated(usable)) {
        placement.assign(usable);
        journal.decide(placement.placed());
      }
      return false;
    }
    if (copies.takeFailed()) {
      return false;
    }
    List<Placement.Copy> missing = placement.missingCopies(usable);
    if (!missing.isEmpty()) {
      // From now on those that stood by get no changes any more, which the next driver must know.
      journal.decide(placement.placed());
    }
    for (Copies.Order order : copies.begin(missing)) {
      fleet.tell(
          order.copy().owner(),
          order.message(
              setup.epoch(), setup.partitions(), streaming.keepMillis().keySet()));
    }
    return !copies.isEmpty();
  }

  void partitionCopied(WorkerEvent.PartitionCopied copied) {
    if (copies.isEmpty() || copied.epoch() != setup.epoch()) {
      return;
    }
    copies.ended(copied).ifPresent(copy -> {
      fleet.placement().copied(copy.partition());
      holdings
          .datasets()
          .addHolder(copy.partition(), setup.partitions(), copy.owner(), copy.standby());
      journal.decide(new Decision.Copied(copy.partition(), copy.owner(), copy.standby()));
    });
    if (copies.isEmpty()) {
      if (!fleet.placement().rebalance(fleet.usable()).isEmpty()) {
        journal.decide(fleet.placement().placed());
      }
      proceed();
    }
  }

  /** The first failure counts; the context ends with it. */
  void fail(SluiceException cause) {
    if (failure == null) {
      failure = cause;
      BatchRun batch = current;
      if (batch != null && !batch.isDecided()) {
        sinks.abort(batch.batchMillis(), batch.prepared());
      }
      if (batch != null) {
        post(new StreamingEvent.BatchFailed(batch.info(
            Optional.of(setup.ticker().now()), Optional.of(String.valueOf(cause.getMessage())))));
      }
    }
  }

  /** Tells everybody who waits for a job that it will not end. */
  void abandon(SluiceException cause) {
    jobs.abandon(cause);
  }

  @Override
  public void close() {
    durability.close();
    driverThreads.close();
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
        current != null
            ? current.values()
            : new WorkerCommand.BatchValues(Map.of(), setup.broadcasts().versions()));
  }
}
