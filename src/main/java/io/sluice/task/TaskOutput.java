package io.sluice.task;

import io.sluice.plan.Operator;
import io.sluice.shuffle.Contribution;
import io.sluice.shuffle.MapOutput;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a task leaves behind: data for shuffles, datasets to keep, results for the driver. */
final class TaskOutput {

  record Shuffled(Operator.ShuffleOut out, Contribution contribution) {}

  record Stored(int node, int leg, List<Object> records) {}

  /** What the batch changed in an operator's state, encoded. */
  record Changed(int node, byte[] delta) {}

  record Kept(Operator.Keep operator, List<Object> records) {}

  record Resulted(int leg, Object value) {}

  private final List<Shuffled> shuffled = new ArrayList<>();
  private final List<Stored> stored = new ArrayList<>();
  private final List<Changed> changes = new ArrayList<>();
  private final List<Kept> kept = new ArrayList<>();
  private final List<Resulted> results = new ArrayList<>();
  private final Map<String, Long> counters = new TreeMap<>();
  private final List<WorkerEvent.SeenTime> times = new ArrayList<>();
  private boolean wantsMore = true;

  List<Shuffled> shuffled() {
    return shuffled;
  }

  List<Stored> stored() {
    return stored;
  }

  List<Changed> changes() {
    return changes;
  }

  List<Kept> kept() {
    return kept;
  }

  List<Resulted> results() {
    return results;
  }

  /** False once the rest of the input cannot change anything. */
  boolean wantsMore() {
    return wantsMore;
  }

  void enough() {
    wantsMore = false;
  }

  void shuffle(Operator.ShuffleOut out, MapOutput collected) {
    shuffled.add(new Shuffled(out, collected.finish()));
  }

  void store(Operator.Store store, List<Object> records) {
    stored.add(new Stored(store.node(), store.leg(), records));
  }

  void changed(int node, byte[] delta) {
    changes.add(new Changed(node, delta));
  }

  void keep(Operator.Keep keep, List<Object> records) {
    kept.add(new Kept(keep, records));
  }

  void count(String counter, long by) {
    counters.merge(counter, by, Long::sum);
  }

  void seen(WorkerEvent.SeenTime time) {
    times.add(time);
  }

  /** What the driver should know beside the results. */
  WorkerEvent.TaskReport report(WorkerEvent.Figures figures) {
    return new WorkerEvent.TaskReport(counters, times, figures);
  }

  void result(int leg, Object value) {
    results.add(new Resulted(leg, value));
  }
}
