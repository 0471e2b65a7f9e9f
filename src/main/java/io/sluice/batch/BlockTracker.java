package io.sluice.batch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Which received block belongs to which batch: every reported block to exactly one, every batch cut once. */
public final class BlockTracker {

  /**
   * All that counts.
   *
   * @param numbers of the blocks that some batch has or had
   * @param unassigned the blocks that no batch has yet; null, as in what earlier versions wrote, for none
   */
  public record Snapshot(
      List<Blocks> batches, List<Numbers> numbers, @Nullable List<BlockRef> unassigned) {}

  /** The blocks of a batch. */
  public record Blocks(long batchMillis, List<BlockRef> blocks) {}

  /** Which block numbers of a stream, in one attempt of its receiver, some batch has or had. */
  public record Numbers(long key, long allUpTo, List<Long> beyond) {}

  private final Map<Integer, List<BlockRef>> unassigned = new HashMap<>();
  private final TreeMap<Long, Map<Integer, List<BlockRef>>> batches = new TreeMap<>();
  private final Map<Long, Seen> seen = new HashMap<>();

  /** Takes a reported block; false if it was reported before. */
  public boolean add(BlockRef block) {
    if (!seen.computeIfAbsent(key(block.id()), key -> new Seen()).add(number(block.id()))) {
      return false;
    }
    unassigned.computeIfAbsent(block.id().owner(), key -> new ArrayList<>()).add(block);
    return true;
  }

  /** Whether the block was reported before, though it may be forgotten by now. */
  public boolean isKnown(BlockId block) {
    Seen numbers = seen.get(key(block));
    return numbers != null && numbers.contains(number(block));
  }

  /** Whether some batch has, or had, the block; like all of the tracker, in whichever run of the context. */
  public boolean isCut(BlockId block) {
    return isKnown(block)
        && unassigned.getOrDefault(block.owner(), List.of()).stream()
            .noneMatch(open -> open.id().sequence() == block.sequence());
  }

  /** The blocks that a batch, or the next one, has. */
  public Set<BlockId> ids() {
    return blocks().map(BlockRef::id).collect(Collectors.toSet());
  }

  private static long key(BlockId block) {
    return (long) block.owner() << 32 | block.sequence() >>> 40;
  }

  private static long number(BlockId block) {
    return block.sequence() & ((1L << 40) - 1);
  }

  public Snapshot snapshot() {
    List<Blocks> cut = new ArrayList<>();
    batches.forEach((millis, streams) -> cut.add(
        new Blocks(millis, streams.values().stream().flatMap(List::stream).toList())));
    List<Numbers> numbers = new ArrayList<>();
    seen.forEach((key, known) -> {
      Set<Long> open = unassigned.values().stream()
          .flatMap(List::stream)
          .filter(block -> key(block.id()) == key)
          .map(block -> number(block.id()))
          .collect(Collectors.toSet());
      numbers.add(known.without(key, open));
    });
    return new Snapshot(
        cut, numbers, unassigned.values().stream().flatMap(List::stream).toList());
  }

  public static BlockTracker of(Snapshot snapshot) {
    BlockTracker tracker = new BlockTracker();
    snapshot.batches().forEach(batch -> {
      Map<Integer, List<BlockRef>> streams = new HashMap<>();
      batch
          .blocks()
          .forEach(block -> streams
              .computeIfAbsent(block.id().owner(), key -> new ArrayList<>())
              .add(block));
      tracker.batches.put(batch.batchMillis(), streams);
    });
    snapshot.numbers().forEach(numbers -> tracker.seen.put(numbers.key(), new Seen(numbers)));
    Optional.ofNullable(snapshot.unassigned()).ifPresent(open -> open.forEach(tracker::add));
    return tracker;
  }

  /** Gives all unassigned blocks to the batch, unless it was cut before. */
  public void cut(long batchMillis) {
    if (!batches.containsKey(batchMillis)) {
      batches.put(batchMillis, new HashMap<>(unassigned));
      unassigned.clear();
    }
  }

  /** All blocks of a batch. */
  public List<BlockRef> blocks(long batchMillis) {
    return batches.getOrDefault(batchMillis, Map.of()).values().stream()
        .flatMap(List::stream)
        .toList();
  }

  /** The stream's blocks of a batch, in the order of their report. */
  public List<BlockRef> blocks(int stream, long batchMillis) {
    return List.copyOf(batches.getOrDefault(batchMillis, Map.of()).getOrDefault(stream, List.of()));
  }

