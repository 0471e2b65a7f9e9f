package io.sluice.scheduler;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.task.WorkerCommand;
import io.sluice.task.WorkerEvent;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.LongFunction;

/** The time in which new workers take over what those of an earlier run have left on durable storage. */
final class Restoration {

  private final Set<String> awaited = new HashSet<>();
  private long number;

  /** Begins with an order for each worker, made for a number that no other has. */
  Map<String, WorkerCommand.Restore> begin(
      LongFunction<Map<String, WorkerCommand.Restore>> orders) {
    Map<String, WorkerCommand.Restore> given = orders.apply(++number);
    awaited.clear();
    awaited.addAll(given.keySet());
    return given;
  }

  boolean isOver() {
    return awaited.isEmpty();
  }

  /**
   * A worker has restored its part.
   *
   * @throws SluiceException CHECKPOINT_FAILED if it could not
   */
  void ended(WorkerEvent.Restored said) {
    if (said.number() != number || !awaited.remove(said.address())) {
      return;
    }
    if (!said.failure().isEmpty()) {
      throw new SluiceException(ErrorCode.CHECKPOINT_FAILED, said.failure());
    }
  }
}
