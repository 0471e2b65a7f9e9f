package io.sluice.scheduler;

import io.sluice.batch.BlockId;
import io.sluice.batch.BlockRef;
import io.sluice.batch.BlockTracker;
import io.sluice.task.WorkerEvent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The time in which a new driver waits for the workers of the one before, and learns which blocks they hold that no
 * batch has.
 */
final class Resumption {

  /**
   * What becomes of the blocks that no batch has and nobody will report again.
   *
   * @param holders who has the blocks of batches; copies may have been made that the ledger does not know
   */
  record Orphans(
      List<BlockRef> counted, List<BlockId> dropped, Map<BlockId, List<String>> holders) {}

  private record Found(WorkerEvent.Held held, List<String> holders) {}

  private final Set<String> awaited = new LinkedHashSet<>();
  private final Map<BlockId, Found> found = new LinkedHashMap<>();

  Resumption(Collection<Decision.Joined> workers) {
    workers.forEach(worker -> awaited.add(worker.address()));
  }

  /** In the order in which they came to the driver before. */
  Set<String> awaited() {
    return new LinkedHashSet<>(awaited);
  }

  /** Whether all workers have answered or are lost. */
  boolean isOver() {
    return awaited.isEmpty();
  }

  void answered(WorkerEvent.Resumed resumed) {
    awaited.remove(resumed.address());
    for (WorkerEvent.Held held : resumed.received()) {
      found
          .computeIfAbsent(held.id(), id -> new Found(held, new ArrayList<>()))
          .holders
          .add(resumed.address());
    }
  }

  void lost(String worker) {
    awaited.remove(worker);
    found.values().forEach(block -> block.holders.remove(worker));
  }

  /**
   * A block whose receiver still runs is reported by it. One whose receiver is lost counts now, unless the source is
   * read again from a position before it.
   */
  Orphans orphans(BlockTracker tracker, ReceiverTable receivers) {
    Set<BlockId> needed = tracker.ids();
    List<BlockRef> counted = new ArrayList<>();
    List<BlockId> dropped = new ArrayList<>();
    Map<BlockId, List<String>> holders = new HashMap<>();
    found.forEach((id, block) -> {
      if (needed.contains(id)) {
        holders.put(id, block.holders);
        return;
      }
      if (receivers.isHosted(id) || block.holders.isEmpty()) {
        return;
      }
      if (tracker.isKnown(id) || receivers.isReadAgain(id)) {
        dropped.add(id);
      } else {
        counted.add(new BlockRef(id, block.held.records(), block.held.sizeBytes(), block.holders));
      }
    });
    return new Orphans(counted, dropped, holders);
  }
}
