package io.sluice.api;

/**
 * Lets a test make things fail on purpose. The engine asks at each named step; production uses {@link #NONE}.
 *
 * <p>Called from task threads of every simulated node: implementations are thread-safe.
 */
@FunctionalInterface
public interface Faults {

  /** No faults. */
  Faults NONE = (worker, batchMillis, stage, partition, attempt) -> {};

  /**
   * Called before a task runs; what it throws fails the task.
   *
   * @param worker the worker's id
   * @param batchMillis the batch time, or -1 for a job outside any batch
   * @param attempt 1 for the first
   */
  void beforeTask(String worker, long batchMillis, int stage, int partition, int attempt)
      throws Exception;

  /**
   * Called when a driver writes down a decision. If it gives true it has ended the driver, which hears nothing more of
   * the decision.
   *
   * @param decision its number among those of all drivers of the context, from 1 on
   * @param kept whether the next driver finds the decision
   */
  default boolean losesDriver(long decision, boolean kept) {
    return false;
  }
}
