package io.sluice.api;

import java.io.Serializable;
import java.util.Iterator;

/**
 * A source that can be read again, such as a log with offsets or a directory of files. No receiver runs and nothing is
 * copied: the driver plans what each batch reads, and tasks on the workers read it. A batch that is run again, by whichever
 * driver, reads the same.
 *
 * <p>The source is serialized: the driver, every worker and every task thread have copies of their own, so what is open
 * (connections, files) belongs into the planner or is shared by all copies of a process. What it reads must stay readable
 * until no restart can go back to it.
 *
 * @param <T> the records it gives
 */
public interface BatchSource<T> extends Serializable {

  /** Makes what plans the batches. Called on the driver, once, and again on the next driver. */
  SourcePlanner planner() throws Exception;

  /**
   * Reads a split of a plan. Runs in a task, which may be tried again: every time it must give the same records in the same
   * order. What it throws fails the task.
   *
   * @return the records, read as they are asked for. If it is {@link AutoCloseable} it is closed when the task has ended, also
   *     when not all records were asked for
   */
  Iterator<T> read(String split) throws Exception;
}
