package io.sluice.simulation;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.batch.BlockId;
import io.sluice.batch.BlockRef;
import io.sluice.block.BlockStore;
import io.sluice.scheduler.LedgerReading;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Knows what must come out, from what was received and what the ledger took. What it finds names the invariant that is
 * broken:
 *
 * <ul>
 *   <li>I1 each block is in one batch, and each batch is cut once;
 *   <li>I2 batches commit in order, and none runs again for effect;
 *   <li>I3 outputs follow from the cut and what was before;
 *   <li>I4 nothing that was acknowledged is lost while a copy is left;
 *   <li>I5 a sink takes each batch once;
 *   <li>I6 an old epoch changes nothing;
 *   <li>I7 what is received and kept in memory, and what waits, stays under its bounds;
 *   <li>I8 a graceful end processes all that was received.
 * </ul>
 */
final class Oracle {

  /** What a batch must give. */
  private record Expected(
      List<Integer> seen,
      Map<Integer, Long> totals,
      Map<Integer, Long> parities,
      Map<Integer, Long> window,
      Map<Integer, Long> chained) {}

  /** The number of the simulated context. */
  static final long CONTEXT = 1;

  private static final Set<BlockId.Kind> UNBOUNDED =
      EnumSet.complementOf(EnumSet.of(BlockId.Kind.RECEIVED, BlockId.Kind.DATASET));

  private final SimulatedProgram.Form form;
  private final LongSupplier clock;
  private final Copies copies = new Copies();
  private final SinkStore sink = new SinkStore();
  private final Map<BlockId, List<Integer>> received = new HashMap<>();
  private final Map<Integer, Set<BlockId>> blocksOf = new HashMap<>();
  private final TreeMap<Long, List<BlockId>> cuts = new TreeMap<>();
  private final TreeMap<Long, Expected> expected = new TreeMap<>();
  private final Map<BlockId, Long> batchOf = new HashMap<>();
  private final TreeMap<Long, Long> committed = new TreeMap<>();
  private final Set<BlockId> counted = new LinkedHashSet<>();
  private final Set<Integer> acknowledged = new LinkedHashSet<>();
  private final Set<String> outputs = new HashSet<>();
  private @Nullable String ended;
  private long newestEpoch;

  /** @param clock tells the world's time in microseconds */
  Oracle(SimulatedProgram.Form form, LongSupplier clock) {
    this.form = form;
    this.clock = clock;
  }

  Copies copies() {
    return copies;
  }

  SinkStore sink() {
    return sink;
  }

  boolean isEnded() {
    return ended != null;
  }

  /** Batches that are done. */
  int committedBatches() {
    return committed.size();
  }

  int numbersCut() {
    return cuts.values().stream()
        .flatMap(List::stream)
        .mapToInt(block -> received.getOrDefault(block, List.of()).size())
        .sum();
  }

  /** A node has a block. */
  void stored(String node, BlockId block, List<Integer> numbers) {
    copies.arrived(block, node, clock.getAsLong());
    List<Integer> before = received.putIfAbsent(block, numbers);
    if (before != null) {
      assertThat(numbers).as("I3: copies of %s are alike", block).isEqualTo(before);
    }
    numbers.forEach(
        number -> blocksOf.computeIfAbsent(number, any -> new LinkedHashSet<>()).add(block));
  }

  /** A driver has opened an epoch, which seals all before. */
  void opened(long epoch) {
    newestEpoch = Math.max(newestEpoch, epoch);
  }

  /** The ledger has taken an entry. */
  void appended(long epoch, LedgerReading entry) {
    assertThat(epoch)
        .as("I6: epoch whose %s the ledger takes", entry.kind())
        .isEqualTo(newestEpoch);
    assertThat(ended)
        .as("I6: the context has ended, but decides %s", entry.kind())
        .isNull();
    copies.appended(entry, clock.getAsLong());
    entry.cut().ifPresent(this::cut);
    entry.committed().ifPresent(batch -> committed(batch, epoch));
    entry.ended().ifPresent(this::ended);
  }

  private void committed(long batch, long epoch) {
    assertThat(cuts).as("I2: batch %d commits after its cut", batch).containsKey(batch);
    assertThat(committed).as("I2: batch %d commits once", batch).doesNotContainKey(batch);
    if (!committed.isEmpty()) {
      assertThat(batch).as("I2: order of commits").isGreaterThan(committed.lastKey());
    }
    for (String output : form.outputs()) {
      assertThat(outputs.contains(output + batch))
          .as("I2: %s is put out before batch %d commits", output, batch)
          .isTrue();
    }
    committed.put(batch, epoch);
  }

