package io.sluice.task;

import akka.actor.typed.ActorRef;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.annotation.JsonTypeIdResolver;
import io.sluice.api.ClusterInfo;
import io.sluice.api.ErrorCode;
import io.sluice.batch.BlockId;
import io.sluice.plan.Message;
import io.sluice.plan.SealedNames;
import io.sluice.receiver.ReceiverSupervisor;
import java.util.List;
import java.util.Map;

/** What a {@link TaskWorker} says, always to its driver. */
public sealed interface WorkerEvent extends Message {

  /** Asks to be taken in. */
  record WorkerReady(
      ActorRef<WorkerCommand> worker,
      String address,
      long incarnation,
      int slots,
      String host,
      String version,
      String proof)
      implements WorkerEvent {}

  /** The worker can run tasks. */
  record WorkerUp(String address, long incarnation) implements WorkerEvent {}

  /**
   * The worker goes on with another driver.
   *
   * @param received blocks of receivers that it holds
   * @param receivers the attempts of the receivers that it hosts, by stream
   */
  record Resumed(
      String address, long incarnation, List<Held> received, Map<Integer, Integer> receivers)
      implements WorkerEvent {}

  /** A block that a worker holds. */
  record Held(BlockId id, long records, long sizeBytes) implements Message {}

  /** The worker has ended, or cannot run the program. */
  record WorkerFailed(String address, long incarnation, String reason) implements WorkerEvent {}

  /** A sign of life. */
  record Pong(String address, long incarnation, long number, Link.Report report)
      implements WorkerEvent {}

  /** One of the events of a worker on another node, which all arrive, once and in order. */
  record Numbered(
      String address,
      long incarnation,
      long number,

      @JsonTypeInfo(use = JsonTypeInfo.Id.CUSTOM, property = "is")
      @JsonTypeIdResolver(SealedNames.class)
      WorkerEvent event)
      implements WorkerEvent {}

  /** What a receiver on the worker says. */
  record FromReceiver(
      @JsonTypeInfo(use = JsonTypeInfo.Id.CUSTOM, property = "is")
      @JsonTypeIdResolver(SealedNames.class)
      ReceiverSupervisor.Event event)
      implements WorkerEvent {}

  record TaskFinished(
      long epoch,
      long job,
      int attempt,
      int ordinal,
      int index,
      String worker,
      List<ResultPart> results,
      TaskReport report)
      implements WorkerEvent {}

  /**
   * What a task has noticed.
   *
   * @param counters what it adds to each counter of the program
   * @param times the latest event time of each source
   */
  record TaskReport(Map<String, Long> counters, List<SeenTime> times, Figures figures)
      implements Message {}

  /**
   * What a task took.
   *
   * @param queuedNanos from when its inputs were there until a thread was free for it
   * @param ranNanos on that thread
   * @param sentNanos from then until all that it made was where it belongs
   * @param recordsIn read from blocks, or pairs that a shuffle brought
   * @param bytesIn of blocks; 0 for shuffles
   * @param recordsOut pairs for shuffles, records that are kept, and results
   * @param bytesOut of these, measured or estimated, and of changes of state
   * @param keysTouched keys whose state it has set or removed
   */
  record Figures(
      long queuedNanos,
      long ranNanos,
      long sentNanos,
      long recordsIn,
      long bytesIn,
      long recordsOut,
      long bytesOut,
      long keysTouched)
      implements Message {}

  /** The latest event time that {@code node} has seen of a source. */
  record SeenTime(int node, int source, long millis) implements Message {}

  /**
   * A task has failed.
   *
   * @param silentPeer the node that took nothing from this worker and gave it nothing; empty if the failure was another
   */
  record TaskFailed(
      long epoch,
      long job,
      int attempt,
      int ordinal,
      int index,
      String worker,
      ErrorCode code,
      String reason,
      String silentPeer,
      String trace)
      implements WorkerEvent {}

  /** A {@link Restore} has ended; with an empty {@code failure} if it has succeeded. */
  record Restored(long epoch, long number, String address, String failure) implements WorkerEvent {}

  /**
   * What a committed batch has left on the worker is on durable storage.
   *
   * @param writer names the worker's files
   * @param oldestFile the first of them that is still needed
   * @param partitions those that can be restored
   * @param failure why not; empty if it is
   */
  record Persisted(
      long epoch,
      String address,
      long batchMillis,
      String writer,
      int oldestFile,
      List<Integer> partitions,
      String failure)
      implements WorkerEvent {}

  /** A {@link WorkerCommand.CopyBlocks} has ended; {@code complete} if the other worker has all of the blocks. */
  record BlocksCopied(long epoch, long number, boolean complete) implements WorkerEvent {}

  /** The worker's node is ending; the worker stays until what it has is elsewhere. */
  record Leaving(ActorRef<WorkerCommand> worker, String address, long incarnation)
      implements WorkerEvent {}

  record PartitionCopied(long epoch, long number, boolean complete) implements WorkerEvent {}

  /**
   * What a worker holds; the answer to {@link WorkerCommand.Inspect}.
   *
   * @param keys how many it owns of each operator with state
   */
  record Inspected(long epoch, String address, ClusterInfo.Load load, Map<Integer, Long> keys)
      implements WorkerEvent {}

  /** One result of a task; empty bytes mean that it lies in the worker's store. */
  record ResultPart(int leg, byte[] inline) implements Message {}
}
