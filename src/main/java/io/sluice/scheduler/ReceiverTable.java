package io.sluice.scheduler;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Where each receiver runs, in which attempt, and how far its source was read. */
final class ReceiverTable {

  /** What is known of a receiver. */
  static final class Entry {
    private final StreamProgram.ReceiverSpec spec;
    private int attempt;
    private Optional<String> worker = Optional.empty();
    private OptionalLong position = OptionalLong.empty();
    private boolean stopped;
    private boolean active;

    Entry(StreamProgram.ReceiverSpec spec) {
      this.spec = spec;
    }

    StreamProgram.ReceiverSpec spec() {
      return spec;
    }

    int attempt() {
      return attempt;
    }

    Optional<String> worker() {
      return worker;
    }

    OptionalLong position() {
      return position;
    }

    boolean isActive() {
      return active;
    }

    boolean isStopped() {
      return stopped;
    }
  }

  private final Map<Integer, Entry> receivers = new LinkedHashMap<>();
  private boolean ending;

  ReceiverTable(List<StreamProgram.ReceiverSpec> specs) {
    specs.forEach(spec -> receivers.put(spec.stream(), new Entry(spec)));
  }

  List<Entry> all() {
    return List.copyOf(receivers.values());
  }

  /** The receiver, if the attempt is the one that counts and its worker is not lost. */
  Optional<Entry> current(int stream, int attempt) {
    return Optional.ofNullable(receivers.get(stream))
        .filter(entry -> entry.attempt == attempt && entry.worker.isPresent());
  }

  /** Gives every receiver without a worker the one with the fewest, its preferred host first. */
  List<Entry> assign(List<WorkerTable.Worker> workers) {
    List<Entry> assigned = new ArrayList<>();
    for (Entry entry : receivers.values()) {
      if (entry.worker.isEmpty() && !entry.stopped && !workers.isEmpty()) {
        entry.worker = workers.stream()
            .min(Comparator.comparing((WorkerTable.Worker worker) ->
                    !worker.host().equals(entry.spec.preferredHost()))
                .thenComparing(worker -> count(worker.address())))
            .map(WorkerTable.Worker::address);
        entry.attempt++;
        assigned.add(entry);
      }
    }
    return assigned;
  }

  void started(Entry entry) {
    entry.active = true;
  }

  void reached(Entry entry, long position) {
    entry.position = OptionalLong.of(position);
  }

  void stopped(Entry entry) {
    entry.stopped = true;
    entry.active = false;
    entry.worker = Optional.empty();
  }

  void workerLost(String worker) {
    for (Entry entry : receivers.values()) {
      if (entry.worker.equals(Optional.of(worker))) {
        entry.worker = Optional.empty();
        entry.active = false;
        entry.stopped = entry.stopped || ending;
      }
    }
  }

  /** No receiver will start again. */
  void stopAll() {
    ending = true;
    receivers.values().stream()
        .filter(entry -> entry.worker.isEmpty())
        .forEach(entry -> entry.stopped = true);
  }

  boolean allStopped() {
    return receivers.values().stream().allMatch(entry -> entry.stopped);
  }

  private long count(String worker) {
    return receivers.values().stream()
        .filter(entry -> entry.worker.equals(Optional.of(worker)))
        .count();
  }
}
