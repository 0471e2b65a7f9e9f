package io.sluice.scheduler;

import io.sluice.task.WorkerEvent;
import java.util.List;
import java.util.function.Supplier;

/** Gives keyed partitions their standbys: copies what is kept of them, between batches. */
final class Standbys {

  private final ContextSetup setup;
  private final Fleet fleet;
  private final Holdings holdings;
  private final Journal journal;
  private final Supplier<Streaming> streaming;
  private final Copies copies = new Copies();

  Standbys(
      ContextSetup setup,
      Fleet fleet,
      Holdings holdings,
      Journal journal,
      Supplier<Streaming> streaming) {
    this.setup = setup;
    this.fleet = fleet;
    this.holdings = holdings;
    this.journal = journal;
    this.streaming = streaming;
  }

  /** Whether no copies are under way. */
  boolean isIdle() {
    return copies.isEmpty();
  }

  @Override
  public String toString() {
    return copies.toString();
  }

  /** Sends out copies to new standbys; true while some are under way. */
  boolean begin() {
    Placement placement = fleet.placement();
    List<String> staying = fleet.staying();
    if (!streaming.get().program().remembers() || placement.isEmpty()) {
      if (!placement.isEmpty() && !staying.isEmpty() && placement.isOutdated(staying)) {
        placement.assign(staying);
        journal.decide(placement.placed());
      }
      return false;
    }
    if (copies.takeFailed()) {
      return false;
    }
    List<Placement.Copy> missing = placement.missingCopies(staying);
    if (!missing.isEmpty()) {
      // From now on those that stood by get no changes any more, which the next driver must know.
      journal.decide(placement.placed());
    }
    for (Copies.Order order : copies.begin(missing)) {
      fleet.tell(
          order.copy().owner(),
          order.message(
              setup.epoch(), setup.partitions(), streaming.get().keepMillis().keySet()));
    }
    return !copies.isEmpty();
  }

  /** A copy has been made, or not; true if it was the last one. */
  boolean copied(WorkerEvent.PartitionCopied copied) {
    if (copies.isEmpty() || copied.epoch() != setup.epoch()) {
      return false;
    }
    copies.ended(copied).ifPresent(copy -> {
      fleet.placement().copied(copy.partition(), copy.standby());
      holdings
          .datasets()
          .addHolder(copy.partition(), setup.partitions(), copy.owner(), copy.standby());
      journal.decide(new Decision.Copied(copy.partition(), copy.owner(), copy.standby()));
    });
    if (!copies.isEmpty()) {
      return false;
    }
    if (!fleet.placement().rebalance(fleet.staying()).isEmpty()) {
      journal.decide(fleet.placement().placed());
    }
    return true;
  }

  void workerLost(String worker) {
    copies.workerLost(worker);
  }
}