  private void cut(LedgerReading.Cut cut) {
    long batch = cut.batchMillis();
    assertThat(cuts).as("I1: batch %d is cut once", batch).doesNotContainKey(batch);
    if (!cuts.isEmpty()) {
      assertThat(batch).as("I1: order of cuts").isGreaterThan(cuts.lastKey());
    }
    List<BlockId> blocks = cut.blocks().stream().map(BlockRef::id).toList();
    for (BlockRef ref : cut.blocks()) {
      BlockId block = ref.id();
      copies.claimed(ref);
      Long other = batchOf.put(block, batch);
      assertThat(other).as("I1: batch of %s, which %d has", block, batch).isNull();
    }
    cuts.put(batch, blocks);
    long decided = committed.isEmpty() ? Long.MIN_VALUE : committed.lastKey();
    assertThat(cuts.tailMap(decided, false))
        .as("I7: batches that run or wait")
        .hasSizeLessThanOrEqualTo(WorldSystem.SETTINGS.batch().maxWaiting() + 1);
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
    long oldest = batch - (SimulatedProgram.PANES - 1) * SimulatedProgram.INTERVAL.toMillis();
    TreeMap<Integer, Long> window = new TreeMap<>();
    cuts.tailMap(oldest).keySet().forEach(pane -> add(window, numbers(pane)));
    TreeMap<Integer, Long> chained = new TreeMap<>(parities);
    expected
        .tailMap(oldest)
        .values()
        .forEach(
            pane -> pane.parities.forEach((key, total) -> chained.merge(key, total, Long::sum)));
    return new Expected(seen, totals, parities, window, chained);
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

  /**
   * An output of a batch, committed or not: it follows from the cut and what was before.
   *
   * @param epoch of the driver that makes it
   */
  void output(long epoch, String name, long batch, Object value) {
    assertThat(expected)
        .as("I1: cut of batch %d, whose %s is put out", batch, name)
        .containsKey(batch);
    Long committedBy = committed.get(batch);
    if (committedBy != null) {
      assertThat(epoch)
          .as("I2: epoch that puts out %s of committed batch %d again", name, batch)
          .isLessThan(committedBy);
    }
    Expected known = requireNonNull(expected.get(batch));
    Object wanted = switch (name) {
      case SimulatedProgram.SEEN -> known.seen;
      case SimulatedProgram.TOTALS -> known.totals;
      case SimulatedProgram.PARITIES -> known.parities;
      case SimulatedProgram.CHAINED -> known.chained;
      default -> known.window;
    };
    assertThat(value).as("I3: %s of batch %d", name, batch).isEqualTo(wanted);
    outputs.add(name + batch);
  }

  /** A sink commits a batch. */
  void sinkCommits(long batch) {
    assertThat(committed).as("I5: a sink commits a batch that is decided").containsKey(batch);
  }

  /** A node has stored something. What the driver sends, and copies of changes, are not what its bound is for. */
  void held(String node, BlockStore blocks) {
    long bound = WorldSystem.SETTINGS.block().memoryBytes();
    long others = UNBOUNDED.stream()
        .flatMap(kind -> blocks.ids(kind).stream())
        .mapToLong(id -> blocks.extent(id).map(BlockStore.Extent::bytes).orElse(0L))
        .sum();
    assertThat(blocks.memoryBytes() - others)
        .as("I7: bytes that %s holds in memory", node)
        .isLessThanOrEqualTo(bound + bound / 8);
  }

  /** A receiver has heard that blocks are counted, by their numbers. */
  void counted(int stream, List<Long> numbers) {
    numbers.forEach(number -> counted.add(BlockId.received(CONTEXT, stream, number)));
  }

  /** The source has heard that numbers are stored. */
  void acknowledged(List<Integer> numbers) {
    acknowledged.addAll(numbers);
  }

  private void ended(String reason) {
    ended = reason;
    if (reason.startsWith("State of partitions")) {
      assertThat(copies.mayStateBeGone())
          .as("I4: no copy of some state is left: %s", reason)
          .isTrue();
    } else if (reason.startsWith("No copy of block") || reason.startsWith("Block received-")) {
      List<BlockId> needed = cuts.entrySet().stream()
          .filter(cut -> !committed.containsKey(cut.getKey()))
          .flatMap(cut -> cut.getValue().stream())
          .toList();
      assertThat(copies.mayBeGone(needed)).as("I4: no copy is left: %s", reason).isTrue();
    } else {
      assertThat(reason).as("I4: why the context has ended").isEqualTo("stopped");
    }
  }

  /** Whether all copies of something were lost, so that the context could not go on. */
  boolean isBeyondRepair() {
    return ended != null && !ended.equals("stopped");
  }

  /**
   * The context has ended as it was asked to.
   *
   * @param complete what receivers had taken that ended last
   */
  void stopped(Set<Integer> complete) {
    assertThat(committed.keySet()).as("I8: all cut batches are committed").isEqualTo(cuts.keySet());
    Set<Integer> numbers = new HashSet<>();
    batchOf.keySet().stream()
        .flatMap(block -> numbers(block).stream())
        .forEach(number -> assertThat(numbers.add(number))
            .as("I1: %d is received once", number)
            .isTrue());
    counted.removeAll(batchOf.keySet());
    // Numbers of a source that is read again come in other blocks.
    counted.removeIf(block -> copies.mayBeGone(block) || numbers.containsAll(numbers(block)));
    assertThat(counted).as("I4: counted, but in no batch").isEmpty();
    assertThat(numbers).as("I8: all that was received is processed").containsAll(complete);
    assertThat(lost(numbers)).as("I4: acknowledged, but in no batch").isEmpty();
    committed
        .keySet()
        .forEach(batch -> assertThat(sink.visible(batch))
            .as("I5: what a sink has of batch %d", batch)
            .isEqualTo(requireNonNull(expected.get(batch)).seen));
  }

  /** What was acknowledged and is not cut, though a copy must be left. */
  private List<Integer> lost(Set<Integer> cut) {
    List<Integer> lost = new ArrayList<>();
    for (Integer number : acknowledged) {
      Set<BlockId> blocks = blocksOf.getOrDefault(number, Set.of());
      if (!cut.contains(number) && !copies.mayBeGone(blocks)) {
        lost.add(number);
      }
    }
    return lost;
  }
}
