package io.sluice.scheduler;

import io.sluice.task.WorkerCommand;
import io.sluice.task.WorkerEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The copies of keyed partitions that are under way to new standbys. They are made between batches; after one
 * that failed a batch is run first.
 */
final class Copies {

  private final Map<Long, Placement.Copy> open = new HashMap<>();
  private long numbers;
  private boolean failed;

  boolean isEmpty() {
    return open.isEmpty();
  }

  @Override
  public String toString() {
    return open.values().toString();
  }

  /** Whether copies should wait for a batch; asked once. */
  boolean takeFailed() {
    boolean was = failed;
    failed = false;
    return was;
  }

  /** Begins copies; each order goes to the owner. */
  List<Order> begin(List<Placement.Copy> copies) {
    List<Order> orders = new ArrayList<>();
    for (Placement.Copy copy : copies) {
      open.put(++numbers, copy);
      orders.add(new Order(numbers, copy));
    }
    return orders;
  }

  /** A copy to be made, under a number that no other has. */
  record Order(long number, Placement.Copy copy) {
    WorkerCommand.CopyPartition message(long epoch, int modulo, Set<Integer> nodes) {
      return new WorkerCommand.CopyPartition(
          epoch, number, copy.partition(), modulo, copy.standby(), nodes);
    }
  }

  /** A copy has ended; empty if nobody waits for it any more, or it failed. */
  Optional<Placement.Copy> ended(WorkerEvent.PartitionCopied copied) {
    Placement.@Nullable Copy copy = open.remove(copied.number());
    if (copy == null) {
      return Optional.empty();
    }
    failed |= !copied.complete();
    return copied.complete() ? Optional.of(copy) : Optional.empty();
  }

  void workerLost(String worker) {
    open.values().removeIf(copy -> copy.owner().equals(worker) || copy.standby().equals(worker));
  }
}
