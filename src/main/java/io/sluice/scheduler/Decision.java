package io.sluice.scheduler;

import com.fasterxml.jackson.annotation.JsonAlias;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.sluice.api.SourcePlan;
import io.sluice.batch.BlockRef;
import io.sluice.batch.BlockTracker;
import io.sluice.batch.Watermark;
import io.sluice.task.WorkerEvent;
import java.util.List;
import java.util.Map;

/** What a driver decides, as its ledger keeps it for the next driver. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "is")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Decision.Begun.class, name = "begun"),
  @JsonSubTypes.Type(value = Decision.Joined.class, name = "joined"),
  @JsonSubTypes.Type(value = Decision.Left.class, name = "left"),
  @JsonSubTypes.Type(value = Decision.Placed.class, name = "placed"),
  @JsonSubTypes.Type(value = Decision.Copied.class, name = "copied"),
  @JsonSubTypes.Type(value = Decision.Received.class, name = "received"),
  @JsonSubTypes.Type(value = Decision.Counted.class, name = "counted"),
  @JsonSubTypes.Type(value = Decision.Cut.class, name = "cut"),
  @JsonSubTypes.Type(value = Decision.Planned.class, name = "planned"),
  @JsonSubTypes.Type(value = Decision.Rated.class, name = "rated"),
  @JsonSubTypes.Type(value = Decision.Committed.class, name = "committed"),
  @JsonSubTypes.Type(value = Decision.Ended.class, name = "ended"),
})
sealed interface Decision {

  /**
   * The program has begun.
   *
   * @param zeroMillis one interval before its first batch
   * @param names of what it keeps, if something is kept durably
   */
  record Begun(long zeroMillis, int partitions, Names names) implements Decision {}

  /**
   * A worker was let in.
   *
   * @param ref its actor, in the form in which a reference is written down
   */
  record Joined(String address, long incarnation, int slots, String host, String ref)
      implements Decision {}

  /** A worker was given up. */
  record Left(String address) implements Decision {}

  /** Who owns each partition, who stands by, and which of those who stand by have everything. */
  record Placed(List<String> owners, List<String> standbys, List<Integer> synced)
      implements Decision {}

  /** A standby has everything of a partition. */
  record Copied(int partition, String owner, String standby) implements Decision {}

  /** A receiver runs on a worker, in this attempt. */
  record Received(int stream, int attempt, String worker) implements Decision {}

  /**
   * These blocks will be in the next batch that is cut; only now their sources hear that they are safe.
   *
   * @param positions how far sources were read with them
   */
  record Counted(List<BlockRef> blocks, Map<Integer, Long> positions) implements Decision {}

  /**
   * The batch has these blocks, and no other ever will.
   *
   * @param positions how far each source was read
   */
  record Cut(long batchMillis, List<BlockRef> blocks, Map<Integer, Long> positions)
      implements Decision {}

  /**
   * The batch reads this of a source, and always will.
   *
   * @param node the source's
   */
  record Planned(long batchMillis, int node, SourcePlan plan) implements Decision {}

  /** How fast the receivers of these streams go on, in records a second. */
  record Rated(Map<Integer, Double> rates) implements Decision {}

  /**
   * The batch is done.
   *
   * @param datasets those that later batches read
   * @param prepared what sinks must make visible before the next batch begins
   */
  record Committed(
      long batchMillis,
      List<Stored> datasets,
      List<WorkerEvent.SeenTime> times,
      Map<String, Long> counters,
      List<Prepared> prepared)
      implements Decision {}

  /** The context has ended; no other driver shall take over. */
  record Ended(String reason) implements Decision {}

  /** A partition of a dataset that later batches read. */
  record Stored(int node, long batchMillis, Datasets.Partition partition) {}

  /** What an output has prepared for a batch. */
  record Prepared(String output, List<String> values) {}

  /**
   * The names under which another version of the program finds again what this one has kept.
   *
   * @param operators of nodes that remember something, by their number
   * @param streams of receivers' streams, by their number
   * @param states the number of partitions of each operator with state
   * @param sources of those that are read by tasks, by the number of their node
   */
  record Names(
      Map<Integer, String> operators,
      Map<Integer, String> streams,
      Map<String, Integer> states,
      @JsonAlias("files") Map<Integer, String> sources) {
    static final Names NONE = new Names(Map.of(), Map.of(), Map.of(), Map.of());
  }

  /**
   * All that still counts of the decisions so far.
   *
   * @param preparedMillis the batch that sinks have prepared; 0, as in snapshots of earlier builds, for the last committed one
   */
  record Snapshot(
      long zeroMillis,
      int partitions,
      long cutMillis,
      long committedMillis,
      List<Joined> workers,
      Placed placement,
      List<Received> receivers,
      Map<Integer, Long> positions,
      Map<Integer, Double> rates,
      BlockTracker.Snapshot blocks,
      List<Stored> datasets,
      Map<Integer, Watermark.Snapshot> watermarks,
      Map<String, Long> counters,
      List<Prepared> prepared,
      Rewind.Snapshot rewind,
      @JsonAlias("files") SourcePlans.Snapshot sources,
      String ended,
      long preparedMillis) {}
}
