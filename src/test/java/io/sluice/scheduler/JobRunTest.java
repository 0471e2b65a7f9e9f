package io.sluice.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.ErrorCode;
import io.sluice.api.StorageLevel;
import io.sluice.batch.BlockTracker;
import io.sluice.plan.Action;
import io.sluice.plan.Aggregation;
import io.sluice.plan.EmptySurroundings;
import io.sluice.plan.Node;
import io.sluice.plan.Stage;
import io.sluice.plan.StageCompiler;
import io.sluice.plan.StageSpec;
import io.sluice.task.JobIds;
import io.sluice.task.WorkerCommand;
import io.sluice.task.WorkerEvent;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class JobRunTest {

  private static final int MAX_ATTEMPTS = 2;

  private final Placement placement = new Placement(2);
  private final CompletableFuture<List<JobRun.Result>> done = new CompletableFuture<>();
  private final KeptDatasets kept = new KeptDatasets(1, command -> {});
  private final JobPlanning planning = planning();
  private final JobRun job = new JobRun(
      1, 1000, () -> shuffleOfTwoPartitions(), FailureRules.stopAfter(MAX_ATTEMPTS), done);

  @Test
  void everyWorkerGetsItsTasksAndKnowsWhatCompletesItsShuffles() {
    Map<String, WorkerCommand.RunTasks> messages = job.beginAttempt(planning);

    assertThat(messages).containsOnlyKeys("a", "b");
    assertThat(job.tasksByWorker()).isEqualTo(Map.of("a", 2, "b", 2));
    assertThat(messages.values())
        .allSatisfy(
            message -> assertThat(message.contributions()).containsExactly(Map.entry(2, 2)));
  }

  @Test
  void taskThatReadsKeptDataIsTriedAgainAloneElsewhere() {
    job.beginAttempt(planning);

    assertThat(job.failed(failure(1, 0, "a"), planning))
        .isInstanceOfSatisfying(JobRun.Verdict.RetryTask.class, retry -> {
          assertThat(retry.worker()).isEqualTo("b");
          assertThat(retry.message().tasks()).hasSize(1);
        });
    assertThat(job.failed(failure(1, 0, "b"), planning)).isInstanceOf(JobRun.Verdict.GiveUp.class);
  }

  @Test
  void taskThatMakesADatasetStartsTheWholeJobOverSinceReadersWaitWhereItWasToBeMade() {
    StageCompiler compiler = compiler();
    compiler.store(new Node.Literal(1, 2), 1000);
    JobRun making =
        new JobRun(1, 1000, compiler::compile, FailureRules.stopAfter(MAX_ATTEMPTS), done);
    making.beginAttempt(planning);

    assertThat(making.failed(failure(1, 0, "a"), planning))
        .isInstanceOf(JobRun.Verdict.RetryJob.class);
  }

  @Test
  void aNodeThatCannotBeReachedCostsNoAttempt() {
    job.beginAttempt(planning);

    for (int i = 0; i < 2 * MAX_ATTEMPTS; i++) {
      WorkerEvent.TaskFailed unreachable = new WorkerEvent.TaskFailed(
          1, 1, 1, 1, 0, "a", ErrorCode.NODE_UNREACHABLE, "gone", "", "");
      assertThat(job.failed(unreachable, planning)).isInstanceOf(JobRun.Verdict.Wait.class);
    }

    assertThat(job.failed(failure(1, 1, "a"), planning))
        .isInstanceOf(JobRun.Verdict.RetryJob.class);
  }

  @Test
  void taskThatReadsAShuffleStartsTheWholeJobOver() {
    job.beginAttempt(planning);
    assertThat(job.failed(failure(1, 1, "a"), planning))
        .isInstanceOf(JobRun.Verdict.RetryJob.class);

    job.beginAttempt(planning);
    assertThat(job.failed(failure(1, 1, "a"), planning)).isInstanceOf(JobRun.Verdict.Ignore.class);
    assertThat(job.failed(failure(2, 1, "a"), planning)).isInstanceOf(JobRun.Verdict.GiveUp.class);
  }

  @Test
  void attemptsThatALostWorkerCostAreNotCounted() {
    job.beginAttempt(planning);
    job.beginAttempt(planning);
    job.beginAttempt(planning);

    assertThat(job.failed(failure(3, 1, "a"), planning))
        .isInstanceOf(JobRun.Verdict.RetryJob.class);
  }

  @Test
  void staleAndRepeatedResultsChangeNothing() {
    job.beginAttempt(planning);
    job.beginAttempt(planning);

    job.finished(finished(1, 0, 0), Instant.EPOCH);
    job.finished(finished(2, 0, 0), Instant.EPOCH);
    job.finished(finished(2, 0, 0), Instant.EPOCH);
    job.finished(finished(2, 0, 1), Instant.EPOCH);
    job.finished(finished(2, 1, 0), Instant.EPOCH);
    assertThat(done).isNotDone();
    job.finished(finished(2, 1, 1), Instant.EPOCH);

    assertThat(done).isCompletedWithValueMatching(results -> results.size() == 2);
    assertThat(job.isFinished()).isTrue();
  }

  @Test
  void tasksAreToldWhereTheirPartitionsStandInAUnion() {
    StageCompiler compiler = compiler();
    Node union = new Node.Union(9, List.of(new Node.Literal(7, 3), new Node.Literal(8, 2)));
    compiler.result(union, -1, new Action.Count());
    JobRun counting =
        new JobRun(1, -1, compiler::compile, FailureRules.stopAfter(MAX_ATTEMPTS), done);

    assertThat(counting.beginAttempt(planning).values())
        .allSatisfy(message -> assertThat(message.firstPartitions()).isEqualTo(Map.of(1 << 16, 3)));
  }

  @Test
  void jobThatMissesWhatWasKeptStartsOverAndAnyOtherGivesUp() {
    WorkerEvent.TaskFailed lost =
        new WorkerEvent.TaskFailed(1, 1, 1, 0, 0, "a", ErrorCode.BLOCK_LOST, "gone", "", "");
    Node.Kept node = new Node.Kept(7, new Node.Literal(6, 1), -1, StorageLevel.MEMORY_ONLY);
    Stage stage =
        new Stage(new StageSpec(new StageSpec.Blocks(), List.of()), new Stage.KeptInput(node, -1));
    kept.add(List.of(new KeptDatasets.Dataset(7, -1, 1, new TreeMap<>(Map.of(0, List.of("a"))))));
    JobRun reading =
        new JobRun(1, -1, () -> List.of(stage), FailureRules.stopAfter(MAX_ATTEMPTS), done);
    reading.beginAttempt(planning);
    job.beginAttempt(planning);

    assertThat(reading.readsKept()).containsExactly(7);
    assertThat(reading.failed(lost, planning)).isInstanceOf(JobRun.Verdict.RetryJob.class);
    assertThat(job.failed(lost, planning)).isInstanceOf(JobRun.Verdict.GiveUp.class);
  }

  @Test
  void attemptKeepsWhatItsTasksMadeWhereTheyRan() {
    StageCompiler compiler = new StageCompiler(new EmptySurroundings() {
      @Override
      public StageCompiler.Keeping keeping(Node.Kept node) {
        return StageCompiler.Keeping.MAKE;
      }
    });
    Node.Kept node = new Node.Kept(7, new Node.Literal(6, 2), -1, StorageLevel.MEMORY_ONLY_2);
    compiler.result(node, -1, new Action.Count());
    JobRun making =
        new JobRun(3, -1, compiler::compile, FailureRules.stopAfter(MAX_ATTEMPTS), done);
    making.beginAttempt(planning);
    making.beginAttempt(planning);

    making.finished(finished(2, 0, 0), Instant.EPOCH);
    making.finished(finished(2, 0, 1), Instant.EPOCH);

    assertThat(making.keeps()).containsExactly(7);
    assertThat(making.kept())
        .containsExactly(new KeptDatasets.Dataset(
            7,
            -1,
            JobIds.maker(3, 2),
            new TreeMap<>(Map.of(0, List.of("a", "b"), 1, List.of("a", "b")))));
  }

  private JobPlanning planning() {
    List<String> workers = List.of("a", "b");
    placement.assign(workers);
    Datasets datasets = new Datasets();
    SplitPlanner splits = new SplitPlanner(
        1, 0, "driver", datasets, kept, new BlockTracker(), placement, Map.of("a", 1, "b", 1));
    return new JobPlanning(
        1,
        0,
        workers,
        placement.owners(),
        placement.standbys(),
        Set.of(),
        datasets,
        splits,
        new StageTable(1, (worker, command) -> {}),
        new WorkerCommand.BatchValues(Map.of(), Map.of()));
  }

  private static StageCompiler compiler() {
    return new StageCompiler(new EmptySurroundings());
  }

  private static List<Stage> shuffleOfTwoPartitions() {
    StageCompiler compiler = compiler();
    Node.Literal literal = new Node.Literal(1, 2);
    compiler.result(
        new Node.Exchange(2, List.of(literal), new Aggregation.Group(), 2),
        1000,
        new Action.Count());
    return compiler.compile();
  }

  private static WorkerEvent.TaskFailed failure(int attempt, int ordinal, String worker) {
    return new WorkerEvent.TaskFailed(
        1, 1, attempt, ordinal, 0, worker, ErrorCode.TASK_FAILED, "it threw", "", "");
  }

  private static WorkerEvent.TaskFinished finished(int attempt, int ordinal, int index) {
    List<WorkerEvent.ResultPart> results =
        ordinal == 1 ? List.of(new WorkerEvent.ResultPart(0, new byte[] {1})) : List.of();
    return new WorkerEvent.TaskFinished(
        1,
        1,
        attempt,
        ordinal,
        index,
        "a",
        results,
        new WorkerEvent.TaskReport(
            Map.of("n", 1L), List.of(), new WorkerEvent.Figures(0, 300, 100, 5, 50, 2, 20, 1)));
  }
}
