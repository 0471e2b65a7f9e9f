package io.sluice.scheduler;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.batch.BlockId;
import io.sluice.batch.BlockRef;
import io.sluice.batch.BlockTracker;
import io.sluice.plan.Node;
import io.sluice.plan.Partitioning;
import io.sluice.plan.Stage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Divides the input of a stage among workers: each task where its data lies, as many tasks as there are slots. */
final class SplitPlanner {

  /** A task to be: its number within the stage, where it runs and what it reads. */
  record Split(int index, String worker, List<BlockRef> inputs, List<BlockRef> leaving) {
    Split(int index, String worker, List<BlockRef> inputs) {
      this(index, worker, inputs, List.of());
    }
  }

  private final long context;
  private final long zeroMillis;
  private final String driverAddress;
  private final Datasets datasets;
  private final KeptDatasets kept;
  private final BlockTracker tracker;
  private final Placement placement;
  private final Map<String, Integer> slots;

  /**
   * @param slots of the workers that can be used
   */
  SplitPlanner(
      long context,
      long zeroMillis,
      String driverAddress,
      Datasets datasets,
      KeptDatasets kept,
      BlockTracker tracker,
      Placement placement,
      Map<String, Integer> slots) {
    this.context = context;
    this.zeroMillis = zeroMillis;
    this.driverAddress = driverAddress;
    this.datasets = datasets;
    this.kept = kept;
    this.tracker = tracker;
    this.placement = placement;
    this.slots = slots;
  }

  List<Split> split(Stage stage) {
    Stage.Input input = stage.input();
    if (input instanceof Stage.ReceivedInput received) {
      return byHolder(tracker.blocks(received.node().stream(), input.batchMillis()));
    } else if (input instanceof Stage.StoredInput stored) {
      return stored(stored.node(), input.batchMillis());
    } else if (input instanceof Stage.WindowInput window) {
      return window(window.node(), input.batchMillis());
    } else if (input instanceof Stage.MergeInput merge) {
      return owned(merge.node().partitions());
    } else if (input instanceof Stage.HeldInput held) {
      return owned(held.node().partitions()).stream()
          .filter(
              split -> held.node().partition() < 0 || split.index == held.node().partition())
          .toList();
    } else if (input instanceof Stage.SlidingInput sliding) {
      return sliding(sliding.node(), input.batchMillis());
    } else if (input instanceof Stage.LiteralInput literal) {
      return literal(literal.node());
    } else if (input instanceof Stage.KeptInput keptInput) {
      return kept(keptInput.node());
    }
    throw new IllegalStateException("Unknown input " + input);
  }

  private List<Split> owned(int partitions) {
    List<Split> splits = new ArrayList<>(partitions);
    for (int partition = 0; partition < partitions; partition++) {
      splits.add(new Split(partition, placement.owner(partition), List.of()));
    }
    return splits;
  }

  private List<Split> stored(Node node, long batchMillis) {
    boolean keyed = Partitioning.of(node) > 0;
    List<Split> splits = new ArrayList<>();
    for (Datasets.Partition partition : datasets.partitions(node.id(), batchMillis)) {
      BlockRef ref = ref(node, batchMillis, partition);
      int index = keyed ? partition.number() : splits.size();
      splits.add(new Split(index, ref.holders().get(0), List.of(ref)));
    }
    return splits;
  }

  private List<Split> kept(Node.Kept node) {
    boolean keyed = Partitioning.of(node) > 0;
    KeptDatasets.Dataset dataset = kept.get(node);
    List<Split> splits = new ArrayList<>();
    dataset.partitions().forEach((partition, holders) -> {
      BlockId id = BlockId.kept(context, node.id(), node.batchMillis(), partition, dataset.maker());
      int index = keyed ? partition & 0xFFFF : splits.size();
      splits.add(new Split(index, holders.get(0), List.of(new BlockRef(id, 0, 0, holders))));
    });
    return splits;
  }

  private List<Split> window(Node.Window window, long batchMillis) {
    long[] batches = window.spec().batches(batchMillis, zeroMillis);
    if (window.input() instanceof Node.Received received) {
      List<BlockRef> blocks = new ArrayList<>();
      for (long batch : batches) {
        blocks.addAll(tracker.blocks(received.stream(), batch));
      }
      return byHolder(blocks);
    }
    if (Partitioning.of(window.input()) == 0) {
      List<BlockRef> blocks = new ArrayList<>();
      for (long batch : batches) {
        for (Datasets.Partition partition : datasets.partitions(window.input().id(), batch)) {
          blocks.add(ref(window.input(), batch, partition));
        }
      }
      return byHolder(blocks);
    }
    int partitions = Partitioning.of(window.input());
    Map<Integer, List<BlockRef>> panes = panes(window.input(), batches);
    List<Split> splits = new ArrayList<>();
    for (int partition = 0; partition < partitions; partition++) {
      splits.add(new Split(
          partition, placement.owner(partition), panes.getOrDefault(partition, List.of())));
    }
    return splits;
  }

