package io.sluice.api;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Hears what happens in a context. Every method does nothing unless overridden.
 *
 * <p>Each listener is called from one thread at a time, in the order in which things happened. A slow listener hears
 * later than others; one that throws hears what comes next; neither ever holds back a batch. Who prefers objects to
 * methods finds the same in {@link StreamingEvent}.
 */
public interface StreamingListener {

  /** The first batch will be the one after {@code time}. */
  default void onStreamingStarted(Instant time) {}

  /** What a batch will process is decided; it waits for those before it. */
  default void onBatchSubmitted(BatchInfo batch) {}

  /** A batch is processed from now on. */
  default void onBatchStarted(BatchInfo batch) {}

  /** All outputs of a batch are done; it will not be run again. */
  default void onBatchCompleted(BatchInfo batch) {}

  /** A batch was given up, and the context ends. */
  default void onBatchFailed(BatchInfo batch) {}

  /** The function of an output is called for a batch. */
  default void onOutputOperationStarted(OutputInfo output) {}

  /** The function of an output has returned, or thrown. */
  default void onOutputOperationCompleted(OutputInfo output) {}

  /** A receiver runs, for the first time or again. */
  default void onReceiverStarted(ReceiverInfo receiver) {}

  /** A receiver reported an error, will start again because of one, or has lost its worker. */
  default void onReceiverError(ReceiverInfo receiver) {}

  /** A receiver has ended for good; {@code lastError} tells why. */
  default void onReceiverStopped(ReceiverInfo receiver) {}

  /** A worker can be given tasks. */
  default void onWorkerJoined(WorkerInfo worker) {}

  /** A worker was given up; what it did goes to others. */
  default void onWorkerLost(WorkerInfo worker, String reason) {}

  /** A worker whose node is ending has been let go; all that it had was moved to others before. */
  default void onWorkerLeft(WorkerInfo worker) {}

  /** The last copy of received records is gone. */
  default void onBlockLost(BlockInfo block) {}

  /** Something that failed is tried again. */
  default void onRecovery(RecoveryInfo recovery) {}

  /** A task has failed for good, and its batch goes on without what it was to read; see {@link FailurePolicy}. */
  default void onInputSkipped(SkippedInfo skipped) {}

  /** A sink cannot make visible what was committed; no batch runs before it has succeeded. */
  default void onSinkCommitFailed(SinkInfo sink) {}

  /** It is decided what a batch reads of a source that tasks read. */
  default void onSourcePlanned(SourceInfo source) {}

  /** No batch begins until {@link #onResumed}; see {@link io.sluice.StreamingContext#pause}. */
  default void onPaused() {}

  /** Batches begin again. */
  default void onResumed() {}

  /** The results of a batch that {@code show} puts on the page. */
  default void onChartShown(ChartInfo chart) {}

  /**
   * Batches are processed more slowly than they become due: three in a row took longer than the batch interval and made
   * the next wait for more than one, or one waited for more than five intervals. Told once, until {@link #onCaughtUp}.
   *
   * @param batch the last that was completed
   */
  default void onFallingBehind(BatchInfo batch) {}

  /**
   * A batch began within an interval of its time and took no longer than one, after {@link #onFallingBehind}.
   *
   * @param batch the one that did
   */
  default void onCaughtUp(BatchInfo batch) {}

  /** So many events are missing here, because this listener was too slow. */
  default void onEventsLost(long count) {}

  /**
   * A batch, as far as it has come.
   *
   * @param records received records by stream id
   * @param tasksByWorker how many tasks each worker was given
   * @param processingStart empty until it starts
   * @param processingEnd empty until it has ended
   * @param counters what its tasks added to each counter
   * @param attempts how often its tasks were started over, 1 if all went well
   * @param stages what its tasks did; empty until it has ended
   */
  record BatchInfo(
      Instant batchTime,
      Map<Integer, Long> records,
      Instant submissionTime,
      Optional<Instant> processingStart,
      Optional<Instant> processingEnd,
      Map<String, Integer> tasksByWorker,
      int attempts,
      Map<String, Long> counters,
      List<OutputInfo> outputs,
      List<StageInfo> stages,
      Optional<String> failure) {

    public BatchInfo {
      records = Map.copyOf(records);
      tasksByWorker = Map.copyOf(tasksByWorker);
      counters = Map.copyOf(counters);
      outputs = List.copyOf(outputs);
      stages = List.copyOf(stages);
    }

    /** The same without what its tasks did, for whoever keeps many. */
    public BatchInfo withoutStages() {
      return stages.isEmpty()
          ? this
          : new BatchInfo(
              batchTime,
              records,
              submissionTime,
              processingStart,
              processingEnd,
              tasksByWorker,
              attempts,
              counters,
              outputs,
              List.of(),
              failure);
    }

    /** Tasks that computed the batch's datasets; those of actions are not counted. */
    public int tasks() {
      return tasksByWorker.values().stream().mapToInt(Integer::intValue).sum();
    }

    public long numRecords() {
      return records.values().stream().mapToLong(Long::longValue).sum();
    }

    /** How long the batch waited for earlier ones. */
    public Optional<Duration> schedulingDelay() {
      return processingStart.map(start -> Duration.between(submissionTime, start));
    }

    public Optional<Duration> processingDelay() {
      return processingStart.flatMap(
          start -> processingEnd.map(end -> Duration.between(start, end)));
    }

    public Optional<Duration> totalDelay() {
      return processingEnd.map(end -> Duration.between(submissionTime, end));
    }
  }

