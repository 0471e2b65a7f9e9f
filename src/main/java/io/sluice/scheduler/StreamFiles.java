package io.sluice.scheduler;

import io.sluice.plan.FoundFile;
import io.sluice.plan.Node;
import io.sluice.plan.Program;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What streams of files have found: which files each batch has, as long as it may be run again, and all that they know. */
final class StreamFiles {

  /** All of it, for the ledger. */
  record Snapshot(List<Known> known, List<Decision.Found> batches) {
    static final Snapshot NONE = new Snapshot(List.of(), List.of());
  }

  /** What the stream of a node knows. */
  record Known(int node, List<FoundFile> files) {}

  private final Map<Integer, TreeMap<String, FoundFile>> known = new TreeMap<>();
  private final TreeMap<Long, Map<Integer, Decision.Found>> batches = new TreeMap<>();

  static StreamFiles of(Snapshot snapshot) {
    StreamFiles files = new StreamFiles();
    snapshot.known.forEach(stream -> files.know(stream.node, stream.files));
    snapshot.batches.forEach(files::keep);
    return files;
  }

  Snapshot snapshot() {
    List<Known> all = new ArrayList<>();
    known.forEach((node, files) -> all.add(new Known(node, List.copyOf(files.values()))));
    return new Snapshot(
        all, batches.values().stream().flatMap(batch -> batch.values().stream()).toList());
  }

  /** Streams that no driver before has had begin with what was there when they were made. */
  void begin(Program program, long zeroMillis) {
    for (Node.Generated node : program.generated()) {
      if (node.generator() instanceof Node.Finder finder && !known.containsKey(node.id())) {
        know(
            node.id(),
            finder.present().stream()
                .map(file -> file.become(FoundFile.Standing.KNOWN, zeroMillis))
                .toList());
      }
    }
  }

  /** What the next driver must know of a program that begins. */
  List<Decision.Found> beginning() {
    return snapshot().known.stream()
        .map(stream -> new Decision.Found(Recovered.NONE, stream.node, stream.files))
        .toList();
  }

  void found(Decision.Found found) {
    know(found.node(), found.files());
    keep(found);
  }

  private void keep(Decision.Found found) {
    batches
        .computeIfAbsent(found.batchMillis(), unknown -> new TreeMap<>())
        .put(found.node(), found);
  }

  private void know(int node, List<FoundFile> files) {
    TreeMap<String, FoundFile> all = known.computeIfAbsent(node, unknown -> new TreeMap<>());
    for (FoundFile file : files) {
      if (file.standing() == FoundFile.Standing.FORGOTTEN) {
        all.remove(file.path());
      } else {
        all.put(file.path(), file);
      }
    }
  }

  /** What the stream of a node knows, by path. It changes only when something is found for it. */
  Map<String, FoundFile> known(int node) {
    return known.getOrDefault(node, new TreeMap<>());
  }

  /** What was found for a batch, if that is decided. */
  Optional<List<FoundFile>> of(long batchMillis, int node) {
    return Optional.ofNullable(batches.getOrDefault(batchMillis, Map.of()).get(node))
        .map(Decision.Found::files);
  }

  /** No batch up to this one will be run again. */
  void forgetUpTo(long batchMillis) {
    batches.headMap(batchMillis, true).clear();
  }

  /**
   * The same for a program whose nodes have other numbers.
   *
   * @param nodes the numbers now, by those before; streams of others are left out
   */
  StreamFiles renamed(Map<Integer, Integer> nodes) {
    StreamFiles renamed = new StreamFiles();
    known.forEach((node, files) -> {
      Integer now = nodes.get(node);
      if (now != null) {
        renamed.know(now, List.copyOf(files.values()));
      }
    });
    for (Map<Integer, Decision.Found> batch : batches.values()) {
      batch.forEach((node, found) -> {
        Integer now = nodes.get(node);
        if (now != null) {
          renamed.keep(new Decision.Found(found.batchMillis(), now, found.files()));
        }
      });
    }
    return renamed;
  }
}