  private List<Split> sliding(Node.SlidingTotals totals, long batchMillis) {
    Map<Integer, List<BlockRef>> entered =
        panes(totals.panes(), totals.spec().entered(batchMillis, zeroMillis));
    Map<Integer, List<BlockRef>> left =
        panes(totals.panes(), totals.spec().left(batchMillis, zeroMillis));
    List<Split> splits = new ArrayList<>();
    for (int partition = 0; partition < totals.partitions(); partition++) {
      splits.add(new Split(
          partition,
          placement.owner(partition),
          entered.getOrDefault(partition, List.of()),
          left.getOrDefault(partition, List.of())));
    }
    return splits;
  }

  private Map<Integer, List<BlockRef>> panes(Node node, long[] batches) {
    Map<Integer, List<BlockRef>> panes = new TreeMap<>();
    for (long batch : batches) {
      for (Datasets.Partition partition : datasets.partitions(node.id(), batch)) {
        panes
            .computeIfAbsent(partition.number(), key -> new ArrayList<>())
            .add(ref(node, batch, partition));
      }
    }
    return panes;
  }

  private BlockRef ref(Node node, long batchMillis, Datasets.Partition partition) {
    BlockId id =
        BlockId.dataset(context, node.id(), batchMillis, partition.id(), partition.maker());
    requireHolder(id, partition.holders());
    return new BlockRef(id, 0, 0, partition.holders());
  }

  private List<Split> literal(Node.Literal literal) {
    List<String> rota = new ArrayList<>();
    slots.forEach((worker, count) -> rota.add(worker));
    List<Split> splits = new ArrayList<>();
    for (int partition = 0; partition < literal.partitions(); partition++) {
      BlockId id = BlockId.literal(context, literal.id(), partition);
      splits.add(new Split(
          partition,
          rota.get(partition % rota.size()),
          List.of(new BlockRef(id, 0, 0, List.of(driverAddress)))));
    }
    return splits;
  }

  /** Each block to the holder with the least to do for its slots, then each worker's blocks to its slots. */
  private List<Split> byHolder(Collection<BlockRef> blocks) {
    Map<String, List<BlockRef>> byWorker = new LinkedHashMap<>();
    Map<String, Long> load = new HashMap<>();
    for (BlockRef block : blocks) {
      List<String> usable = block.holders().stream().filter(slots::containsKey).toList();
      requireHolder(block.id(), usable);
      String worker = usable.stream()
          .min(Comparator.comparingLong(
              holder -> load.getOrDefault(holder, 0L) / slots.getOrDefault(holder, 1)))
          .orElseThrow();
      load.merge(worker, block.sizeBytes() + 1, Long::sum);
      byWorker.computeIfAbsent(worker, key -> new ArrayList<>()).add(block);
    }
    List<Split> splits = new ArrayList<>();
    byWorker.forEach((worker, theirs) -> cutEvenly(worker, theirs, splits));
    return splits;
  }

  private void cutEvenly(String worker, List<BlockRef> blocks, List<Split> splits) {
    int parts = Math.max(1, slots.getOrDefault(worker, 1));
    long total = blocks.stream().mapToLong(block -> block.sizeBytes() + 1).sum();
    long done = 0;
    List<BlockRef> current = new ArrayList<>();
    int cut = 1;
    for (BlockRef block : blocks) {
      if (!current.isEmpty() && done >= total * cut / parts) {
        splits.add(new Split(splits.size(), worker, current));
        current = new ArrayList<>();
        cut++;
      }
      current.add(block);
      done += block.sizeBytes() + 1;
    }
    splits.add(new Split(splits.size(), worker, current));
  }

  private static void requireHolder(BlockId id, List<String> holders) {
    if (holders.isEmpty()) {
      throw new SluiceException(
          ErrorCode.BLOCK_LOST,
          "No copy of block "
              + id
              + " is left: every node that held it is gone. Keep two copies (a storage level ending in _2) on at least two workers.");
    }
  }
}
