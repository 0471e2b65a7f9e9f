package io.sluice.api;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;

/**
 * Lets an output that may be handed a batch more than once take it once, for {@code foreachBatch},
 * {@code foreachBatchPartition} and actors.
 *
 * <p>It asks a place that the user gives which batch was taken last, and lets the output take a batch only if it is a
 * later one. That is exactly once if what the output does and {@link Place#taken} become durable together, for example in
 * one transaction of a database; if they do not, a crash between the two hands the batch over once more. Batches
 * must come in order, as those of one output do. Thread-safe if the place is.
 *
 * <p>Partitions are told apart by number, so each batch must divide equal records equally and into equally many: put a
 * repartition or a keyed operation with a number of partitions before the output.
 */
public final class OncePerBatch {

  /** Remembers the last batch that was taken of a partition, where the output keeps what it takes. */
  public interface Place {

    /** The time of the last batch taken; empty if none was. */
    Optional<Instant> last(String pipeline, int partition) throws Exception;

    /** A batch is taken; in the same transaction as what the output has made of it. */
    void taken(String pipeline, int partition, Instant batch) throws Exception;
  }

  /** What an output does with a batch that it has not taken before. */
  @FunctionalInterface
  public interface Action {
    void run() throws Exception;
  }

  private static final int WHOLE = -1;

  private final String pipeline;
  private final Place place;

  /**
   * @param pipeline a name of this output that no other has in the place, and that stays the same
   * @param place asked on the thread that hands over the batch
   */
  public OncePerBatch(String pipeline, Place place) {
    this.pipeline = requireNonNull(pipeline, "The pipeline is null; it must name the output.");
    this.place = requireNonNull(place, "The place is null; it must remember what was taken.");
  }

  /** Runs the action unless the batch was taken before; true if it ran. For a batch as a whole. */
  public boolean run(Batch batch, Action action) throws Exception {
    return run(WHOLE, batch.time(), action);
  }

  /** As {@link #run(Batch, Action)}, for one partition of a batch. */
  public boolean run(BatchPartition partition, Action action) throws Exception {
    return run(partition.partition(), partition.time(), action);
  }

  private boolean run(int partition, Instant batch, Action action) throws Exception {
    Optional<Instant> last = place.last(pipeline, partition);
    if (last.isPresent() && !batch.isAfter(last.get())) {
      return false;
    }
    action.run();
    place.taken(pipeline, partition, batch);
    return true;
  }
}
