package io.sluice.testkit;

import io.sluice.DStreamLike;
import io.sluice.RDD;
import java.time.Duration;
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

  private Recorded() {}

  /**
   * Records all that a stream of any context puts out from the start on, on the driver. The records must fit in memory.
   *
   * @throws IllegalStateException if the context was started
   */
  public static <T, R extends RDD<T>> Recorded<T> of(DStreamLike<T, ?, R> stream) {
    Recorded<T> recorded = new Recorded<>();
    stream.foreachRDD((rdd, time) -> recorded.add(new Batch<>(time, rdd.glom().collect())));
    return recorded;
  }

  private synchronized void add(Batch<T> batch) {
    batches.put(batch.time(), batch);
    notifyAll();
  }

  /**
   * Waits until there are so many batches, and gives them; for a context that is not in a {@link StreamingTest}.
   *
   * @throws AssertionError if the time-out passes before
   */
  public synchronized List<Batch<T>> await(int count, Duration timeout) {
    long deadline = System.nanoTime() + timeout.toNanos();
    try {
      while (batches.size() < count) {
        long leftMillis = (deadline - System.nanoTime()) / 1_000_000;
        if (leftMillis <= 0) {
          throw new AssertionError("Waited %d ms for %d batches, got %d: %s"
              .formatted(timeout.toMillis(), count, batches.size(), batches.values()));
        }
        wait(leftMillis);
      }
      return batches();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError("Interrupted while waiting for batches", interrupted);
    }
  }

  synchronized List<Batch<T>> after(Instant time) {
    return List.copyOf(batches.tailMap(time, false).values());
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
