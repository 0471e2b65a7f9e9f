package io.sluice.scheduler;

import static java.util.Objects.requireNonNull;

import io.sluice.batch.BlockId;
import io.sluice.batch.BlockRef;
import io.sluice.batch.BlockTracker;
import io.sluice.task.WorkerCommand;
import io.sluice.task.WorkerEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Copies of received blocks that went with a worker, or will go with one that leaves, and are made again on others. */
final class BlockCopies {

  private static final int MAX_ORDERS = 4;
  private static final int MAX_BLOCKS = 64;
  private static final long MAX_BYTES = 16 << 20;

  /** Blocks to be copied from a worker to another, under a number that no other order has. */
  record Order(long number, String holder, String target, List<BlockRef> blocks) {
    WorkerCommand.CopyBlocks message(long epoch) {
      return new WorkerCommand.CopyBlocks(
          epoch, number, blocks.stream().map(BlockRef::id).toList(), target);
    }
  }

  private record Way(String holder, String target) {}

  private final Map<BlockId, Integer> missing = new LinkedHashMap<>();
  private final Map<Long, Order> open = new TreeMap<>();
  private final List<Order> incomplete = new ArrayList<>();
  private long numbers;

  /** Each of these blocks has one copy less. */
  void thinned(List<BlockRef> blocks) {
    blocks.forEach(block -> missing.merge(block.id(), 1, Integer::sum));
  }

  /** Whether copies are under way or wait. */
  boolean isIdle() {
    return missing.isEmpty() && open.isEmpty();
  }

  /**
   * What can be copied now.
   *
   * @param staying the workers that may hold copies
   */
  List<Order> next(BlockTracker tracker, List<String> staying) {
    if (missing.isEmpty() || open.size() >= MAX_ORDERS) {
      return List.of();
    }
    Map<BlockId, BlockRef> known =
        tracker.blocks().collect(Collectors.toMap(BlockRef::id, block -> block));
    incomplete.removeIf(
        order -> order.blocks.stream().noneMatch(block -> known.containsKey(block.id())));
    Set<BlockId> underWay = open.values().stream()
        .flatMap(order -> order.blocks.stream())
        .map(BlockRef::id)
        .collect(Collectors.toSet());
    Map<Way, List<BlockRef>> byWay = new LinkedHashMap<>();
    Map<Way, Long> bytes = new HashMap<>();
    missing.keySet().removeIf(id -> way(known.get(id), staying).isEmpty());
    List<BlockId> waiting = new ArrayList<>(missing.keySet());
    waiting.removeAll(underWay);
    for (BlockId id : waiting) {
      BlockRef block = requireNonNull(known.get(id));
      Way way = way(block, staying).orElseThrow();
      List<BlockRef> blocks = byWay.computeIfAbsent(way, none -> new ArrayList<>());
      long sum = bytes.merge(way, block.sizeBytes(), Long::sum);
      if (blocks.isEmpty() || (blocks.size() < MAX_BLOCKS && sum <= MAX_BYTES)) {
        blocks.add(block);
      }
    }
    List<Order> orders = byWay.entrySet().stream()
        .limit(MAX_ORDERS - open.size())
        .map(way -> new Order(
            ++numbers, way.getKey().holder, way.getKey().target, List.copyOf(way.getValue())))
        .toList();
    orders.forEach(order -> open.put(order.number, order));
    return orders;
  }

  /** From the first holder to one of those that have no copy yet; nothing if all have one, or none. */
  private static Optional<Way> way(@Nullable BlockRef block, List<String> staying) {
    if (block == null || block.holders().isEmpty()) {
      return Optional.empty();
    }
    List<String> targets = new ArrayList<>(staying);
    targets.removeAll(block.holders());
    return targets.isEmpty()
        ? Optional.empty()
        : Optional.of(new Way(
            block.holders().get(0), targets.get((int) (block.id().sequence() % targets.size()))));
  }

  /** An order has ended; gives it if all of it was copied. What was not is not tried again: a worker that cannot take it is full. */
  Optional<Order> ended(WorkerEvent.BlocksCopied copied) {
    Order order = open.remove(copied.number());
    if (order == null) {
      return Optional.empty();
    }
    order.blocks.forEach(
        block -> missing.computeIfPresent(block.id(), (id, left) -> left > 1 ? left - 1 : null));
    if (copied.complete()) {
      return Optional.of(order);
    }
    incomplete.add(order);
    return Optional.empty();
  }

  /** Nobody answers for a lost worker; its blocks are looked at again. Gives who may have been given a block by it. */
  Map<BlockId, List<String>> workerLost(String worker) {
    Map<BlockId, List<String>> perhaps = new HashMap<>();
    Stream.concat(open.values().stream(), incomplete.stream())
        .filter(order -> order.holder.equals(worker))
        .forEach(
            order -> order.blocks.forEach(block -> perhaps.put(block.id(), List.of(order.target))));
    open.values().removeIf(order -> order.holder.equals(worker) || order.target.equals(worker));
    incomplete.removeIf(order -> order.holder.equals(worker) || order.target.equals(worker));
    return perhaps;
  }
}
