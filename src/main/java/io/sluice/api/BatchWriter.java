package io.sluice.api;

/**
 * Writes one partition of a batch into a {@link BatchSink}. Used by one thread.
 *
 * @param <T> the records it takes
 */
@FunctionalInterface
public interface BatchWriter<T> {

  /** Takes a record. What it throws fails the task, which is tried again. */
  void write(T record) throws Exception;

  /**
   * All records are written: makes them safe without making them visible, and lets go of everything that is open. Called
   * once, at the end.
   *
   * @return a short text, at most {@value #MAX_PREPARED} characters, by which {@link BatchSink#commit} finds what was
   *     written, for example the name of a file or the id of a transaction; empty if there is nothing to commit
   */
  default String prepare() throws Exception {
    return "";
  }

  /**
   * The attempt failed while it was writing or preparing: throws away what it has written. Called at most once, instead
   * of what would have come next.
   */
  default void abort() throws Exception {}

  /** How long a text of {@link #prepare} can be: it becomes part of the driver's decisions. */
  int MAX_PREPARED = 8192;
}
