package io.sluice.scheduler;

import io.sluice.task.WorkerEvent;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The batches whose state is complete on durable storage: which of them are kept, and which files that takes.
 *
 * <p>The newest is always one of them, the others are at least an interval apart.
 */
final class Versions {

  /** What all workers have said of a batch. */
  private static final class Version {
    private final Set<Integer> missing;
    private final Set<String> awaited;
    private final Map<String, Integer> oldestFiles = new HashMap<>();

    Version(int partitions, Set<String> workers) {
      this.missing = new HashSet<>();
      for (int partition = 0; partition < partitions; partition++) {
        missing.add(partition);
      }
      this.awaited = new HashSet<>(workers);
    }
  }

  private final int keep;
  private final long keepForMillis;
  private final long intervalMillis;
  private final TreeMap<Long, Version> open = new TreeMap<>();
  private final Deque<Long> kept = new ArrayDeque<>();
  private final TreeMap<Long, Map<String, Integer>> files = new TreeMap<>();

  /**
   * @param keep how many versions
   * @param keepForMillis younger ones are kept too, in batch time
   * @param intervalMillis batch time between two of them
   */
  Versions(int keep, long keepForMillis, long intervalMillis) {
    this.keep = keep;
    this.keepForMillis = keepForMillis;
    this.intervalMillis = intervalMillis;
  }

  /** A batch was committed; these workers will say when it is safe. */
  void committed(long batchMillis, int partitions, Set<String> workers) {
    open.put(batchMillis, new Version(partitions, workers));
  }

  /** Batches that are committed and not yet known to be safe. */
  int unsafe() {
    return open.size();
  }

  /** A batch is safe on one worker. Gives the time of the oldest version that is kept now, if the batch made one. */
  Optional<Long> persisted(WorkerEvent.Persisted said) {
    Version version = open.get(said.batchMillis());
    if (version == null) {
      return Optional.empty();
    }
    version.awaited.remove(said.address());
    version.missing.removeAll(said.partitions());
    version.oldestFiles.put(said.writer(), said.oldestFile());
    if (!version.awaited.isEmpty()) {
      return Optional.empty();
    }
    NavigableMap<Long, Version> over = open.headMap(said.batchMillis(), true);
    over.clear();
    return version.missing.isEmpty()
        ? Optional.of(add(said.batchMillis(), version.oldestFiles))
        : Optional.empty();
  }

  /** A worker is lost: what it has not said it will not say. */
  void workerLost(String worker) {
    open.values().removeIf(version -> version.awaited.contains(worker));
  }

  /** A batch that leaves nothing behind is safe when it is committed. Gives the time of the oldest version. */
  long add(long batchMillis, Map<String, Integer> oldestFiles) {
    Long newest = kept.pollLast();
    Long before = kept.peekLast();
    if (newest != null && (before == null || newest - before >= intervalMillis)) {
      kept.addLast(newest);
    } else if (newest != null) {
      files.remove(newest);
    }
    kept.addLast(batchMillis);
    files.put(batchMillis, oldestFiles);
    while (kept.size() > keep && batchMillis - kept.getFirst() >= keepForMillis) {
      files.remove(kept.removeFirst());
    }
    return kept.getFirst();
  }

  /** The oldest file of each writer that some kept version takes. */
  Map<String, Integer> oldestFiles() {
    Map<String, Integer> oldest = new HashMap<>();
    files
        .values()
        .forEach(version ->
            version.forEach((writer, number) -> oldest.merge(writer, number, Math::min)));
    return oldest;
  }
}
