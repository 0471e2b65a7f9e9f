package io.sluice.api;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Hears what happens in a context. Every method does nothing unless overridden.
 *
 * <p>Calls come from one thread of the context, in order; a slow listener delays later calls, never a batch.
 */
public interface StreamingListener {

  default void onStreamingStarted(Instant time) {}

  default void onBatchSubmitted(BatchInfo batch) {}

  default void onBatchStarted(BatchInfo batch) {}

  default void onBatchCompleted(BatchInfo batch) {}

  default void onBatchFailed(BatchInfo batch) {}

  default void onReceiverStarted(ReceiverInfo receiver) {}

  default void onReceiverError(ReceiverInfo receiver) {}

  default void onReceiverStopped(ReceiverInfo receiver) {}

  default void onWorkerJoined(WorkerInfo worker) {}

  default void onWorkerLost(WorkerInfo worker, String reason) {}

  /**
   * A batch, as far as it has come.
   *
   * @param records received records by stream id
   * @param tasksByWorker how many tasks each worker was given
   * @param processingStart empty until it starts
   * @param processingEnd empty until it has ended
   * @param counters what its tasks added to each counter
   * @param attempts how often its tasks were started over, 1 if all went well
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
      Optional<String> failure) {

    public BatchInfo {
      records = Map.copyOf(records);
      tasksByWorker = Map.copyOf(tasksByWorker);
      counters = Map.copyOf(counters);
      outputs = List.copyOf(outputs);
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

  /** One output operation in one batch. */
  record OutputInfo(
      int id,
      String name,
      Optional<Instant> start,
      Optional<Instant> end,
      Optional<String> failure) {}

  /** A receiver and where it runs. */
  record ReceiverInfo(
      int streamId,
      String name,
      boolean active,
      String location,
      Optional<String> lastError,
      Optional<Instant> lastErrorTime) {}

  /** A worker and what it brings. */
  record WorkerInfo(String id, int slots) {}
}
