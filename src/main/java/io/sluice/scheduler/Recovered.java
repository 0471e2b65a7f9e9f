package io.sluice.scheduler;

import io.sluice.batch.BatchQueue;
import io.sluice.batch.BlockTracker;
import io.sluice.batch.Watermark;
import io.sluice.checkpoint.Ledger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** What the drivers before this one have decided: where it goes on. For the first driver, nothing. */
final class Recovered {

  /** Before any batch. */
  static final long NONE = Long.MIN_VALUE;

  private final BlockTracker tracker;
  private final Datasets datasets = new Datasets();
  private final Placement placement;
  private final Map<String, Decision.Joined> workers = new LinkedHashMap<>();
  private final Map<Integer, Decision.Received> receivers = new HashMap<>();
  private final Map<Integer, Long> positions = new HashMap<>();
  private final Map<Integer, Double> rates = new HashMap<>();
  private final Map<Integer, Watermark.Snapshot> watermarks = new HashMap<>();
  private final List<Decision.Committed> later = new ArrayList<>();
  private final Map<String, Long> counters = new TreeMap<>();
  private final TreeSet<Long> waiting = new TreeSet<>();
  private List<Decision.Prepared> prepared;
  private long preparedMillis;
  private final Rewind rewind;
  private final SourcePlans sources;
  private int partitions;
  private long zeroMillis = NONE;
  private long cutMillis = NONE;
  private long committedMillis = NONE;
  private String ended = "";

  /**
   * @param partitions of keyed data, if no driver has begun yet
   */
  private Recovered(Decision.Snapshot from, int partitions) {
    this.partitions = from.partitions() > 0 ? from.partitions() : partitions;
    this.tracker = BlockTracker.of(from.blocks());
    this.placement = new Placement(this.partitions);
    placement.restore(from.placement());
    from.workers().forEach(worker -> workers.put(worker.address(), worker));
    from.receivers().forEach(receiver -> receivers.put(receiver.stream(), receiver));
    positions.putAll(from.positions());
    rates.putAll(from.rates());
    from.datasets().forEach(this::add);
    watermarks.putAll(from.watermarks());
    counters.putAll(from.counters());
    prepared = from.prepared();
    preparedMillis = from.preparedMillis() == 0 ? from.committedMillis() : from.preparedMillis();
    rewind = Rewind.of(from.rewind());
    sources = SourcePlans.of(from.sources());
    zeroMillis = from.zeroMillis();
    cutMillis = from.cutMillis();
    committedMillis = from.committedMillis();
    from.blocks().batches().stream()
        .map(BlockTracker.Blocks::batchMillis)
        .filter(millis -> millis > committedMillis)
        .forEach(waiting::add);
    ended = from.ended();
  }

  /** Reads what a ledger had when it was opened. */
  static Recovered of(Ledger.Opened opened, int partitions) {
    Recovered recovered = new Recovered(
        opened.snapshot().map(DecisionCodec::snapshot).orElseGet(Recovered::nothing), partitions);
    opened.entries().stream().map(DecisionCodec::decision).forEach(recovered::apply);
    return recovered;
  }

  /** For a driver without a ledger. */
  static Recovered none(int partitions) {
    return new Recovered(nothing(), partitions);
  }

  private static Decision.Snapshot nothing() {
    return new Decision.Snapshot(
        NONE,
        0,
        NONE,
        NONE,
        List.of(),
        new Decision.Placed(List.of(), List.of(), List.of()),
        List.of(),
        Map.of(),
        Map.of(),
        new BlockTracker.Snapshot(List.of(), List.of(), List.of()),
        List.of(),
        Map.of(),
        Map.of(),
        List.of(),
        Rewind.nothing(),
        SourcePlans.Snapshot.NONE,
        "",
        NONE);
  }

