package io.sluice.simulation;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.batch.BlockId;
import io.sluice.batch.BlockRef;
import io.sluice.scheduler.LedgerReading;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Knows what must come out, from what was received and what the ledger took. */
final class Oracle {

  /** What a batch must give. */
  private record Expected(
      List<Integer> seen,
      Map<Integer, Long> totals,
      Map<Integer, Long> parities,
      Map<Integer, Long> window) {}

  private final Map<BlockId, List<Integer>> received = new HashMap<>();
  private final TreeMap<Long, List<BlockId>> cuts = new TreeMap<>();
  private final TreeMap<Long, Expected> expected = new TreeMap<>();
  private final Map<BlockId, Long> batchOf = new HashMap<>();
  private final List<Long> committed = new ArrayList<>();
  private final Set<Long> acknowledged = new HashSet<>();
  private final Set<String> outputs = new HashSet<>();
  private boolean ended;
  private int outputCount;

  boolean isEnded() {
    return ended;
  }

  /** Batches that are done. */
  int committedBatches() {
    return committed.size();
  }

  int outputCount() {
    return outputCount;
  }

  int numbersCut() {
    return cuts.values().stream()
        .flatMap(List::stream)
        .mapToInt(block -> received.getOrDefault(block, List.of()).size())
        .sum();
  }

  /** A node has a block. */
  void stored(BlockId block, List<Integer> numbers) {
    List<Integer> before = received.putIfAbsent(block, numbers);
    if (before != null) {
      assertThat(numbers).as("copies of %s are alike", block).isEqualTo(before);
    }
  }

  /** The ledger has taken an entry. */
  void appended(long epoch, byte[] entry) {
    LedgerReading.cut(entry).ifPresent(this::cut);
    LedgerReading.committed(entry).ifPresent(batch -> {
      assertThat(cuts)
          .as("batch %d of epoch %d commits after its cut", batch, epoch)
          .containsKey(batch);
      assertThat(committed)
          .as("batch %d of epoch %d commits once", batch, epoch)
          .doesNotContain(batch);
      if (!committed.isEmpty()) {
        assertThat(batch).as("order of commits").isGreaterThan(committed.get(committed.size() - 1));
      }
      for (String output : List.of(
          SimulatedProgram.SEEN,
          SimulatedProgram.TOTALS,
          SimulatedProgram.PARITIES,
          SimulatedProgram.WINDOW)) {
        assertThat(outputs).as("outputs of committed batch").contains(output + batch);
      }
      committed.add(batch);
    });
    ended |= LedgerReading.kind(entry).equals("Ended");
  }

  private void cut(LedgerReading.Cut cut) {
    long batch = cut.batchMillis();
    assertThat(cuts).as("batch %d is cut once", batch).doesNotContainKey(batch);
    if (!cuts.isEmpty()) {
      assertThat(batch).as("order of cuts").isGreaterThan(cuts.lastKey());
    }
    List<BlockId> blocks = cut.blocks().stream().map(BlockRef::id).toList();
    for (BlockId block : blocks) {
      assertThat(received).as("cut has blocks that were received").containsKey(block);
      Long other = batchOf.put(block, batch);
      assertThat(other).as("batch of %s, which %d has", block, batch).isNull();
    }
    cuts.put(batch, blocks);
    expected.put(batch, expect(batch));
  }

  private Expected expect(long batch) {
    List<Integer> seen = numbers(batch);
    Map.@Nullable Entry<Long, Expected> before = expected.lastEntry();
    TreeMap<Integer, Long> totals =
        new TreeMap<>(before == null ? Map.of() : before.getValue().totals);
    add(totals, seen);
    // The second operator sums what the first has in each batch.
    TreeMap<Integer, Long> parities =
        new TreeMap<>(before == null ? Map.of() : before.getValue().parities);
    totals.forEach((key, total) -> parities.merge(key % 2, total, Long::sum));
    TreeMap<Integer, Long> window = new TreeMap<>();
    cuts.tailMap(batch - (SimulatedProgram.PANES - 1) * SimulatedProgram.INTERVAL.toMillis())
        .keySet()
        .forEach(pane -> add(window, numbers(pane)));
    return new Expected(seen, totals, parities, window);
  }

  private List<Integer> numbers(long batch) {
    return requireNonNull(cuts.get(batch)).stream()
        .flatMap(block -> numbers(block).stream())
        .sorted()
        .toList();
  }

  private List<Integer> numbers(BlockId block) {
    return requireNonNull(received.get(block));
  }

  private static void add(Map<Integer, Long> sums, List<Integer> numbers) {
    numbers.forEach(number -> sums.merge(number % SimulatedProgram.KEYS, (long) number, Long::sum));
  }

  /** An output of a batch, committed or not: it follows from the cut and what was before. */
  void output(String name, long batch, Object value) {
    outputCount++;
    assertThat(expected).as("cut of batch %d, whose %s is put out", batch, name).containsKey(batch);
    Expected known = requireNonNull(expected.get(batch));
    Object wanted = switch (name) {
      case SimulatedProgram.SEEN -> known.seen;
      case SimulatedProgram.TOTALS -> known.totals;
      case SimulatedProgram.PARITIES -> known.parities;
      default -> known.window;
    };
    assertThat(value).as("%s of batch %d", name, batch).isEqualTo(wanted);
    outputs.add(name + batch);
  }

  /** A receiver has heard that blocks are counted, by their numbers. */
  void acknowledged(int stream, List<Long> numbers) {
    numbers.forEach(number -> acknowledged.add(number * 16 + stream));
  }

  /**
   * The context has ended.
   *
   * @param complete what receivers had taken that ended last
   */
  void ended(Set<Integer> complete) {
    assertThat(committed).as("all cut batches are committed").isEqualTo(List.copyOf(cuts.keySet()));
    Set<Long> cut = new HashSet<>();
    Set<Integer> numbers = new HashSet<>();
    batchOf.keySet().forEach(block -> {
      cut.add(block.sequence() * 16 + block.owner());
      numbers(block)
          .forEach(number ->
              assertThat(numbers.add(number)).as("%d is received once", number).isTrue());
    });
    assertThat(cut).as("counted blocks are in batches").containsAll(acknowledged);
    assertThat(numbers).as("all that was received is processed").containsAll(complete);
  }
}
