package io.sluice.scheduler;

import io.sluice.api.SluiceException;
import io.sluice.api.StreamingEvent;
import io.sluice.api.StreamingListener.RecoveryInfo;
import io.sluice.api.StreamingListener.Scope;
import io.sluice.api.StreamingListener.SkippedInfo;
import io.sluice.task.TaskSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What follows when a job has ended, has failed, or has lost something that it needs: the jobs of a batch begin again together. */
final class JobOutcomes implements Jobs.Owner {

  private static final Logger log = LoggerFactory.getLogger(JobOutcomes.class);

  private final ContextSetup setup;
  private final Holdings holdings;
  private final Supplier<Jobs> jobs;
  private final Supplier<CurrentBatch> batch;
  private final Consumer<SluiceException> fail;

  /** @param fail ends the context */
  JobOutcomes(
      ContextSetup setup,
      Holdings holdings,
      Supplier<Jobs> jobs,
      Supplier<CurrentBatch> batch,
      Consumer<SluiceException> fail) {
    this.setup = setup;
    this.holdings = holdings;
    this.jobs = jobs;
    this.batch = batch;
    this.fail = fail;
  }

  @Override
  public void jobFinished(JobRun job) {
    if (job.batchMillis() < 0) {
      setup.counters().add(job.counters());
    }
    batch.get().completeIfDone();
  }

  @Override
  public void jobFailed(JobRun job, SluiceException cause) {
    if (batch.get().has(job)) {
      fail.accept(cause);
    }
  }

  @Override
  public void jobMustStartOver(JobRun job, String reason) {
    if (batch.get().has(job)) {
      startOver(reason);
      return;
    }
    recovers(Scope.JOB, job.batchMillis(), reason);
    if (job.batchMillis() < 0) {
      jobs.get().startForCaller(job);
    } else {
      jobs.get().start(job);
    }
  }

  @Override
  public void inputSkipped(JobRun job, TaskSpec.Poison poison) {
    log.error(
        "Batch [{}] goes on without {}: {}",
        Instant.ofEpochMilli(job.batchMillis()),
        poison.inputs(),
        poison.reason());
    setup
        .listeners()
        .post(new StreamingEvent.InputSkipped(new SkippedInfo(
            Instant.ofEpochMilli(job.batchMillis()),
            poison.inputs().stream().sorted().toList(),
            poison.reason(),
            Optional.of(poison.directory()).filter(directory -> !directory.isEmpty()))));
  }

  @Override
  public void taskTriedAgain(JobRun job, String reason) {
    recovers(Scope.TASK, job.batchMillis(), reason);
  }

  private void recovers(Scope scope, long batchMillis, String reason) {
    Optional<Instant> time =
        batchMillis < 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(batchMillis));
    setup.listeners().post(new StreamingEvent.Recovery(new RecoveryInfo(scope, time, reason)));
  }

  /** Tries jobs again that could not reach a node which is still not known to be lost. */
  void retryUnreached() {
    jobs.get().takeUnreached().forEach(job -> jobMustStartOver(job, "A node could not be reached"));
  }

  /** Readers of a dataset must know which attempt made it, so all jobs of the batch begin again together. */
  void startOver(String reason) {
    BatchRun batch = this.batch.get().get().orElse(null);
    List<JobRun> again = new ArrayList<>();
    List<JobRun> others = new ArrayList<>(jobs.get().all());
    jobs.get().takeUnreached();
    if (batch != null
        && !batch.isDecided()
        && !(batch.jobs().isEmpty() && jobs.get().isEmpty())) {
      batch.startedOver();
      recovers(Scope.BATCH, batch.batchMillis(), reason);
      again.addAll(batch.jobs());
      batch
          .jobs()
          .forEach(job -> job.storedNodes()
              .forEach(node -> holdings.datasets().remove(node, batch.batchMillis())));
    }
    others.removeAll(again);
    again.forEach(jobs.get()::start);
    for (JobRun job : others) {
      if (job.batchMillis() < 0) {
        recovers(Scope.JOB, -1, reason);
      }
      jobs.get().startForCaller(job);
    }
  }
}
