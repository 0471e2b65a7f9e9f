package io.sluice.testkit;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;

/**
 * What a stream put out, batch by batch. Filled while batches run; thread-safe.
 *
 * <p>A batch in which the stream has no dataset, because its slide is longer than the batch interval, is not here.
 */
public final class Recorded<T> {

  /**
   * The output of one batch.
   *
   * @param time the batch time
   * @param partitions the records of each partition, in the order of the partitions
   */
  public record Batch<T>(Instant time, List<List<T>> partitions) {

    public Batch {
      partitions = Collections.unmodifiableList(new ArrayList<>(partitions));
    }

    /** All records, in the order of the partitions. */
    public List<T> records() {
      List<T> records = new ArrayList<>();
      partitions.forEach(records::addAll);
      return records;
    }
  }

  private final TreeMap<Instant, Batch<T>> batches = new TreeMap<>();

  Recorded() {}

  synchronized void add(Batch<T> batch) {
    batches.put(batch.time(), batch);
  }

  /** The batches so far, in the order of their times. The list does not change any more. */
  public synchronized List<Batch<T>> batches() {
    return List.copyOf(batches.values());
  }

  /** The records of each batch so far, in the order of the batch times. */
  public List<List<T>> records() {
    return batches().stream().map(Batch::records).toList();
  }

  @Override
  public String toString() {
    return batches().toString();
  }
}
