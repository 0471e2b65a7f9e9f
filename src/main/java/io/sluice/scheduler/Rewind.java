package io.sluice.scheduler;

import io.sluice.batch.BlockRef;
import io.sluice.batch.Watermark;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What it takes to go back to an earlier batch: what each of the last batches had, and how far counters and event time had
 * come.
 */
final class Rewind {

  /** How far counters and event time had come after a batch. */
  record Point(
      long batchMillis, Map<String, Long> counters, Map<Integer, Watermark.Snapshot> watermarks) {}

  /**
   * All of it, for the ledger.
   *
   * @param names of the program that the numbers of nodes belong to
   * @param fromStart whether it goes back to before the first batch
   * @param deliveredMillis the last batch whose outputs are done
   */
  record Snapshot(
      Decision.Names names,
      boolean fromStart,
      long deliveredMillis,
      List<Point> points,
      List<Decision.Committed> later,
      List<Decision.Cut> cuts,
      List<Decision.Stored> datasets) {}

  private final TreeMap<Long, Point> points = new TreeMap<>();
  private final TreeMap<Long, Decision.Committed> later = new TreeMap<>();
  private final TreeMap<Long, Decision.Cut> cuts = new TreeMap<>();
  private final List<Decision.Stored> datasets = new ArrayList<>();
  private Decision.Names names = Decision.Names.NONE;
  private boolean fromStart = true;
  private long deliveredMillis = Recovered.NONE;

  static Snapshot nothing() {
    return new Rewind().snapshot();
  }

  static Rewind of(Snapshot snapshot) {
    Rewind rewind = new Rewind();
    rewind.names = snapshot.names;
    rewind.fromStart = snapshot.fromStart;
    rewind.deliveredMillis = snapshot.deliveredMillis;
    snapshot.points.forEach(point -> rewind.points.put(point.batchMillis, point));
    snapshot.later.forEach(batch -> rewind.later.put(batch.batchMillis(), batch));
    snapshot.cuts.forEach(rewind::cut);
    rewind.datasets.addAll(snapshot.datasets);
    return rewind;
  }

  Snapshot snapshot() {
    return new Snapshot(
        names,
        fromStart,
        deliveredMillis,
        List.copyOf(points.values()),
        List.copyOf(later.values()),
        List.copyOf(cuts.values()),
        List.copyOf(datasets));
  }

  void begun(Decision.Names program) {
    names = program;
  }

  Decision.Names names() {
    return names;
  }

  void cut(Decision.Cut cut) {
    cuts.put(cut.batchMillis(), cut);
  }

  /** A batch that is run again has made other datasets. */
  void committed(Decision.Committed batch) {
    later.put(batch.batchMillis(), batch);
    deliveredMillis = Math.max(deliveredMillis, batch.batchMillis());
    datasets.removeIf(stored -> stored.batchMillis() == batch.batchMillis());
    datasets.addAll(batch.datasets());
  }

  /** What the batch that was committed last has come to. */
  void reached(Point point) {
    points.put(point.batchMillis, point);
    later.headMap(point.batchMillis, true).clear();
  }

  /**
   * Nobody will go back to before a batch.
   *
   * @param keepMillis how long the datasets of each node are read after their batch
   * @param keepBlocksMillis how long received blocks are
   * @return the blocks that nobody will read again
   */
  List<BlockRef> forgetBefore(
      long batchMillis, Map<Integer, Long> keepMillis, long keepBlocksMillis) {
    fromStart = false;
    points.headMap(batchMillis, false).clear();
    SortedMap<Long, Decision.Cut> over = cuts.headMap(batchMillis - keepBlocksMillis, true);
    List<BlockRef> unneeded =
        over.values().stream().flatMap(cut -> cut.blocks().stream()).toList();
    over.clear();
    datasets.removeIf(
        stored -> stored.batchMillis() <= batchMillis - keepMillis.getOrDefault(stored.node(), 0L));
    return unneeded;
  }

  /** What came after a batch has not been, except that outputs are done and batches are cut. */
  void goBackTo(long batchMillis) {
    points.tailMap(batchMillis, false).clear();
    later.tailMap(batchMillis, false).clear();
    datasets.removeIf(stored -> stored.batchMillis() > batchMillis);
  }

  /** The earliest batch that can be gone back to; {@link Recovered#NONE} if it is the beginning. */
  long oldestMillis() {
    return fromStart || points.isEmpty() ? Recovered.NONE : points.firstKey();
  }

  boolean fromStart() {
    return fromStart;
  }

  long deliveredMillis() {
    return deliveredMillis;
  }

  /** The batches that were committed, latest first. */
  List<Long> committed() {
    TreeSet<Long> known = new TreeSet<>(points.keySet());
    known.addAll(later.keySet());
    return List.copyOf(known.descendingSet());
  }

  List<Decision.Cut> cuts() {
    return List.copyOf(cuts.values());
  }

  List<Decision.Stored> datasets() {
    return List.copyOf(datasets);
  }

  /** The last point up to a batch. */
  Optional<Point> point(long batchMillis) {
    return Optional.ofNullable(points.floorEntry(batchMillis)).map(Map.Entry::getValue);
  }

  /** The batches committed after the last point, up to a batch. */
  List<Decision.Committed> since(long batchMillis) {
    SortedMap<Long, Decision.Committed> some = later.headMap(batchMillis, true);
    return point(batchMillis)
        .map(point -> List.copyOf(
            later.subMap(point.batchMillis, false, batchMillis, true).values()))
        .orElseGet(() -> List.copyOf(some.values()));
  }

  /** The totals of the counters after a batch. */
  Map<String, Long> counters(long batchMillis) {
    Map<String, Long> totals =
        new HashMap<>(point(batchMillis).map(Point::counters).orElse(Map.of()));
    for (Decision.Committed batch : since(batchMillis)) {
      batch.counters().forEach((name, by) -> totals.merge(name, by, Long::sum));
    }
    return totals;
  }
}
