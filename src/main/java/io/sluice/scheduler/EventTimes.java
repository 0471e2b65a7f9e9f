package io.sluice.scheduler;

import io.sluice.batch.Watermark;
import io.sluice.plan.Node;
import io.sluice.plan.Operator;
import io.sluice.plan.Program;
import io.sluice.plan.SourceCount;
import io.sluice.task.WorkerEvent;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How far event time has come at each node that observes it. */
final class EventTimes {

  private final Map<Integer, Watermark> watermarks = new HashMap<>();

  EventTimes(Program program, long zeroMillis) {
    for (Node.Narrow node : program.observers()) {
      if (node.operator() instanceof Operator.ObserveTime observe) {
        int sources = SourceCount.of(node.input());
        watermarks.put(
            node.id(),
            new Watermark(observe.latenessMillis(), observe.idleMillis(), sources, zeroMillis));
      }
    }
  }

  /** How far event time has come, by node. */
  Map<Integer, Watermark.Snapshot> snapshot() {
    Map<Integer, Watermark.Snapshot> snapshots = new HashMap<>();
    watermarks.forEach((node, watermark) -> snapshots.put(node, watermark.snapshot()));
    return snapshots;
  }

  /** Goes on from where an earlier driver has come, and the batches after that. */
  void restore(Map<Integer, Watermark.Snapshot> snapshots, List<Decision.Committed> later) {
    snapshots.forEach((node, snapshot) -> {
      Watermark watermark = watermarks.get(node);
      if (watermark != null) {
        watermark.restore(snapshot);
      }
    });
    for (Decision.Committed batch : later) {
      at(batch.batchMillis());
      committed(batch.batchMillis(), batch.times());
    }
  }

  /** The watermarks of a batch, by what the batches before it had. */
  Map<Integer, Long> at(long batchMillis) {
    Map<Integer, Long> values = new HashMap<>();
    watermarks.forEach((node, watermark) -> values.put(node, watermark.at(batchMillis)));
    return values;
  }

  /** Takes what the tasks of a batch have seen. */
  void committed(long batchMillis, Collection<WorkerEvent.SeenTime> times) {
    for (WorkerEvent.SeenTime time : times) {
      Watermark watermark = watermarks.get(time.node());
      if (watermark != null) {
        watermark.seen(time.source(), time.millis(), batchMillis);
      }
    }
  }
}