  private void apply(Decision decision) {
    if (decision instanceof Decision.Begun begun) {
      zeroMillis = begun.zeroMillis();
      partitions = begun.partitions();
      rewind.begun(begun.names());
    } else if (decision instanceof Decision.Joined joined) {
      workers.put(joined.address(), joined);
    } else if (decision instanceof Decision.Left left) {
      leave(left.address());
    } else if (decision instanceof Decision.Placed placed) {
      placement.restore(placed);
    } else if (decision instanceof Decision.Copied copied) {
      placement.copied(copied.partition(), copied.standby());
      datasets.addHolder(copied.partition(), partitions, copied.owner(), copied.standby());
    } else if (decision instanceof Decision.Received received) {
      receivers.put(received.stream(), received);
    } else if (decision instanceof Decision.Counted counted) {
      counted.blocks().forEach(tracker::add);
      positions.putAll(counted.positions());
    } else if (decision instanceof Decision.Cut cut) {
      cut.blocks().forEach(tracker::add);
      tracker.cut(cut.batchMillis());
      positions.putAll(cut.positions());
      cutMillis = cut.batchMillis();
      rewind.cut(cut);
      waiting.add(cutMillis);
    } else if (decision instanceof Decision.Planned planned) {
      sources.planned(planned);
    } else if (decision instanceof Decision.Rated rated) {
      rates.putAll(rated.rates());
    } else if (decision instanceof Decision.Committed committed) {
      commit(committed);
    } else if (decision instanceof Decision.Ended end) {
      ended = end.reason();
    }
  }

  private void leave(String address) {
    workers.remove(address);
    tracker.removeHolder(address);
    datasets.removeHolder(address);
    if (!placement.isEmpty()) {
      placement.remove(address, List.copyOf(workers.keySet()));
    }
  }

  private void commit(Decision.Committed batch) {
    committedMillis = batch.batchMillis();
    prepared = batch.prepared();
    preparedMillis = committedMillis;
    rewind.committed(batch);
    waiting.headSet(committedMillis, true).clear();
    batch.datasets().forEach(this::add);
    later.add(batch);
    batch.counters().forEach((name, by) -> counters.merge(name, by, Long::sum));
  }

  private void add(Decision.Stored stored) {
    datasets.add(stored.node(), stored.batchMillis(), stored.partition());
  }

  /** Whether a program was under way. */
  boolean isBegun() {
    return zeroMillis != NONE;
  }

  /** Why the context has ended for good; empty if it has not. */
  String ended() {
    return ended;
  }

  int partitions() {
    return partitions;
  }

  /** What it takes to go back to an earlier batch, if something is kept durably. */
  Rewind rewind() {
    return rewind;
  }

  /** What was planned of sources. */
  SourcePlans sources() {
    return sources;
  }

  BlockTracker tracker() {
    return tracker;
  }

  Datasets datasets() {
    return datasets;
  }

  Placement placement() {
    return placement;
  }

  List<Decision.Joined> workers() {
    return List.copyOf(workers.values());
  }

  /** In which attempt each receiver ran, and where. */
  Map<Integer, Decision.Received> receivers() {
    return receivers;
  }

  /** How far each source was read. */
  Map<Integer, Long> positions() {
    return positions;
  }

  /** How fast receivers went, as far as their rates follow their batches. */
  Map<Integer, Double> rates() {
    return rates;
  }

  /** What sinks were to make visible with the last committed batch; they may have done so. */
  List<Decision.Prepared> prepared() {
    return prepared;
  }

  /** The batch of {@link #prepared}. */
  long preparedMillis() {
    return preparedMillis;
  }

  Map<String, Long> counters() {
    return counters;
  }

  long zeroMillis() {
    return zeroMillis;
  }

  /** The last batch that was cut. */
  long cutMillis() {
    return Math.max(cutMillis, committedMillis);
  }

  long committedMillis() {
    return committedMillis;
  }

  /** The batches that were cut and not committed go on waiting. */
  void restore(BatchQueue queue) {
    waiting.forEach(queue::restore);
  }

  void restore(EventTimes times) {
    times.restore(watermarks, later);
  }
}
