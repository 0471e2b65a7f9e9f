package io.sluice.scheduler;

import io.sluice.api.StreamingListener.StageInfo;
import io.sluice.api.StreamingListener.TaskInfo;
import io.sluice.plan.Stage;
import io.sluice.task.WorkerEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.IntUnaryOperator;

/** What the tasks of a job did, by stage. */
final class RanTasks {

  private record Ran(Stage.Input input, List<TaskInfo> tasks) {}

  private final TreeMap<Integer, Ran> stages = new TreeMap<>();

  /**
   * Takes in a task that has just ended.
   *
   * @param input what its stage reads
   */
  void add(Stage.Input input, WorkerEvent.TaskFinished event, int attempt, Instant now) {
    WorkerEvent.Figures figures = event.report().figures();
    stages
        .computeIfAbsent(event.ordinal(), first -> new Ran(input, new ArrayList<>()))
        .tasks
        .add(new TaskInfo(
            event.index(),
            event.worker(),
            attempt,
            now.minusNanos(figures.ranNanos() + figures.sentNanos()),
            figures.queuedNanos(),
            figures.ranNanos(),
            figures.sentNanos(),
            figures.recordsIn(),
            figures.bytesIn(),
            figures.recordsOut(),
            figures.bytesOut(),
            figures.keysTouched()));
  }

  void clear() {
    stages.clear();
  }

  /**
   * The stages as they are told.
   *
   * @param job their job's place in the batch
   * @param origin gives the node of the program in whose place a dataset was made
   */
  List<StageInfo> infos(int job, IntUnaryOperator origin) {
    List<StageInfo> infos = new ArrayList<>(stages.size());
    stages.forEach((ordinal, ran) -> infos.add(new StageInfo(
        job, ordinal, ran.input.kind(), origin.applyAsInt(ran.input.node().id()), ran.tasks)));
    return infos;
  }
}
