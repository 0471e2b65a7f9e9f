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

  private record Ran(WorkerEvent.TaskFinished event, int attempt, Instant at) {}

  private record RanStage(Stage.Input input, List<Ran> tasks) {}

  private final TreeMap<Integer, RanStage> stages = new TreeMap<>();

  /**
   * Takes in a task that has just ended.
   *
   * @param input what its stage reads
   */
  void add(Stage.Input input, WorkerEvent.TaskFinished event, int attempt, Instant now) {
    stages
        .computeIfAbsent(event.ordinal(), first -> new RanStage(input, new ArrayList<>()))
        .tasks
        .add(new Ran(event, attempt, now));
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
    stages.forEach((ordinal, stage) -> infos.add(new StageInfo(
        job,
        ordinal,
        stage.input.kind(),
        origin.applyAsInt(stage.input.node().id()),
        stage.tasks.stream().map(RanTasks::info).toList())));
    return infos;
  }

  private static TaskInfo info(Ran task) {
    WorkerEvent.Figures figures = task.event.report().figures();
    return new TaskInfo(
        task.event.index(),
        task.event.worker(),
        task.attempt,
        task.at.minusNanos(figures.ranNanos() + figures.sentNanos()),
        figures.queuedNanos(),
        figures.ranNanos(),
        figures.sentNanos(),
        figures.recordsIn(),
        figures.bytesIn(),
        figures.recordsOut(),
        figures.bytesOut(),
        figures.keysTouched());
  }
}
