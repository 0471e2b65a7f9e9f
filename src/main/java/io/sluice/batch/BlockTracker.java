package io.sluice.batch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Which received block belongs to which batch: every reported block to exactly one, every batch cut once. */
public final class BlockTracker {

  private final Map<Integer, List<BlockRef>> unassigned = new HashMap<>();
  private final TreeMap<Long, Map<Integer, List<BlockRef>>> batches = new TreeMap<>();
  private final Map<Long, Seen> seen = new HashMap<>();

  /** Takes a reported block; false if it was reported before. */
  public boolean add(BlockRef block) {
    int stream = block.id().owner();
    long attempt = block.id().sequence() >>> 40;
    Seen numbers = seen.computeIfAbsent(((long) stream << 32) | attempt, key -> new Seen());
    if (!numbers.add(block.id().sequence() & ((1L << 40) - 1))) {
      return false;
    }
    unassigned.computeIfAbsent(stream, key -> new ArrayList<>()).add(block);
    return true;
  }

  /** Gives all unassigned blocks to the batch, unless it was cut before. */
  public void cut(long batchMillis) {
    if (!batches.containsKey(batchMillis)) {
      batches.put(batchMillis, new HashMap<>(unassigned));
      unassigned.clear();
    }
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

  private Stream<BlockRef> blocks() {
    return Stream.concat(Stream.of(unassigned), batches.values().stream())
        .flatMap(blocks -> blocks.values().stream())
        .flatMap(List::stream);
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