  /** Records of each stream in a batch. */
  public Map<Integer, Long> records(long batchMillis) {
    Map<Integer, Long> records = new HashMap<>();
    batches
        .getOrDefault(batchMillis, Map.of())
        .forEach((stream, blocks) ->
            records.put(stream, blocks.stream().mapToLong(BlockRef::records).sum()));
    return records;
  }

  public boolean hasUnassigned() {
    return !unassigned.isEmpty();
  }

  /** Forgets the stream's blocks of all batches up to a time and names them. */
  public List<BlockId> release(int stream, long upToMillis) {
    List<BlockId> released = new ArrayList<>();
    for (Map<Integer, List<BlockRef>> batch : batches.headMap(upToMillis, true).values()) {
      List<BlockRef> blocks = batch.remove(stream);
      if (blocks != null) {
        blocks.forEach(block -> released.add(block.id()));
      }
    }
    return released;
  }

  /** Forgets batches older than a time; their blocks must have been released. */
  public void forgetBefore(long millis) {
    batches.headMap(millis, false).values().removeIf(Map::isEmpty);
  }

  /** Whether a node alone holds some block. */
  public boolean onlyOn(String address) {
    List<String> alone = List.of(address);
    return blocks().anyMatch(block -> block.holders().equals(alone));
  }

  /** A node no longer holds anything; names the blocks that nobody else holds. */
  public List<BlockRef> removeHolder(String address) {
    List<BlockRef> lost =
        blocks().filter(block -> block.holders().equals(List.of(address))).toList();
    unassigned.replaceAll((stream, blocks) -> without(address, blocks));
    batches
        .values()
        .forEach(batch -> batch.replaceAll((stream, blocks) -> without(address, blocks)));
    return lost;
  }

  /** Nodes that hold blocks too; blocks that are forgotten by now are left out. */
  public void addHolders(Map<BlockId, List<String>> holders) {
    unassigned.replaceAll((stream, blocks) -> with(holders, blocks));
    batches.values().forEach(batch -> batch.replaceAll((stream, blocks) -> with(holders, blocks)));
  }

  /** The blocks that the node holds. */
  public List<BlockRef> heldBy(String address) {
    return blocks().filter(block -> block.holders().contains(address)).toList();
  }

  /** All blocks that some batch, or the next one, has. */
  public Stream<BlockRef> blocks() {
    return Stream.concat(Stream.of(unassigned), batches.values().stream())
        .flatMap(blocks -> blocks.values().stream())
        .flatMap(List::stream);
  }

  private static List<BlockRef> with(Map<BlockId, List<String>> holders, List<BlockRef> blocks) {
    List<BlockRef> changed = new ArrayList<>(blocks.size());
    for (BlockRef block : blocks) {
      BlockRef known = block;
      for (String address : holders.getOrDefault(block.id(), List.of())) {
        known = known.holders().contains(address) ? known : known.alsoOn(address);
      }
      changed.add(known);
    }
    return changed;
  }

  private static List<BlockRef> without(String address, List<BlockRef> blocks) {
    List<BlockRef> left = new ArrayList<>(blocks.size());
    for (BlockRef block : blocks) {
      left.add(new BlockRef(
          block.id(),
          block.records(),
          block.sizeBytes(),
          block.holders().stream().filter(holder -> !holder.equals(address)).toList()));
    }
    return left;
  }

  /** Numbers that were seen, kept as all up to a bound and the few beyond it. */
  private static final class Seen {
    private final TreeSet<Long> beyond = new TreeSet<>();
    private long allUpTo;

    Seen() {}

    Seen(Numbers numbers) {
      allUpTo = numbers.allUpTo();
      beyond.addAll(numbers.beyond());
    }

    boolean contains(long number) {
      return number <= allUpTo || beyond.contains(number);
    }

    Numbers without(long key, Set<Long> open) {
      long bound = Math.min(
          allUpTo, open.stream().mapToLong(Long::longValue).min().orElse(Long.MAX_VALUE) - 1);
      List<Long> more = new ArrayList<>(beyond);
      for (long number = bound + 1; number <= allUpTo; number++) {
        more.add(number);
      }
      more.removeAll(open);
      return new Numbers(key, bound, more);
    }

    boolean add(long number) {
      if (number <= allUpTo || !beyond.add(number)) {
        return false;
      }
      while (beyond.remove(allUpTo + 1)) {
        allUpTo++;
      }
      return true;
    }
  }
}
