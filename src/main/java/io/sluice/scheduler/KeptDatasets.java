package io.sluice.scheduler;

import io.sluice.plan.Node;
import io.sluice.plan.StageCompiler.Keeping;
import io.sluice.task.WorkerCommand;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The datasets that the program asked to keep, once they are complete. Nobody waits for one: until it is complete
 * whoever needs it computes it, and when a part is lost it is computed again.
 */
final class KeptDatasets {

  /** What one attempt of a job kept of a node: the workers that hold each partition, its maker first. */
  record Dataset(
      int node, long batchMillis, long maker, TreeMap<Integer, List<String>> partitions) {}

  private final long epoch;
  private final Consumer<WorkerCommand> toAllWorkers;
  private final Map<Integer, Dataset> datasets = new HashMap<>();
  private final Set<Integer> released = new HashSet<>();

  KeptDatasets(long epoch, Consumer<WorkerCommand> toAllWorkers) {
    this.epoch = epoch;
    this.toAllWorkers = toAllWorkers;
  }

  Keeping keeping(Node.Kept node) {
    if (released.contains(node.id())) {
      return Keeping.IGNORE;
    }
    return datasets.containsKey(node.id()) ? Keeping.READ : Keeping.MAKE;
  }

  /** Takes what a finished job kept; where two jobs made the same, the first counts. */
  void add(Collection<Dataset> made) {
    for (Dataset dataset : made) {
      if (!released.contains(dataset.node)) {
        datasets.putIfAbsent(dataset.node, dataset);
      }
      drop(dataset.node);
    }
  }

  /** Drops what is left of jobs that have failed, unless another is making the same. */
  void abandon(Collection<Integer> nodes) {
    nodes.forEach(this::drop);
  }

  /** The partitions of a dataset that is there, and who made them. */
  Dataset get(Node.Kept node) {
    Dataset dataset = datasets.get(node.id());
    if (dataset == null) {
      throw new IllegalStateException("Nothing is kept of " + node);
    }
    return dataset;
  }

  /** From now on the node is computed whenever it is needed. */
  void release(int node) {
    released.add(node);
    datasets.remove(node);
    drop(node);
  }

  /** As {@link #release}, of a node that nobody can use any more. */
  void forget(int node) {
    release(node);
    released.remove(node);
  }

  /** Forgets what went with its batch. */
  void expire(long committedMillis) {
    datasets
        .values()
        .removeIf(dataset -> dataset.batchMillis >= 0 && dataset.batchMillis <= committedMillis);
  }

  void removeHolder(String worker) {
    for (Dataset dataset : List.copyOf(datasets.values())) {
      dataset.partitions.replaceAll((id, holders) -> without(worker, holders));
      if (dataset.partitions.containsValue(List.of())) {
        datasets.remove(dataset.node);
        drop(dataset.node);
      }
    }
  }

  private void drop(int node) {
    Dataset left = datasets.get(node);
    toAllWorkers.accept(new WorkerCommand.DropKept(epoch, node, left == null ? 0 : left.maker));
  }

  private static List<String> without(String worker, List<String> holders) {
    List<String> left = new ArrayList<>(holders);
    left.remove(worker);
    return List.copyOf(left);
  }
}
