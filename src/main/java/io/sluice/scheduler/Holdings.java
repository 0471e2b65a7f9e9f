package io.sluice.scheduler;

import io.sluice.batch.BlockId;
import io.sluice.batch.BlockRef;
import io.sluice.batch.BlockTracker;
import io.sluice.plan.Node;
import io.sluice.plan.StageCompiler;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Which data there is, and on which workers: received blocks, datasets of batches, and what the program keeps. */
final class Holdings {

  private final ContextSetup setup;
  private final Fleet fleet;
  private final Supplier<Streaming> streaming;
  private final Datasets datasets;
  private final KeptDatasets kept;
  private final List<BlockId> released = new ArrayList<>();
  private BlockTracker tracker;

  /**
   * @param recovered what earlier drivers had
   * @param streaming the program under way
   */
  Holdings(ContextSetup setup, Fleet fleet, Recovered recovered, Supplier<Streaming> streaming) {
    this.tracker = recovered.tracker();
    this.datasets = recovered.datasets();
    this.setup = setup;
    this.fleet = fleet;
    this.streaming = streaming;
    this.kept = new KeptDatasets(setup.epoch(), fleet::tellAll);
  }

  BlockTracker tracker() {
    return tracker;
  }

  Datasets datasets() {
    return datasets;
  }

  KeptDatasets kept() {
    return kept;
  }

  /** A compiler for a job of the batch, or of none. */
  StageCompiler compiler(@Nullable BatchRun batch) {
    return new StageCompiler(new Surroundings(batch));
  }

  SplitPlanner splits() {
    return new SplitPlanner(
        setup.id(),
        streaming.get().schedule().zeroMillis(),
        setup.node().address(),
        datasets,
        kept,
        tracker,
        fleet.placement(),
        fleet.slots());
  }

  /** Begins with what an earlier run has left. */
  void restore(Restart restart, List<String> owners) {
    tracker = BlockTracker.of(new BlockTracker.Snapshot(
        restart.cuts().stream()
            .map(cut -> new BlockTracker.Blocks(cut.batchMillis(), cut.blocks()))
            .toList(),
        restart.numbers(),
        restart.unassigned()));
    restart
        .datasets(owners)
        .forEach(stored -> datasets.add(stored.node(), stored.batchMillis(), stored.partition()));
  }

  /** Takes in the blocks that the driver before has left behind. */
  void adopt(Resumption.Orphans orphans) {
    orphans.counted().forEach(tracker::add);
    released.addAll(orphans.dropped());
    tracker.addHolders(orphans.holders());
  }

  /** Received blocks were copied to another worker; those that nobody needs any more can go from there, too. */
  void copied(BlockCopies.Order order) {
    Set<BlockId> needed = tracker.ids();
    Map<BlockId, List<String>> holders = new HashMap<>();
    for (BlockRef block : order.blocks()) {
      if (needed.contains(block.id())) {
        holders.put(block.id(), List.of(order.target()));
      } else {
        released.add(block.id());
      }
    }
    tracker.addHolders(holders);
  }

  /** Whether the worker alone has something that batches to come will read. */
  boolean onlyOn(String worker) {
    return datasets.onlyOn(worker, streaming.get().keepMillis().keySet()) || tracker.onlyOn(worker);
  }

  /** Nothing lies on the worker any more; gives the received blocks that no other has. */
  List<BlockRef> workerLost(String worker) {
    datasets.removeHolder(worker);
    kept.removeHolder(worker);
    return tracker.removeHolder(worker);
  }

  /**
   * A batch is over: forgets what no later one needs.
   *
   * @param readFrom the oldest batch that somebody reads now
   * @return received blocks that can go
   */
  List<BlockId> expire(long batchMillis, long readFrom) {
    Streaming current = streaming.get();
    List<BlockId> unneededBlocks = new ArrayList<>(released);
    released.clear();
    for (Node.Received node : current.program().received()) {
      long unneeded = Math.min(batchMillis - current.program().keepMillis(node.id()), readFrom - 1);
      unneededBlocks.addAll(tracker.release(node.stream(), unneeded));
    }
    tracker.forgetBefore(batchMillis);
    datasets.expire(batchMillis, current.keepMillis(), readFrom);
    kept.expire(batchMillis);
    return unneededBlocks;
  }

  /** What the compiler may know of the running batch, and of those before. */
  private final class Surroundings implements StageCompiler.Surroundings {
    private final @Nullable BatchRun batch;

    Surroundings(@Nullable BatchRun batch) {
      this.batch = batch;
    }

    @Override
    public Node resolve(Node.Generated node, long batchMillis) {
      Node dataset =
          isRunning(batchMillis) && batch != null ? batch.generated().get(node.id()) : null;
      return dataset != null
          ? dataset
          : streaming
              .get()
              .history()
              .generated(node, batchMillis)
              .orElseThrow(() -> StageCompiler.notKept(node.operation(), batchMillis));
    }

    @Override
    public boolean isRunning(long batchMillis) {
      return batch != null && batch.batchMillis() == batchMillis;
    }

    @Override
    public boolean isRemembered(Node node, long batchMillis) {
      return streaming.get().history().isRemembered(node, batchMillis);
    }

    @Override
    public boolean isStored(Node node, long batchMillis) {
      return datasets.contains(node.id(), batchMillis);
    }

    @Override
    public StageCompiler.Keeping keeping(Node.Kept node) {
      return kept.keeping(node);
    }
  }
}
