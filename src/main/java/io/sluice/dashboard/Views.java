package io.sluice.dashboard;

import io.sluice.api.ClusterInfo;
import io.sluice.api.PlanInfo;
import io.sluice.api.ReplayedBatch;
import io.sluice.api.StreamingListener.BatchInfo;
import io.sluice.api.StreamingListener.OutputInfo;
import io.sluice.api.StreamingListener.ReceiverInfo;
import io.sluice.api.StreamingListener.StageInfo;
import io.sluice.api.StreamingListener.TaskInfo;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the page and programs are shown, as it becomes JSON. Times are milliseconds since 1970, durations are milliseconds with fractions; what is
 * not known yet is null.
 */
final class Views {

  private Views() {}

  /** How far a batch has come. */
  enum BatchState {
    WAITING,
    RUNNING,
    COMPLETED,
    FAILED
  }

  /**
   * The context as a whole.
   *
   * @param completed batches since this driver began
   * @param records of these batches
   */
  record Status(
      String name,
      String state,
      long intervalMillis,
      long sinceMillis,
      String health,
      String healthReason,
      long completed,
      long failed,
      long records,
      int waiting,
      int running,
      boolean paused) {}

  /**
   * One batch.
   *
   * @param recordsByStream by the number of the stream
   */
  record Batch(
      long timeMillis,
      BatchState state,
      long records,
      Map<Integer, Long> recordsByStream,
      int tasks,
      int attempts,
      @Nullable Double schedulingMillis,
      @Nullable Double processingMillis,
      @Nullable Double totalMillis,
      @Nullable String failure) {

    static Batch of(BatchInfo batch, BatchState state) {
      return new Batch(
          batch.batchTime().toEpochMilli(),
          state,
          batch.numRecords(),
          batch.records(),
          batch.tasks(),
          batch.attempts(),
          millis(batch.schedulingDelay()),
          millis(batch.processingDelay()),
          millis(batch.totalDelay()),
          batch.failure().orElse(null));
    }
  }

  /**
   * One batch in full.
   *
   * @param stages null if they are not known any more
   */
  record BatchDetail(
      Batch batch,
      Map<String, Integer> tasksByWorker,
      Map<String, Long> counters,
      List<Output> outputs,
      @Nullable List<Stage> stages) {

    static BatchDetail of(BatchInfo batch, BatchState state, @Nullable List<StageInfo> stages) {
      Instant from = batch.processingStart().orElse(batch.submissionTime());
      return new BatchDetail(
          Batch.of(batch, state),
          batch.tasksByWorker(),
          batch.counters(),
          batch.outputs().stream().map(output -> Output.of(output, batch)).toList(),
          stages == null
              ? null
              : stages.stream().map(stage -> Stage.of(stage, from)).toList());
    }
  }

  /**
   * A stage of a job of a batch.
   *
   * @param step the step of the plan that it reads
   */
  record Stage(int job, int stage, String reads, int step, List<Task> tasks) {
    static Stage of(StageInfo stage, Instant from) {
      return new Stage(
          stage.job(),
          stage.stage(),
          stage.reads(),
          stage.dataset(),
          stage.tasks().stream().map(task -> Task.of(task, from)).toList());
    }
  }

  /** One task; {@code afterMillis} from the start of the batch, the others as {@link TaskInfo} has them. */
  record Task(
      int partition,
      String worker,
      int attempt,
      double afterMillis,
      double queuedMillis,
      double ranMillis,
      double sentMillis,
      long recordsIn,
      long bytesIn,
      long recordsOut,
      long bytesOut,
      long keysTouched) {

    static Task of(TaskInfo task, Instant from) {
      return new Task(
          task.partition(),
          task.worker(),
          task.attempt(),
          Duration.between(from, task.start()).toNanos() / 1e6,
          task.queuedNanos() / 1e6,
          task.ranNanos() / 1e6,
          task.sentNanos() / 1e6,
          task.recordsIn(),
          task.bytesIn(),
          task.recordsOut(),
          task.bytesOut(),
          task.keysTouched());
    }
  }

  /**
   * A batch that was run again.
   *
   * @param outputs what each would have been given
   */
  record Replayed(long timeMillis, List<ReplayedOutput> outputs) {

    private static final int SHOWN = 100;

    static Replayed of(ReplayedBatch batch) {
      return new Replayed(
          batch.time().toEpochMilli(),
          batch.outputs().entrySet().stream()
              .map(output -> new ReplayedOutput(
                  output.getKey(),
                  output.getValue().size(),
                  output.getValue().stream().limit(SHOWN).map(RecordView::of).toList()))
              .toList());
    }
  }

  /**
   * @param records how many there are
   * @param first at most a hundred of them
   */
  record ReplayedOutput(String name, int records, List<Object> first) {}

  /**
   * The program.
   *
   * @param stages in words
   */
  record Plan(List<PlanInfo.Step> steps, List<PlanInfo.Output> outputs, String stages) {}

  /**
   * How fast data flow.
   *
   * @param recordsPerSecond what tasks read of each step of the plan in the last completed batch, by the step's number
   */
  record Rates(@Nullable Long batchMillis, Map<Integer, Double> recordsPerSecond) {}

  /**
   * @param afterMillis from the start of the batch to that of its function
   */
  record Output(
      int id,
      String name,
      @Nullable Double afterMillis,
      @Nullable Double tookMillis,
      @Nullable String failure) {

    static Output of(OutputInfo output, BatchInfo batch) {
      Optional<Duration> after = output
          .start()
          .flatMap(start -> batch.processingStart().map(from -> Duration.between(from, start)));
      Optional<Duration> took =
          output.start().flatMap(start -> output.end().map(end -> Duration.between(start, end)));
      return new Output(
          output.id(),
          output.name(),
          millis(after),
          millis(took),
          output.failure().orElse(null));
    }
  }

  record Receiver(
      int streamId,
      String name,
      boolean active,
      String location,
      @Nullable String lastError,
      @Nullable Long lastErrorMillis) {

    static Receiver of(ReceiverInfo receiver) {
      return new Receiver(
          receiver.streamId(),
          receiver.name(),
          receiver.active(),
          receiver.location(),
          receiver.lastError().orElse(null),
          receiver.lastErrorTime().map(Instant::toEpochMilli).orElse(null));
    }
  }

  /**
   * @param state "working", "lost" or "left"
   * @param reason why it is lost
   */
  record Worker(
      String id,
      int slots,
      String state,
      long sinceMillis,
      @Nullable String reason) {}

  /**
   * The nodes.
   *
   * @param workers all that have been heard of, lost ones too
   * @param now what is there now; null if it cannot be told
   */
  record Cluster(List<Worker> workers, @Nullable ClusterInfo now) {}

  /**
   * @param kind one word, like "worker" or "recovery"
   * @param bad whether somebody may want to look at it
   */
  record Event(long timeMillis, String kind, boolean bad, String text) {}

  /** One moment of a line. */
  record Point(long timeMillis, List<List<Object>> rows) {}

  /**
   * A chart of the program's.
   *
   * @param kind "BAR", "LINE", "TABLE" or "VALUE"
   * @param points the latest last; of all but lines only one
   */
  record Chart(String title, String kind, List<String> columns, List<Point> points) {}

  /**
   * What has changed since the update before, for pages that are open.
   *
   * @param cluster whether workers, receivers or events have changed, which are then to be asked for
   * @param charts with the points that are new
   */
  record Update(Status status, List<Batch> batches, boolean cluster, List<Chart> charts) {}

  static @Nullable Double millis(Optional<Duration> duration) {
    return duration.map(some -> some.toNanos() / 1e6).orElse(null);
  }
}
