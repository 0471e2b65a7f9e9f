package io.sluice.scheduler;

import io.sluice.batch.BlockId;
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
    private boolean moves;

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

  /** As the driver before has left them. */
  ReceiverTable(List<StreamProgram.ReceiverSpec> specs, Recovered recovered) {
    this(specs);
    receivers.values().forEach(entry -> {
      int stream = entry.spec.stream();
      Decision.Received running = recovered.receivers().get(stream);
      if (running != null) {
        entry.attempt = running.attempt();
        boolean there = recovered.workers().stream()
            .anyMatch(worker -> worker.address().equals(running.worker()));
        entry.worker = there ? Optional.of(running.worker()) : Optional.empty();
      }
      Long position = recovered.positions().get(stream);
      if (position != null) {
        entry.position = OptionalLong.of(position);
      }
    });
  }

  /** As an earlier run has left them; none runs. */
  ReceiverTable(
      List<StreamProgram.ReceiverSpec> specs,
      Map<Integer, Integer> attempts,
      Map<Integer, Long> positions) {
    this(specs);
    attempts.forEach((stream, attempt) -> {
      Entry entry = receivers.get(stream);
      if (entry != null) {
        entry.attempt = attempt;
      }
    });
    positions.forEach((stream, position) -> {
      Entry entry = receivers.get(stream);
      if (entry != null) {
        entry.position = OptionalLong.of(position);
      }
    });
  }

  /** How far each source was read. */
  Map<Integer, Long> positions() {
    Map<Integer, Long> positions = new LinkedHashMap<>();
    receivers.forEach(
        (stream, entry) -> entry.position.ifPresent(position -> positions.put(stream, position)));
    return positions;
  }

  /** In which attempt each receiver runs, or ran last, and where. */
  List<Decision.Received> decisions() {
    return receivers.values().stream()
        .filter(entry -> entry.attempt > 0)
        .map(ReceiverTable::decision)
        .toList();
  }

  static Decision.Received decision(Entry entry) {
    return new Decision.Received(entry.spec.stream(), entry.attempt, entry.worker.orElse(""));
  }

  /** Whether the receiver that stored the block still runs. */
  boolean isHosted(BlockId block) {
    Entry entry = receivers.get(block.owner());
    return entry != null && entry.active && entry.attempt == block.sequence() >>> 40;
  }

  /** Whether the source will be read again from before the block. */
  boolean isReadAgain(BlockId block) {
    Entry entry = receivers.get(block.owner());
    return entry == null || entry.position.isPresent();
  }

  /** A worker goes on with another driver; what it does not host any more starts again elsewhere. */
  void resumed(String worker, Map<Integer, Integer> attempts) {
    for (Entry entry : receivers.values()) {
      if (entry.worker.equals(Optional.of(worker))) {
        boolean hosted = Integer.valueOf(entry.attempt).equals(attempts.get(entry.spec.stream()));
        entry.active = hosted;
        entry.worker = hosted ? entry.worker : Optional.empty();
      }
    }
  }

  List<Entry> all() {
    return List.copyOf(receivers.values());
  }

  /** The receiver, if the attempt is the one that counts and its worker is not lost. */
  Optional<Entry> current(int stream, int attempt) {
    return Optional.ofNullable(receivers.get(stream))
        .filter(entry -> entry.attempt == attempt && entry.worker.isPresent());
  }

  /** Where the stream's receiver runs. */
  Optional<String> worker(int stream) {
    return Optional.ofNullable(receivers.get(stream)).flatMap(Entry::worker);
  }

  /** Gives every receiver without a worker one of its candidates. */
  List<Entry> assign(List<WorkerTable.Worker> workers) {
    List<ReceiverPlacement.Site> sites = workers.stream()
        .map(worker -> new ReceiverPlacement.Site(worker.address(), worker.host()))
        .toList();
    List<Entry> waiting = receivers.values().stream()
        .filter(entry -> entry.worker.isEmpty() && !entry.stopped)
        .toList();
    if (waiting.isEmpty() || sites.isEmpty()) {
      return List.of();
    }
    boolean none = waiting.size() == receivers.size();
    Map<Integer, List<String>> first = none
        ? ReceiverPlacement.placeAll(waiting.stream().map(ReceiverTable::wish).toList(), sites)
        : Map.of();
    for (Entry entry : waiting) {
      List<String> candidates = first.getOrDefault(entry.spec.stream(), List.of());
      entry.worker = up(candidates, sites).or(() -> up(again(entry, sites), sites));
      entry.attempt++;
    }
    return waiting;
  }

  private List<String> again(Entry entry, List<ReceiverPlacement.Site> sites) {
    List<List<String>> others = receivers.values().stream()
        .filter(other -> other != entry)
        .flatMap(other -> other.worker.stream())
        .map(List::of)
        .toList();
    return ReceiverPlacement.placeAgain(entry.spec.preferredHost(), others, sites);
  }

  /** The first candidate that is a worker; a preferred host may have none. */
  private static Optional<String> up(List<String> candidates, List<ReceiverPlacement.Site> sites) {
    return candidates.stream()
        .filter(candidate -> sites.stream().anyMatch(site -> site.worker().equals(candidate)))
        .findFirst();
  }

  private static ReceiverPlacement.Wish wish(Entry entry) {
    return new ReceiverPlacement.Wish(entry.spec.stream(), entry.spec.preferredHost());
  }

  void started(Entry entry) {
    entry.active = true;
  }

  void reached(Entry entry, long position) {
    entry.position = OptionalLong.of(position);
  }

  /** The receiver is asked to end on its worker, and starts again on another. */
  List<Entry> moveFrom(String worker) {
    List<Entry> moved = receivers.values().stream()
        .filter(entry -> entry.worker.equals(Optional.of(worker)) && !entry.moves)
        .toList();
    moved.forEach(entry -> entry.moves = true);
    return moved;
  }

  /** The receiver has ended; false if it goes on elsewhere. */
  boolean stopped(Entry entry) {
    entry.stopped = ending || !entry.moves;
    entry.moves = false;
    entry.active = false;
    entry.worker = Optional.empty();
    return entry.stopped;
  }

  void workerLost(String worker) {
    for (Entry entry : receivers.values()) {
      if (entry.worker.equals(Optional.of(worker))) {
        entry.worker = Optional.empty();
        entry.active = false;
        entry.moves = false;
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
}
