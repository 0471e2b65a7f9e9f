package io.sluice.scheduler;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.api.StreamingEvent;
import io.sluice.api.StreamingListener.BlockInfo;
import io.sluice.batch.BlockId;
import io.sluice.batch.BlockRef;
import io.sluice.task.WorkerEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** What becomes of the work and the data of workers that are lost, or leave in order. */
final class Departures {

  /** Where the batches are. */
  interface Progress {
    Streaming streaming();

    /** The last batch that is committed, or {@link Recovered#NONE}. */
    long committedMillis();

    /** Whether a batch runs. */
    boolean isRunning();
  }

  private final ContextSetup setup;
  private final Fleet fleet;
  private final Holdings holdings;
  private final Standbys standbys;
  private final Durability durability;
  private final JobOutcomes outcomes;
  private final Supplier<Jobs> jobs;
  private final Progress progress;
  private final BlockCopies blockCopies = new BlockCopies();

  Departures(
      ContextSetup setup,
      Fleet fleet,
      Holdings holdings,
      Standbys standbys,
      Durability durability,
      JobOutcomes outcomes,
      Supplier<Jobs> jobs,
      Progress progress) {
    this.setup = setup;
    this.fleet = fleet;
    this.holdings = holdings;
    this.standbys = standbys;
    this.durability = durability;
    this.outcomes = outcomes;
    this.jobs = jobs;
    this.progress = progress;
  }

  /** Whether nothing would be lost if the worker were given up. */
  boolean canSpare(String worker) {
    boolean stateless =
        !progress.streaming().program().remembers() || fleet.placement().isEmpty();
    return (stateless || fleet.placement().canSpare(worker))
        && !holdings.onlyOn(worker)
        && fleet.usable().size() > 1;
  }

  /** Everything that was running, or lay on the worker, is run again on those that are left. */
  void lost(String worker, String reason, Fleet.Loss loss) {
    for (BlockRef block : forgetHolder(worker)) {
      setup
          .listeners()
          .post(new StreamingEvent.BlockLost(new BlockInfo(
              block.id().owner(),
              block.id().sequence(),
              block.records(),
              block.sizeBytes(),
              worker)));
    }
    boolean stateful = progress.streaming().program().remembers()
        && (progress.isRunning() || progress.committedMillis() != Recovered.NONE);
    if (stateful && !loss.partitions().isEmpty()) {
      throw new SluiceException(
          ErrorCode.BLOCK_LOST,
          "State of partitions %s was only on %s. Windows need a second worker to survive the loss of one."
              .formatted(loss.partitions(), worker));
    }
    if (fleet.usable().isEmpty() && (progress.isRunning() || !jobs.get().isEmpty())) {
      throw new SluiceException(
          ErrorCode.NO_WORKERS, "Context '" + setup.name() + "' has lost its last worker.");
    }
    outcomes.startOver("Worker " + worker + " is lost: " + reason);
  }

  /** Nothing lies on the worker any more; gives the received blocks that no other has. */
  private List<BlockRef> forgetHolder(String worker) {
    List<BlockRef> held = holdings.tracker().heldBy(worker);
    List<BlockRef> lost = new ArrayList<>(holdings.workerLost(worker));
    Map<BlockId, List<String>> perhaps = blockCopies.workerLost(worker);
    perhaps.keySet().retainAll(lost.stream().map(BlockRef::id).toList());
    // It may have made the copy that it was asked for; who reads the block finds out.
    holdings.tracker().addHolders(perhaps);
    lost.removeIf(block -> perhaps.containsKey(block.id()));
    blockCopies.thinned(held);
    standbys.workerLost(worker);
    durability.workerLost(worker, progress.committedMillis());
    return lost;
  }

  /** A worker's node is ending: what it has is given to others; false if this is known. */
  boolean leaving(WorkerEvent.Leaving leaving) {
    boolean begins = fleet.leaving(leaving);
    if (begins) {
      blockCopies.thinned(holdings.tracker().heldBy(leaving.address()));
    }
    return begins;
  }

  /** Between two batches: lets those go that nothing depends on any more. */
  void letGo() {
    for (String leaver : fleet.leavers()) {
      if (canSpare(leaver)) {
        fleet.release(leaver);
        List<BlockRef> none = forgetHolder(leaver);
        if (!none.isEmpty()) {
          throw new IllegalStateException("Blocks left with worker " + leaver + ": " + none);
        }
        outcomes.startOver("Worker " + leaver + " has left");
      } else if (blockCopies.isIdle()) {
        // Its receivers have stored some more until they were ended.
        blockCopies.thinned(holdings.tracker().heldBy(leaver));
        copyBlocks();
      }
    }
  }

  /** Has received blocks copied that have fewer copies than they should. */
  void copyBlocks() {
    blockCopies
        .next(holdings.tracker(), fleet.staying())
        .forEach(order -> fleet.tell(order.holder(), order.message(setup.epoch())));
  }

  void copied(WorkerEvent.BlocksCopied copied) {
    blockCopies.ended(copied).ifPresent(holdings::copied);
  }
}
