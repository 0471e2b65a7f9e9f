package io.sluice.dashboard;

import io.sluice.api.StreamingListener.StageInfo;
import io.sluice.api.StreamingListener.TaskInfo;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the tasks of the latest batches did; of so many batches as have a bounded number of tasks together. */
final class KeptStages {

  /** What a stage has computed and an action reads once more is no flow of its own. */
  private static final Set<String> READ_AGAIN = Set.of("dataset", "cached");

  private final TreeMap<Instant, List<StageInfo>> byBatch = new TreeMap<>();
  private final int mostTasks;
  private int tasks;

  KeptStages(int mostTasks) {
    this.mostTasks = mostTasks;
  }

  void put(Instant batch, List<StageInfo> stages) {
    List<StageInfo> before = byBatch.put(batch, stages);
    tasks += size(stages) - (before == null ? 0 : size(before));
    while (tasks > mostTasks && byBatch.size() > 1) {
      tasks -= size(byBatch.pollFirstEntry().getValue());
    }
  }

  /** Null if they are not known, or not any more. */
  @Nullable
  List<StageInfo> of(Instant batch) {
    return byBatch.get(batch);
  }

  /** What the tasks of the latest batch read, by the step of the plan. */
  Views.Rates rates(long intervalMillis) {
    Map.Entry<Instant, List<StageInfo>> last = byBatch.lastEntry();
    if (last == null) {
      return new Views.Rates(null, Map.of());
    }
    Map<Integer, Double> rates = new HashMap<>();
    for (StageInfo stage : last.getValue()) {
      if (!READ_AGAIN.contains(stage.reads())) {
        long records = stage.tasks().stream().mapToLong(TaskInfo::recordsIn).sum();
        rates.merge(stage.dataset(), records * 1000.0 / intervalMillis, Double::sum);
      }
    }
    return new Views.Rates(last.getKey().toEpochMilli(), rates);
  }

  private static int size(List<StageInfo> stages) {
    // What a stage takes beside its tasks counts as one.
    return stages.stream().mapToInt(stage -> stage.tasks().size() + 1).sum();
  }
}