  /**
   * One stage of one job of a batch: tasks that do the same with the partitions of what they read.
   *
   * @param job the batch's jobs from 0 on: those that compute its datasets, then the actions of its outputs
   * @param stage its place in the job, from 0
   * @param reads "received", "shuffle", "window", "window totals", "dataset", "cached", "state", or "driver" for what the driver made
   * @param dataset the number of what it reads, as {@link PlanInfo} has it
   * @param tasks those of the last attempt, in the order in which they ended
   */
  record StageInfo(int job, int stage, String reads, int dataset, List<TaskInfo> tasks) {
    public StageInfo {
      tasks = List.copyOf(tasks);
    }
  }

  /**
   * One task that has succeeded.
   *
   * @param attempt 1 if it was never tried before
   * @param start when a thread began it, by the driver's clock
   * @param queuedNanos from when its inputs were there until a thread was free for it
   * @param ranNanos how long it ran on that thread
   * @param sentNanos from then until all that it made was where it belongs, copies included
   * @param recordsIn read from blocks, or pairs that a shuffle brought
   * @param bytesIn of blocks; 0 for shuffles
   * @param recordsOut pairs for shuffles, records that are kept, and results
   * @param bytesOut of these, measured or estimated, and of changes of state
   * @param keysTouched keys whose state it has set or removed
   */
  record TaskInfo(
      int partition,
      String worker,
      int attempt,
      Instant start,
      long queuedNanos,
      long ranNanos,
      long sentNanos,
      long recordsIn,
      long bytesIn,
      long recordsOut,
      long bytesOut,
      long keysTouched) {}

  /**
   * One output operation in one batch.
   *
   * @param id its place in the program, from 0
   * @param end empty until it has ended
   * @param failure what its function threw, if it did
   */
  record OutputInfo(
      Instant batchTime,
      int id,
      String name,
      Optional<Instant> start,
      Optional<Instant> end,
      Optional<String> failure) {}

  /**
   * A receiver and where it runs.
   *
   * @param active whether it is receiving
   * @param location the worker; empty if it waits for one
   */
  record ReceiverInfo(
      int streamId,
      String name,
      boolean active,
      String location,
      Optional<String> lastError,
      Optional<Instant> lastErrorTime) {}

  /** A worker and what it brings. */
  record WorkerInfo(String id, int slots) {}

  /**
   * A block of received records.
   *
   * @param worker the last that had it
   */
  record BlockInfo(int streamId, long number, long records, long sizeBytes, String worker) {}

  /**
   * An output that cannot make a committed batch visible.
   *
   * @param failures how often it has failed with this batch
   * @param retryAfter how long it waits before it is tried again
   */
  record SinkInfo(
      Instant batchTime, String output, int failures, Duration retryAfter, String reason) {}

  /**
   * What a batch reads of a source that tasks read.
   *
   * @param streamId the number of its stream
   * @param splits in how many pieces
   * @param records how many that are, as far as the source knows
   * @param waiting records that are there and that no batch has yet; empty if the source does not know
   */
  record SourceInfo(
      Instant batchTime, int streamId, int splits, long records, OptionalLong waiting) {}

  /**
   * Results of a batch, as they are shown.
   *
   * @param columns a name for each cell of a row; empty names where there is nothing to say
   * @param rows of Strings, Longs, Integers and Doubles; for bars and lines a label and a number, the greatest first
   */
  record ChartInfo(
      Instant batchTime, String title, Chart chart, List<String> columns, List<List<Object>> rows) {

    public ChartInfo {
      columns = List.copyOf(columns);
      rows = rows.stream().map(List::copyOf).toList();
    }
  }

  /** How much is tried again. */
  enum Scope {
    /** One task. */
    TASK,
    /** All tasks of one job, for example of an action on an RDD. */
    JOB,
    /** All jobs of a batch. */
    BATCH,
    /** The driver: another one goes on with the context, and batches that were not committed run again. */
    DRIVER
  }

  /**
   * Input that a batch goes on without.
   *
   * @param inputs their names, as of the files
   * @param reason why the task has failed
   * @param directory where they are written; empty if they are not
   */
  record SkippedInfo(
      Instant batchTime, List<String> inputs, String reason, Optional<String> directory) {}

  /**
   * Something that is tried again.
   *
   * @param batchTime empty for an action outside batches; for a driver, the batch that was committed last
   */
  record RecoveryInfo(Scope scope, Optional<Instant> batchTime, String reason) {}
}
