package io.sluice.task;

import static java.util.Objects.requireNonNull;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.batch.BlockId;
import io.sluice.block.DataNode;
import io.sluice.block.SilentPeer;
import io.sluice.plan.StageSpec;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The tasks that a worker was given: each starts when its inputs are there. */
final class WorkerTasks {

  /** A task that can start. */
  record Startable(WorkerCommand.RunTasks job, TaskSpec task) {}

  private final WorkerSession session;
  private final DataNode node;
  private final ParkedTasks parked = new ParkedTasks();

  WorkerTasks(WorkerSession session) {
    this.session = session;
    this.node = session.node();
  }

  /** Takes in tasks of an attempt, unless a later one is known; gives those that can start now. */
  List<Startable> take(WorkerCommand.RunTasks job) {
    session.catchUp(job.committedMillis());
    WorkerSession.Standing standing = session.begin(job);
    if (standing == WorkerSession.Standing.OUTDATED) {
      return List.of();
    }
    if (standing == WorkerSession.Standing.NEWER) {
      parked.forget(job.job());
    }
    job.contributions()
        .forEach((exchange, count) -> session.inbox(key(job, exchange)).expect(count));
    return job.tasks().stream()
        .filter(task -> !parks(job, task))
        .map(task -> new Startable(job, task))
        .toList();
  }

  /** Something that tasks wait for has come; gives those that can start now. */
  List<Startable> arrived(Object key) {
    return parked.arrived(key).stream()
        .map(ready -> new Startable(ready.job(), ready.task()))
        .toList();
  }

  void forget(long job) {
    parked.forget(job);
    session.forgetJob(job);
  }

  void forgetAll() {
    parked.forgetAll();
  }

  /** What the driver is told of a task that has ended, well or with {@code failure}. */
  WorkerEvent ended(
      WorkerCommand.RunTasks job,
      TaskSpec task,
      TaskRunner.@Nullable Outcome outcome,
      @Nullable Throwable failure) {
    if (outcome != null) {
      return new WorkerEvent.TaskFinished(
          job.epoch(),
          job.job(),
          job.attempt(),
          task.ordinal(),
          task.index(),
          node.address(),
          outcome.results(),
          outcome.report());
    }
    Throwable cause = Traces.cause(requireNonNull(failure));
    ErrorCode code = cause instanceof SluiceException known ? known.code() : ErrorCode.TASK_FAILED;
    return new WorkerEvent.TaskFailed(
        job.epoch(),
        job.job(),
        job.attempt(),
        task.ordinal(),
        task.index(),
        node.address(),
        code,
        cause instanceof SluiceException ? String.valueOf(cause.getMessage()) : cause.toString(),
        SilentPeer.behind(cause),
        Traces.text(cause));
  }

  private boolean parks(WorkerCommand.RunTasks job, TaskSpec task) {
    Set<Object> missing = missing(job, task);
    if (!missing.isEmpty()) {
      parked.park(job, task, missing);
    }
    return !missing.isEmpty();
  }

  /** What the task must wait for: its shuffle, and datasets that other tasks of the batch make here. */
  private Set<Object> missing(WorkerCommand.RunTasks job, TaskSpec task) {
    Set<Object> missing = new HashSet<>();
    StageSpec spec = session.stage(task.stage());
    if (spec.leaf() instanceof StageSpec.Merge merge) {
      WorkerSession.ShuffleKey key = key(job, merge.exchange());
      if (!session.inbox(key).isComplete()) {
        missing.add(key);
      }
    }
    task.inputs().forEach(input -> {
      boolean madeNow = input.id().kind() == BlockId.Kind.DATASET
          && input.id().sequence() == job.batchMillis()
          && input.holders().contains(node.address());
      if (madeNow && !node.store().contains(input.id())) {
        missing.add(input.id());
      }
    });
    return missing;
  }

  private static WorkerSession.ShuffleKey key(WorkerCommand.RunTasks job, int exchange) {
    return new WorkerSession.ShuffleKey(job.job(), job.attempt(), exchange);
  }
}
