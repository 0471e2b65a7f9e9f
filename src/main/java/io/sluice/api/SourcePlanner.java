package io.sluice.api;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Decides what each batch reads of a {@link BatchSource}. Lives on the driver, and is used by one thread at a time. It need
 * not remember anything itself: what it must know stands in the marks of its plans, which the next driver has too.
 */
public interface SourcePlanner extends AutoCloseable {

  /**
   * What is asked of a source for a batch.
   *
   * @param batchTime the time of the batch
   * @param now the time of the context's clock; later than the batch's when batches are late
   * @param interval the batch interval
   * @param marks those of all plans before; they change with later plans, so copy what is kept beyond the call
   * @param maxRecords the most that the batch should have, from {@code sluice.rate}; empty for no limit
   */
  record Request(
      Instant batchTime,
      Instant now,
      Duration interval,
      Map<String, String> marks,
      OptionalLong maxRecords) {}

  /**
   * The marks with which a stream begins that no driver has had before, for example where in a log it starts. Called when the
   * program makes the stream, on the thread that does, whose caller gets what it throws.
   */
  default Map<String, String> begin() throws Exception {
    return Map.of();
  }

  /**
   * What a batch reads. Batches come in order; one whose plan was lost with its driver is asked for again. What it throws ends the
   * context, so a source that is away for a while gives {@link SourcePlan#NOTHING}, or waits.
   */
  SourcePlan plan(Request request) throws Exception;

  /**
   * Records that are there and that no plan has, as of the last plan: how far the program is behind its source. Called after {@link #plan}, by the
   * same thread; must not block.
   *
   * @return empty if it is not known
   */
  default OptionalLong waiting() {
    return OptionalLong.empty();
  }

  /**
   * A batch is done: its outputs have ended and it will put out nothing again. What it throws is logged.
   *
   * @param plan what the batch had
   */
  default void committed(Instant batchTime, SourcePlan plan) throws Exception {}

  /** The context has ended, or another driver goes on with it. */
  @Override
  default void close() throws Exception {}
}
