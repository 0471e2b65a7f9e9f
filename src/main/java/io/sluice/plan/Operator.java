package io.sluice.plan;

import io.sluice.api.StorageLevel;
import java.io.Serializable;

/**
 * A step that records take inside a stage. The first group passes records on; the second ends a path.
 *
 * <p>Operators are compared by content, so that a stage a worker already knows is not sent again.
 */
public sealed interface Operator extends Serializable {

  /** One that calls a function of the program. */
  sealed interface Calling extends Operator {
    Closure function();
  }

  record Map(Closure function) implements Calling {}

  record FlatMap(Closure function) implements Calling {}

  record Filter(Closure function) implements Calling {}

  /** The function gets the partition's records as one iterator. */
  record MapPartitions(Closure function) implements Calling {}

  /** The number of records, one a partition. */
  record CountRecords() implements Operator {}

  /** The records, which are text, that contain a text. */
  record Containing(String text) implements Operator {}

  /** The words of records that are text: what is between white space of ASCII. */
  record Words() implements Operator {}

  /** Pairs of a record and how often it occurs in the partition. */
  record CountValues() implements Operator {}

  /** Combines pairs by key where all pairs of a key are already in one partition. */
  record AggregateLocally(Aggregation aggregation) implements Operator {}

  /**
   * Calls a function once a record with the state of its key, kept under {@code node}.
   *
   * @param optional whether the function gives an Optional of what to put out
   * @param timeoutMillis without data after which a key is forgotten; 0 for never
   */
  record MapState(int node, Closure function, boolean optional, long timeoutMillis)
      implements Calling {}

  /** Calls a function for every key with its values and state, kept under {@code node}. */
  record UpdateState(int node, Closure function) implements Calling {}

  /** All pairs of the state kept under {@code node}, once the step before has finished. */
  record StateSnapshot(int node) implements Operator {}

  /** Makes pairs the state kept under {@code node}. */
  record InitialState(int node) implements Operator {}

  /**
   * Gives each record its event time and the key and value it is counted under, and notes the latest time.
   *
   * @param node whose watermark it makes
   * @param source which of the stream's sources the records come from
   * @param latenessMillis how much later than a later record a record may come
   * @param idleMillis after how much time without data a source no longer counts
   */
  record ObserveTime(
      int node,
      int source,
      Closure timestamp,
      Closure key,
      Closure value,
      long latenessMillis,
      long idleMillis)
      implements Operator {
    ObserveTime ofSource(int number) {
      return new ObserveTime(node, number, timestamp, key, value, latenessMillis, idleMillis);
    }
  }

  /**
   * Combines the records of a key in each window of event time.
   *
   * @param watermark the node that observes the time
   * @param lateCounter counts the records that came too late
   */
  record EventWindows(
      int node,
      int watermark,
      EventWindowSpec windows,
      Aggregation.Combine aggregation,
      String lateCounter)
      implements Operator {}

  /** The records that came too late for the windows kept under {@code node}. */
  record LateRecords(int node) implements Operator {}

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
