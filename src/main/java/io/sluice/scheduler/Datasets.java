package io.sluice.scheduler;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Where the kept datasets of batches lie. */
final class Datasets {

  /** A partition, the job and attempt that made it, and the workers that hold it, the one that made it first. */
  record Partition(int id, long maker, List<String> holders) {
    /** The partition's number in keyed data. */
    int number() {
      return id & 0xFFFF;
    }
  }

  private record Key(int node, long batchMillis) {}

  private final Map<Key, TreeMap<Integer, Partition>> datasets = new HashMap<>();

  boolean contains(int node, long batchMillis) {
    return datasets.containsKey(new Key(node, batchMillis));
  }

  /** Says that the dataset is being made, with the partitions it will have. */
  void begin(int node, long batchMillis) {
    datasets.put(new Key(node, batchMillis), new TreeMap<>());
  }

  void add(int node, long batchMillis, Partition partition) {
    datasets
        .computeIfAbsent(new Key(node, batchMillis), key -> new TreeMap<>())
        .put(partition.id(), partition);
  }

  /** The dataset's partitions; none if it is not kept. */
  Collection<Partition> partitions(int node, long batchMillis) {
    return datasets.getOrDefault(new Key(node, batchMillis), new TreeMap<>()).values();
  }

  void remove(int node, long batchMillis) {
    datasets.remove(new Key(node, batchMillis));
  }

  /** Forgets datasets that workers drop at the commit of a batch. */
  void expire(long committedMillis, Map<Integer, Long> keepMillis, long readFromMillis) {
    datasets
        .keySet()
        .removeIf(key -> key.batchMillis <= committedMillis - keepMillis.getOrDefault(key.node, 0L)
            && key.batchMillis < readFromMillis);
  }

  /** The partitions that were made up to a batch, of these nodes. */
  List<Decision.Stored> upTo(long batchMillis, Set<Integer> nodes) {
    List<Decision.Stored> stored = new ArrayList<>();
    for (Key key : datasets.keySet()) {
      if (key.batchMillis <= batchMillis && nodes.contains(key.node)) {
        addStored(key, stored);
      }
    }
    return stored;
  }

  /** The partitions that a batch has made, of these nodes. */
  List<Decision.Stored> of(long batchMillis, Set<Integer> nodes) {
    List<Decision.Stored> stored = new ArrayList<>();
    for (int node : nodes) {
      addStored(new Key(node, batchMillis), stored);
    }
    return stored;
  }

  private void addStored(Key key, List<Decision.Stored> stored) {
    for (Partition partition : partitions(key.node, key.batchMillis)) {
      stored.add(new Decision.Stored(key.node, key.batchMillis, partition));
    }
  }

  void removeHolder(String worker) {
    datasets
        .values()
        .forEach(partitions -> partitions.replaceAll((id, partition) -> new Partition(
            id,
            partition.maker,
            partition.holders.stream().filter(holder -> !holder.equals(worker)).toList())));
  }

  /** Whether the worker alone holds something of these nodes. */
  boolean onlyOn(String worker, Set<Integer> nodes) {
    return datasets.entrySet().stream()
        .filter(dataset -> nodes.contains(dataset.getKey().node))
        .flatMap(dataset -> dataset.getValue().values().stream())
        .anyMatch(partition -> partition.holders.equals(List.of(worker)));
  }

  /** A copy of one keyed partition of all datasets was made. */
  void addHolder(int partitionNumber, int modulo, String owner, String standby) {
    datasets
        .values()
        .forEach(partitions ->
            partitions.replaceAll((id, partition) -> partition.number() % modulo == partitionNumber
                    && partition.holders.contains(owner)
                    && !partition.holders.contains(standby)
                ? new Partition(id, partition.maker, with(partition.holders, standby))
                : partition));
  }

  private static List<String> with(List<String> holders, String more) {
    List<String> all = new ArrayList<>(holders);
    all.add(more);
    return List.copyOf(all);
  }
}
