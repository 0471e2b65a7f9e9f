package io.sluice.scheduler;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.api.StreamingListener.BatchInfo;
import io.sluice.batch.BatchQueue;
import io.sluice.batch.BatchSchedule;
import io.sluice.batch.BlockId;
import io.sluice.batch.BlockTracker;
import io.sluice.plan.Node;
import io.sluice.plan.Program;
import io.sluice.plan.Stage;
import io.sluice.plan.StageCompiler;
import io.sluice.task.TaskWorker;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The batches of a context, from the tick to the commit, and the jobs they consist of. */
final class Batches implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Batches.class);

  private final ContextSetup setup;
  private final Program program;
  private final Fleet fleet;
  private final DriverThreads driverThreads;
  private final BatchSchedule schedule;
  private final BatchQueue queue;
  private final BlockTracker tracker = new BlockTracker();
  private final Datasets datasets = new Datasets();
  private final KeptDatasets kept;
  private final TreeMap<Long, JobRun> jobs = new TreeMap<>();
  private final TreeSet<Long> unfetched = new TreeSet<>();
  private final Map<Long, Instant> submitted = new HashMap<>();
  private final Map<Integer, Long> keepMillis = new HashMap<>();
  private final Copies copies = new Copies();
  private final Set<Long> unreached = new HashSet<>();
  private @Nullable BatchRun current;
  private @Nullable SluiceException failure;
  private boolean initialised;
  private boolean committed;
  private boolean draining;
  private long jobIds;

  Batches(ContextSetup setup, Fleet fleet, DriverThreads driverThreads) {
    this.setup = setup;
    this.program = setup.program();
    this.fleet = fleet;
    this.driverThreads = driverThreads;
    this.kept = new KeptDatasets(setup.epoch(), fleet::tellAll);
    this.schedule = new BatchSchedule(
        program.intervalMillis(),
        setup.ticker().now().toEpochMilli(),
        setup.batch().maxLate());
    this.queue = new BatchQueue(setup.batch().maxWaiting());
    for (Node node : program.nodes()) {
      if (program.keepMillis(node.id()) > 0) {
        keepMillis.put(node.id(), program.keepMillis(node.id()));
      }
    }
  }

  BatchSchedule schedule() {
    return schedule;
  }

  BlockTracker tracker() {
    return tracker;
  }

  @Nullable
  SluiceException failure() {
    return failure;
  }

  /** Cuts what is due; time goes on until the last receiver has ended, since one may wait for room in a full store. */
  void onTick() {
    if (draining && (fleet.receivers().allStopped() || !tracker.hasUnassigned())) {
      return;
    }
    BatchSchedule.Due due = schedule.takeDue(setup.ticker().now().toEpochMilli());
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
        && queue.isEmpty()
        && fleet.receivers().allStopped()
        && !tracker.hasUnassigned();
  }

  /** Cuts and starts what can be cut and started now. */
  void proceed() {
    if (draining
        && current == null
        && queue.isEmpty()
        && fleet.receivers().allStopped()
        && tracker.hasUnassigned()) {
      queue.addDue(List.of(schedule.takeNext()));
    }
    for (Optional<Long> time = queue.takeToCut(); time.isPresent(); time = queue.takeToCut()) {
      tracker.cut(time.get());
      submitted.put(time.get(), setup.ticker().now());
    }
    if (current == null && copies.isEmpty() && !beginCopies()) {
      if (initialised) {
        queue.takeToRun().ifPresent(this::begin);
      } else {
        initialise();
      }
    }
  }

  /** Initial state is what a batch before the first one leaves behind. */
  private void initialise() {
    initialised = true;
    long zero = schedule.zeroMillis();
    Supplier<List<Stage>> plan = () -> {
      StageCompiler compiler = new StageCompiler(new Surroundings(null));
      program.withInitialState().forEach(node -> compiler.initialState(node, zero));
      return compiler.compile();
    };
    JobRun job = newJob(zero, plan, new CompletableFuture<>());
    if (job.isEmpty()) {
      jobs.remove(job.id());
      proceed();
      return;
    }
    Instant now = setup.ticker().now();
    BatchRun batch = new BatchRun(zero, Map.of(), now, now);
    batch.planned();
    current = batch;
    batch.add(job);
    start(job);
  }

  private void begin(long batchMillis) {
    if (fleet.usable().isEmpty()) {
      throw new SluiceException(
          ErrorCode.NO_WORKERS,
          "Context '" + setup.name() + "' has no workers left to run batch " + batchMillis + ".");
    }
    Instant now = setup.ticker().now();
    Instant since = submitted.remove(batchMillis);
    BatchRun batch =
        new BatchRun(batchMillis, tracker.records(batchMillis), since == null ? now : since, now);
    current = batch;
    setup.listeners().post(l -> l.onBatchStarted(batch.info(Optional.empty(), Optional.empty())));
    planLevel(batch);
  }

  /** Sends out the jobs of the batch's level, starts its outputs, then the functions of the next level. */
  private void planLevel(BatchRun batch) {
    long time = batch.batchMillis();
    long zero = schedule.zeroMillis();
    int level = batch.level();
    Supplier<List<Stage>> plan = () -> {
      StageCompiler compiler = new StageCompiler(new Surroundings(batch));
      program.toStore(level, time, zero).forEach(node -> compiler.store(node, time));
      return compiler.compile();
    };
    JobRun job = newJob(time, plan, new CompletableFuture<>());
    if (job.isEmpty()) {
      jobs.remove(job.id());
    } else {
      batch.add(job);
      start(job);
    }
    for (Program.Output output : program.outputsDue(time, zero)) {
      if (program.level(output.node()) == batch.level()) {
        batch.outputStarted(output, setup.ticker().now());
        driverThreads.output(output, time);
      }
    }
    if (batch.level() + 1 >= program.levels()) {
      batch.planned();
      completeIfDone();
      return;
    }
    batch.nextLevel();
    List<Node.Generated> generators = program.toGenerate(batch.level(), time, zero);
    batch.generatorsStarted(generators.size());
    generators.forEach(node -> driverThreads.generate(node, time));
    if (generators.isEmpty()) {
      planLevel(batch);
    }
  }

  void generated(long batchMillis, Node.Generated node, Node dataset) {
    BatchRun batch = current;
    if (batch != null
        && batch.batchMillis() == batchMillis
        && batch.generated(node.id(), dataset)) {
      planLevel(batch);
    }
  }

  void outputEnded(long batchMillis, int output) {
    BatchRun batch = current;
    if (batch != null && batch.batchMillis() == batchMillis) {
      batch.outputEnded(output, setup.ticker().now(), Optional.empty());
      completeIfDone();
    }
  }

  void driverFailed(long batchMillis, String what, Throwable cause) {
    BatchRun batch = current;
    if (batch == null || batch.batchMillis() != batchMillis) {
      return;
    }
    ErrorCode code =
        cause instanceof SluiceException known ? known.code() : ErrorCode.DRIVER_FUNCTION_FAILED;
    fail(new SluiceException(
        code,
        "Batch "
            + Instant.ofEpochMilli(batchMillis)
            + " failed in "
            + what
            + ": "
            + (cause instanceof SluiceException ? cause.getMessage() : cause),
        cause));
  }

  /** Compiles and starts an action that somebody waits for. */
  void submit(ContextActor.Submit submit) {
    try {
      BatchRun batch = current;
      boolean inBatch = batch != null && batch.batchMillis() == submit.batchMillis();
      long time = inBatch ? submit.batchMillis() : -1;
      Supplier<List<Stage>> plan = () -> {
        StageCompiler compiler = new StageCompiler(new Surroundings(inBatch ? batch : null));
        compiler.result(submit.dataset(), time, submit.action());
        return compiler.compile();
      };
      JobRun job = newJob(time, plan, submit.done());
      if (!inBatch) {
        unfetched.add(job.id());
      }
      submit.job().complete(job.id());
      start(job);
    } catch (SluiceException refused) {
      jobs.values().removeIf(job -> job.done() == submit.done());
      submit.job().complete(-1L);
      submit.done().completeExceptionally(refused);
    }
  }

  private JobRun newJob(
      long batchMillis, Supplier<List<Stage>> plan, CompletableFuture<List<JobRun.Result>> done) {
    JobRun job = new JobRun(++jobIds, batchMillis, plan, setup.maxAttempts(), done);
    jobs.put(job.id(), job);
    return job;
  }

  private void start(JobRun job) {
    launch(job);
    if (job.isFinished()) {
      finish(job);
    }
  }

  private void launch(JobRun job) {
    if (fleet.usable().isEmpty()) {
      throw new SluiceException(
          ErrorCode.NO_WORKERS, "Context '" + setup.name() + "' has no workers.");
    }
    job.beginAttempt(planning()).forEach(fleet::tell);
  }

  void taskFinished(TaskWorker.TaskFinished event) {
    JobRun job = jobs.get(event.job());
    if (job != null) {
      job.finished(event);
      if (job.isFinished()) {
        finish(job);
      }
    }
  }

  private void finish(JobRun job) {
    jobs.remove(job.id());
    kept.add(job.kept());
    if (job.batchMillis() < 0) {
      forgetIfOver(job.id());
    }
    completeIfDone();
  }

  /** The results of a job outside batches are kept until its caller has them, whatever is committed meanwhile. */
  void fetched(long job) {
    if (unfetched.remove(job)) {
      forgetIfOver(job);
    }
  }

  private void forgetIfOver(long job) {
    if (!unfetched.contains(job) && !jobs.containsKey(job)) {
      fleet.tellAll(new TaskWorker.ForgetJob(setup.epoch(), job));
    }
  }

  void taskFailed(TaskWorker.TaskFailed event) {
    JobRun job = jobs.get(event.job());
    if (job == null) {
      return;
    }
    JobRun.Verdict verdict = job.failed(event, planning());
    if (verdict instanceof JobRun.Verdict.RetryTask retry) {
      log.warn("Task failed and is tried again on [{}]: {}", retry.worker(), event.reason());
      fleet.tell(retry.worker(), retry.message());
    } else if (verdict instanceof JobRun.Verdict.Wait) {
      unreached.add(job.id());
    } else if (verdict instanceof JobRun.Verdict.RetryJob) {
      log.warn("Task failed and its job is started over: {}", event.reason());
      if (event.code() == ErrorCode.BLOCK_LOST) {
        job.readsKept().forEach(kept::release);
      }
      startOver(job);
    } else if (verdict instanceof JobRun.Verdict.GiveUp giveUp) {
      log.debug("Task failed for good:\n{}", event.trace());
      jobs.remove(job.id());
      dropKept(job);
      job.done().completeExceptionally(giveUp.failure());
      if (current != null && current.jobs().contains(job)) {
        fail(giveUp.failure());
      }
    }
  }

  /** What a failed job has kept for the program goes, unless another job is making the same. */
  private void dropKept(JobRun failed) {
    Set<Integer> nodes = failed.keeps();
    jobs.values().forEach(job -> nodes.removeAll(job.keeps()));
    kept.abandon(nodes);
  }

  /** The program does not want a dataset kept any more, or nothing of the program refers to it. */
  void unkeep(int node, boolean forgotten) {
    if (forgotten) {
      kept.forget(node);
    } else {
      kept.release(node);
    }
  }

  /** Whether nothing would be lost if the worker were given up. */
  boolean canSpare(String worker) {
    boolean stateless = !program.remembers() || fleet.placement().isEmpty();
    return (stateless || fleet.placement().canSpare(worker))
        && !datasets.onlyOn(worker, keepMillis.keySet())
        && !tracker.onlyOn(worker)
        && fleet.usable().size() > 1;
  }

  /** Everything that was running, or lay on the worker, is run again on those that are left. */
  void workerLost(String worker, Fleet.Loss loss) {
    datasets.removeHolder(worker);
    kept.removeHolder(worker);
    tracker.removeHolder(worker);
    copies.workerLost(worker);
    boolean stateful = program.remembers() && (current != null || committed);
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
    startOver();
    proceed();
  }

  /** Tries jobs again that could not reach a node which is still not known to be lost. */
  void retryUnreached() {
    List<Long> waiting = List.copyOf(unreached);
    unreached.clear();
    for (Long id : waiting) {
      JobRun job = jobs.get(id);
      if (job != null) {
        startOver(job);
      }
    }
  }

  private void startOver(JobRun job) {
    if (current != null && current.jobs().contains(job)) {
      startOver();
    } else {
      start(job);
    }
  }

  /** Readers of a dataset must know which attempt made it, so all jobs of the batch begin again together. */
  private void startOver() {
    BatchRun batch = current;
    unreached.clear();
    List<JobRun> again = new ArrayList<>();
    if (batch != null && !(batch.jobs().isEmpty() && jobs.isEmpty())) {
      batch.startedOver();
      again.addAll(batch.jobs());
      batch.jobs().forEach(job -> {
        jobs.put(job.id(), job);
        job.storedNodes().forEach(node -> datasets.remove(node, batch.batchMillis()));
      });
    }
    for (JobRun job : jobs.values()) {
      if (!again.contains(job)) {
        again.add(job);
      }
    }
    again.forEach(this::launch);
    again.stream().filter(JobRun::isFinished).forEach(this::finish);
  }

  private void completeIfDone() {
    BatchRun batch = current;
    if (batch != null && batch.isComplete()) {
      commit(batch);
    }
  }

  private void commit(BatchRun batch) {
    current = null;
    committed = true;
    long time = batch.batchMillis();
    List<BlockId> released = new ArrayList<>();
    for (Node.Received node : program.received()) {
      released.addAll(tracker.release(node.stream(), time - program.keepMillis(node.id())));
    }
    tracker.forgetBefore(time);
    datasets.expire(time, keepMillis);
    kept.expire(time);
    long lowestLiveJob = Math.min(
        jobs.isEmpty() ? jobIds + 1 : jobs.firstKey(),
        unfetched.isEmpty() ? jobIds + 1 : unfetched.first());
    fleet.tellAll(new TaskWorker.Commit(setup.epoch(), time, lowestLiveJob, released, keepMillis));
    fleet.stages().trim();
    if (time > schedule.zeroMillis()) {
      BatchInfo info = batch.info(Optional.of(setup.ticker().now()), Optional.empty());
      setup.listeners().post(listener -> listener.onBatchCompleted(info));
    }
    proceed();
  }

  /** Sends out copies to new standbys; true while some are under way. */
  private boolean beginCopies() {
    Placement placement = fleet.placement();
    List<String> usable = fleet.usable();
    if (!program.remembers() || placement.isEmpty()) {
      if (!placement.isEmpty() && !usable.isEmpty() && placement.isOutdated(usable)) {
        placement.assign(usable);
      }
      return false;
    }
    if (copies.takeFailed()) {
      return false;
    }
    for (Copies.Order order : copies.begin(placement.missingCopies(usable))) {
      fleet.tell(
          order.copy().owner(),
          order.message(setup.epoch(), setup.partitions(), keepMillis.keySet()));
    }
    return !copies.isEmpty();
  }

  void partitionCopied(TaskWorker.PartitionCopied copied) {
    if (copies.isEmpty()) {
      return;
    }
    copies.ended(copied).ifPresent(copy -> {
      fleet.placement().copied(copy.partition());
      datasets.addHolder(copy.partition(), setup.partitions(), copy.owner(), copy.standby());
    });
    if (copies.isEmpty()) {
      fleet.placement().rebalance(fleet.usable());
      proceed();
    }
  }

  /** The first failure counts; the context ends with it. */
  void fail(SluiceException cause) {
    if (failure == null) {
      failure = cause;
      BatchRun batch = current;
      if (batch != null) {
        BatchInfo info = batch.info(
            Optional.of(setup.ticker().now()), Optional.of(String.valueOf(cause.getMessage())));
        setup.listeners().post(listener -> listener.onBatchFailed(info));
      }
    }
  }

  /** Tells everybody who waits for a job that it will not end. */
  void abandon(SluiceException cause) {
    jobs.values().forEach(job -> job.done().completeExceptionally(cause));
    jobs.clear();
  }

  @Override
  public void close() {
    driverThreads.close();
  }

  private JobPlanning planning() {
    Placement placement = fleet.placement();
    return new JobPlanning(
        setup.epoch(),
        fleet.usable(),
        placement.owners(),
        placement.standbys(),
        keepMillis.keySet(),
        datasets,
        new SplitPlanner(
            setup.id(),
            schedule.zeroMillis(),
            setup.node().address(),
            datasets,
            kept,
            tracker,
            placement,
            fleet.slots()),
        fleet.stages());
  }

  /** What the compiler may know of the running batch. */
  private final class Surroundings implements StageCompiler.Surroundings {
    private final @Nullable BatchRun batch;

    Surroundings(@Nullable BatchRun batch) {
      this.batch = batch;
    }

    @Override
    public Node resolve(Node.Generated node, long batchMillis) {
      Node dataset = batch != null && batch.batchMillis() == batchMillis
          ? batch.generated().get(node.id())
          : null;
      if (dataset == null) {
        throw new SluiceException(
            ErrorCode.PLAN_INVALID,
            "The dataset of " + node.operation() + " in batch " + batchMillis + " is not kept.");
      }
      return dataset;
    }

    @Override
    public boolean isStored(Node node, long batchMillis) {
      return datasets.contains(node.id(), batchMillis);
    }

    @Override
    public StageCompiler.Keeping keeping(Node.Kept node) {
      return kept.keeping(node);
    }
  }
}
