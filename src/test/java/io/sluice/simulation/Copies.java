package io.sluice.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.batch.BlockId;
import io.sluice.batch.BlockRef;
import io.sluice.scheduler.LedgerReading;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Knows which nodes have had what, and which of them are lost. */
final class Copies {

  /** A node that is given up drops what it has when it hears of it, which a cut may delay. */
  private static final long UNTIL_DROPPED = 2_500_000;

  private final Map<BlockId, Map<String, Long>> blocks = new HashMap<>();
  private final Map<String, Long> lost = new HashMap<>();
  private final Set<String> here = new HashSet<>();
  private final List<Set<String>> partitions = new ArrayList<>();

  void arrived(BlockId block, String node, long nowMicros) {
    blocks.computeIfAbsent(block, any -> new HashMap<>()).put(node, nowMicros);
  }

  void killed(String node) {
    lost.put(node, Long.MAX_VALUE - UNTIL_DROPPED);
    here.remove(node);
  }

  /** The ledger has taken an entry. */
  void appended(LedgerReading entry, long nowMicros) {
    entry.joined().ifPresent(here::add);
    entry.left().ifPresent(node -> {
      here.remove(node);
      lost.merge(node, nowMicros, Math::max);
    });
    entry.placed().ifPresent(this::placed);
    entry.copied().ifPresent(copied -> partitions.get(copied.partition()).add(copied.standby()));
  }

  private void placed(LedgerReading.Placed placed) {
    partitions.clear();
    for (int partition = 0; partition < placed.owners().size(); partition++) {
      Set<String> holders = new HashSet<>(Set.of(placed.owners().get(partition)));
      if (placed.synced().contains(partition)) {
        holders.add(placed.standbys().get(partition));
      }
      partitions.add(holders);
    }
  }

  /** What a decision says of copies is true. */
  void claimed(BlockRef block) {
    assertThat(blocks.getOrDefault(block.id(), Map.of()).keySet())
        .as("I4: nodes that have had %s, of which the ledger says that they have it", block.id())
        .containsAll(block.holders());
  }

  /** Whether a block may be gone: all nodes that have had it are lost. */
  boolean mayBeGone(BlockId block) {
    return blocks.getOrDefault(block, Map.of()).entrySet().stream()
        .allMatch(copy -> copy.getValue()
            <= lost.getOrDefault(copy.getKey(), -UNTIL_DROPPED - 1) + UNTIL_DROPPED);
  }

  boolean mayBeGone(Collection<BlockId> any) {
    return any.stream().anyMatch(this::mayBeGone);
  }

  /** Whether the state of a partition may be gone. */
  boolean mayStateBeGone() {
    return partitions.stream().anyMatch(holders -> holders.stream().noneMatch(here::contains));
  }
}
