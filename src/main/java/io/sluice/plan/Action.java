package io.sluice.plan;

import java.io.Serializable;

/** What a job brings back from each partition. */
public sealed interface Action extends Serializable {

  /** The first {@code limit} records, as a list. */
  record Collect(int limit) implements Action {}

  /** The number of records, as a Long. */
  record Count() implements Action {}

  /** The result of a function of the partition's number and iterator. */
  record ForPartition(Closure function) implements Action {}
}
