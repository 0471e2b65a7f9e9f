package io.sluice.scheduler;

import io.sluice.plan.Node;
import io.sluice.plan.Program;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The batches that are over and can still be read. */
final class History {

  private final Program program;
  private final long zeroMillis;
  private final long keepGeneratedMillis;
  private final TreeMap<Long, Map<Integer, Node>> generated = new TreeMap<>();
  private long committedMillis;

  History(Program program, long zeroMillis) {
    this.program = program;
    this.zeroMillis = zeroMillis;
    this.committedMillis = zeroMillis;
    this.keepGeneratedMillis = program.nodes().stream()
        .filter(Node.Generated.class::isInstance)
        .mapToLong(node -> program.keepMillis(node.id()))
        .max()
        .orElse(0);
  }

  /** A batch is over, with what functions on the driver made in it. */
  void committed(long batchMillis, Map<Integer, Node> made) {
    committedMillis = batchMillis;
    generated.put(batchMillis, Map.copyOf(made));
    generated.headMap(batchMillis - keepGeneratedMillis, true).clear();
  }

  /** What a function on the driver made in a batch. */
  Optional<Node> generated(Node.Generated node, long batchMillis) {
    return Optional.ofNullable(generated.getOrDefault(batchMillis, Map.of()).get(node.id()));
  }

  /** Whether the node's dataset of the batch can be read. */
  boolean isRemembered(Node node, long batchMillis) {
    return batchMillis <= committedMillis
        && batchMillis > committedMillis - program.keepMillis(node.id());
  }

  /** The batches between two times, both included, whose dataset of the node can be read. */
  List<Long> remembered(Node node, long fromMillis, long toMillis) {
    long interval = program.intervalMillis();
    long oldest = Math.max(fromMillis, committedMillis - program.keepMillis(node.id()) + 1);
    long first = Math.max(1, -Math.floorDiv(zeroMillis - oldest, interval));
    List<Long> times = new ArrayList<>();
    for (long time = zeroMillis + first * interval;
        time <= Math.min(toMillis, committedMillis);
        time += interval) {
      if (program.isDue(node, time, zeroMillis)) {
        times.add(time);
      }
    }
    return times;
  }
}
