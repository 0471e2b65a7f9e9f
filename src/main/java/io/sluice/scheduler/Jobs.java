package io.sluice.scheduler;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.plan.Stage;
import io.sluice.task.JobIds;
import io.sluice.task.TaskSpec;
import io.sluice.task.WorkerCommand;
import io.sluice.task.WorkerEvent;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The jobs under way: those that make a batch's datasets, and the actions that callers wait for. */
final class Jobs {

  /** Hears how jobs end. */
  interface Owner {
    void jobFinished(JobRun job);

    /** The job was given up; whoever waits for it knows. */
    void jobFailed(JobRun job, SluiceException failure);

    /** The job must begin again, with all others of its batch. */
    void jobMustStartOver(JobRun job, String reason);

    /** The job goes on without some input. */
    void inputSkipped(JobRun job, TaskSpec.Poison poison);

    /** One task of the job is tried again. */
    void taskTriedAgain(JobRun job, String reason);
  }

  private static final Logger log = LoggerFactory.getLogger(Jobs.class);

  private final ContextSetup setup;
  private final Fleet fleet;
  private final KeptDatasets kept;
  private final Supplier<JobPlanning> planning;
  private final Owner owner;
  private final TreeMap<Long, JobRun> running = new TreeMap<>();
  private final TreeSet<Long> unfetched = new TreeSet<>();
  private final Set<Long> unreached = new HashSet<>();
  private long ids;

  Jobs(
      ContextSetup setup,
      Fleet fleet,
      KeptDatasets kept,
      Supplier<JobPlanning> planning,
      Owner owner) {
    this.setup = setup;
    this.fleet = fleet;
    this.kept = kept;
    this.planning = planning;
    this.owner = owner;
    this.ids = JobIds.first(setup.epoch());
  }

  boolean isEmpty() {
    return running.isEmpty();
  }

  List<JobRun> all() {
    return List.copyOf(running.values());
  }

  /**
   * A job that is not started yet.
   *
   * @param batchMillis -1 outside batches
   * @param plan compiles the stages, anew for each attempt
   */
  JobRun create(
      long batchMillis, Supplier<List<Stage>> plan, CompletableFuture<List<JobRun.Result>> done) {
    JobRun job = new JobRun(++ids, batchMillis, plan, FailureRules.of(setup), done);
    if (batchMillis < 0) {
      unfetched.add(job.id());
    }
    return job;
  }

  /** Sends out all tasks of a new attempt. */
  void start(JobRun job) {
    running.put(job.id(), job);
    if (fleet.usable().isEmpty()) {
      throw new SluiceException(
          ErrorCode.NO_WORKERS, "Context '" + setup.name() + "' has no workers.");
    }
    job.beginAttempt(planning.get()).forEach(fleet::tell);
    if (job.isFinished()) {
      finish(job);
    }
  }

  /** As {@link #start}, for a job whose input may be gone by now: then only its caller is told. */
  void startForCaller(JobRun job) {
    try {
      start(job);
    } catch (SluiceException refused) {
      giveUp(job, refused);
    }
  }

  void taskFinished(WorkerEvent.TaskFinished event) {
    JobRun job = running.get(event.job());
    if (job != null
        && job.readsState()
        && job.isPlannedOtherwise(fleet.placement().owners())) {
      startForCaller(job);
    } else if (job != null) {
      job.finished(event, setup.ticker().now());
      if (job.isFinished()) {
        finish(job);
      }
    }
  }

  void taskFailed(WorkerEvent.TaskFailed event) {
    JobRun job = running.get(event.job());
    if (job == null) {
      return;
    }
    JobRun.Verdict verdict = job.failed(event, planning.get());
    job.takeSkipped().ifPresent(poison -> owner.inputSkipped(job, poison));
    if (verdict instanceof JobRun.Verdict.RetryTask retry) {
      log.warn("Task failed and is tried again on [{}]: {}", retry.worker(), event.reason());
      fleet.tell(retry.worker(), retry.message());
      owner.taskTriedAgain(job, event.reason());
    } else if (verdict instanceof JobRun.Verdict.Wait) {
      unreached.add(job.id());
    } else if (verdict instanceof JobRun.Verdict.RetryJob) {
      log.warn("Task failed and its job is started over: {}", event.reason());
      if (event.code() == ErrorCode.BLOCK_LOST) {
        job.readsKept().forEach(kept::release);
      }
      owner.jobMustStartOver(job, event.reason());
    } else if (verdict instanceof JobRun.Verdict.GiveUp giveUp) {
      log.debug("Task failed for good:\n{}", event.trace());
      giveUp(job, giveUp.failure());
    }
  }

  /** Jobs that could not reach a node which is still not known to be lost. */
  List<JobRun> takeUnreached() {
    List<JobRun> waiting = unreached.stream()
        .map(id -> Optional.ofNullable(running.get(id)))
        .flatMap(Optional::stream)
        .toList();
    unreached.clear();
    return waiting;
  }

  /** Results of a job outside batches are kept until its caller has them, whatever is committed meanwhile. */
  void fetched(long job) {
    if (unfetched.remove(job)) {
      forgetIfOver(job);
    }
  }

  /** The first job of which workers must still know. */
  long lowestLive() {
    long next = ids + 1;
    return Math.min(
        running.isEmpty() ? next : running.firstKey(),
        unfetched.isEmpty() ? next : unfetched.first());
  }

  /** The oldest batch that a job outside batches reads now. */
  long oldestRead() {
    return running.values().stream()
        .filter(job -> job.batchMillis() < 0)
        .mapToLong(JobRun::oldestInput)
        .min()
        .orElse(Long.MAX_VALUE);
  }

  /** Tells everybody who waits for a job that it will not end. */
  void abandon(SluiceException cause) {
    running.values().forEach(job -> job.done().completeExceptionally(cause));
    running.clear();
  }

  private void giveUp(JobRun job, SluiceException failure) {
    running.remove(job.id());
    dropKept(job);
    job.done().completeExceptionally(failure);
    owner.jobFailed(job, failure);
  }

  /** What a failed job has kept for the program goes, unless another job is making the same. */
  private void dropKept(JobRun failed) {
    Set<Integer> nodes = failed.keeps();
    running.values().forEach(job -> nodes.removeAll(job.keeps()));
    kept.abandon(nodes);
  }

  private void finish(JobRun job) {
    running.remove(job.id());
    kept.add(job.kept());
    if (job.batchMillis() < 0) {
      forgetIfOver(job.id());
    }
    owner.jobFinished(job);
  }

  private void forgetIfOver(long job) {
    if (!unfetched.contains(job) && !running.containsKey(job)) {
      fleet.tellAll(new WorkerCommand.ForgetJob(setup.epoch(), job));
    }
  }
}
