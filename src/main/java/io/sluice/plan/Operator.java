package io.sluice.plan;

import io.sluice.api.StorageLevel;
import java.io.Serializable;

/**
 * A step that records take inside a stage. The first group passes records on; the second ends a path.
 *
 * <p>Operators are compared by content, so that a stage a worker already knows is not sent again.
 */
public sealed interface Operator extends Serializable {

  record Map(Closure function) implements Operator {}

  record FlatMap(Closure function) implements Operator {}

  record Filter(Closure function) implements Operator {}

  /** The function gets the partition's records as one iterator. */
  record MapPartitions(Closure function) implements Operator {}

  /** The number of records, one a partition. */
  record CountRecords() implements Operator {}

  /** Combines pairs by key where all pairs of a key are already in one partition. */
  record AggregateLocally(Aggregation aggregation) implements Operator {}

  /**
   * Calls a function once a record with the state of its key, kept under {@code node}.
   *
   * @param optional whether the function gives an Optional of what to put out
   * @param timeoutMillis without data after which a key is forgotten; 0 for never
   */
  record MapState(int node, Closure function, boolean optional, long timeoutMillis)
      implements Operator {}

  /** Calls a function for every key with its values and state, kept under {@code node}. */
  record UpdateState(int node, Closure function) implements Operator {}

  /** All pairs of the state kept under {@code node}, once the step before has finished. */
  record StateSnapshot(int node) implements Operator {}

  /** Makes pairs the state kept under {@code node}. */
  record InitialState(int node) implements Operator {}

  /** Writes pairs to the partitions of a shuffle, by the hash of the key or, if direct, by the key itself. */
  record ShuffleOut(
      int exchange, int input, int leg, int partitions, Aggregation aggregation, boolean direct)
      implements Operator {}

  /** Keeps the records as partition {@code leg} of a node's dataset of this batch. */
  record Store(int node, int leg) implements Operator {}

  /** Keeps the records for the program as partition {@code leg} of a dataset; -1 stands for no batch. */
  record Keep(int node, int leg, long batchMillis, StorageLevel level) implements Operator {}

  /** Brings a result back to the driver. */
  record Result(int leg, Action action) implements Operator {}
}
