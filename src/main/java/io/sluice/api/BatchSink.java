package io.sluice.api;

import java.io.Serializable;
import java.util.List;

/**
 * Takes the records of a stream in two steps, so that each batch is taken once whatever fails.
 *
 * <p>Tasks on the workers write the partitions of a batch and {@link BatchWriter#prepare} them: everything is safe, and
 * nobody sees it. When all of the batch is done its commit is decided, and only then the driver calls
 * {@link #commit} with what the tasks have prepared. The decision holds what was prepared: if the driver is lost
 * between the two, the next driver calls {@code commit} again before any later batch. A commit that fails is tried again
 * until it succeeds, and no other batch runs before.
 *
 * <p>A sink that is idempotent anyway, for example a store that replaces what it has under a key, needs only
 * {@link #open} with a lambda: {@code (pipeline, partition) -> record -> store.put(record)}.
 *
 * <p>The sink is serialized: every worker and the driver have copies of their own, and a thread may have one too.
 *
 * @param <T> the records it takes
 */
@FunctionalInterface
public interface BatchSink<T> extends Serializable {

  /**
   * Begins to write one partition of a batch. Runs on a worker.
   *
   * <p>A partition may be opened more than once, after a failure even at the same time on two nodes. Only what one of
   * them has prepared is ever committed.
   *
   * @param pipeline the name of the context, a slash, and the name of the output; the same after a restart
   */
  BatchWriter<T> open(String pipeline, BatchPartition partition) throws Exception;

  /**
   * Makes visible what was prepared for a batch. Runs on the driver, one batch of a pipeline at a time and in order,
   * but may run again for a batch that it has committed: then it must change nothing.
   *
   * <p>Whatever it throws is told to listeners, and it is called again after a back-off.
   *
   * @param prepared what {@link BatchWriter#prepare} has returned for each partition, in their order, without empty ones
   */
  default void commit(String pipeline, Batch batch, List<String> prepared) throws Exception {}

  /**
   * Throws away what was prepared for a batch that will not be committed. Runs on the driver, at most once, and is not
   * called when the driver is lost: a sink must be able to recognise later what nobody has committed or aborted.
   */
  default void abort(String pipeline, Batch batch, List<String> prepared) throws Exception {}
}
