package io.sluice.scheduler;

import io.sluice.api.ErrorCode;
import io.sluice.api.FailurePolicy;
import io.sluice.api.SluiceException;
import io.sluice.plan.Operator;
import io.sluice.plan.Stage;
import io.sluice.plan.StageSpec;
import io.sluice.task.JobIds;
import io.sluice.task.Keepers;
import io.sluice.task.TaskSpec;
import io.sluice.task.WorkerCommand;
import io.sluice.task.WorkerEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * One job: stages whose tasks are all sent out at once and start as their inputs arrive.
 *
 * <p>A task that reads kept data is tried again alone. What a shuffle brings is consumed by its reader, so a
 * failure there, like the loss of a worker, starts a new attempt of the whole job.
 */
final class JobRun {

  /** A result and where it lies: inline, or in the worker's store. */
  record Result(int leg, int ordinal, int index, String worker, byte[] inline) {}

  private record TaskKey(int ordinal, int index) {}

  private record Assigned(String worker, TaskSpec task) {}

  private static final int MAX_UNREACHED = 1000;

  private final long id;
  private final long batchMillis;
  private final Supplier<List<Stage>> plan;
  private final CompletableFuture<List<Result>> done;
  private final FailureRules rules;
  private final Poisoned poisoned = new Poisoned();
  private final Map<TaskKey, Assigned> running = new LinkedHashMap<>();
  private final TreeMap<Long, Result> results = new TreeMap<>();
  private final Map<Integer, KeptDatasets.Dataset> kept = new LinkedHashMap<>();
  private Map<Integer, Integer> firstPartitions = Map.of();
  private List<String> owners = List.of();
  private List<Stage> stages;
  private int attempt;
  private int failedAttempts;
  private int unreached;
  private final Map<String, Integer> tasksByWorker = new TreeMap<>();
  private final Map<String, Long> counters = new TreeMap<>();
  private final List<WorkerEvent.SeenTime> times = new ArrayList<>();
  private final RanTasks ran = new RanTasks();

  /**
   * @param batchMillis -1 outside batches
   * @param plan compiles the stages, anew for each attempt: what was kept may be gone
   */
  JobRun(
      long id,
      long batchMillis,
      Supplier<List<Stage>> plan,
      FailureRules rules,
      CompletableFuture<List<Result>> done) {
    this.id = id;
    this.batchMillis = batchMillis;
    this.plan = plan;
    this.stages = plan.get();
    this.rules = rules;
    this.done = done;
  }

  long id() {
    return id;
  }

  long batchMillis() {
    return batchMillis;
  }

  int attempt() {
    return attempt;
  }

  /** How many tasks each worker was given. */
  Map<String, Integer> tasksByWorker() {
    return tasksByWorker;
  }

  /** What the finished tasks of this attempt have added to counters. */
  Map<String, Long> counters() {
    return counters;
  }

  /** The event times that the finished tasks of this attempt have seen. */
  List<WorkerEvent.SeenTime> times() {
    return times;
  }

  /** What the finished tasks of this attempt did, by stage. */
  RanTasks ran() {
    return ran;
  }

  CompletableFuture<List<Result>> done() {
    return done;
  }

  /** The tasks under way, for people. */
  List<String> awaited() {
    return running.entrySet().stream()
        .map(task -> "%d/%d.%d on %s"
            .formatted(
                id & 0xFFFF_FFFFL,
                task.getKey().ordinal,
                task.getKey().index,
                task.getValue().worker))
        .toList();
  }

  boolean isFinished() {
    return attempt > 0 && running.isEmpty();
  }

  /** The oldest batch that the job reads from. */
  long oldestInput() {
    return stages.stream()
        .mapToLong(stage -> stage.input().batchMillis())
        .filter(millis -> millis >= 0)
        .min()
        .orElse(Long.MAX_VALUE);
  }

  boolean isEmpty() {
    return stages.isEmpty();
  }

  /** What this attempt has kept for the program. */
  Collection<KeptDatasets.Dataset> kept() {
    return kept.values();
  }

  /** The nodes of which this job keeps something for the program. */
  Set<Integer> keeps() {
    Set<Integer> nodes = new TreeSet<>();
    stages.forEach(stage -> keeps(stage).forEach(keep -> nodes.add(keep.node())));
    return nodes;
  }

  /** The nodes of which this job reads what was kept for the program. */
  List<Integer> readsKept() {
    return stages.stream()
        .map(Stage::input)
        .filter(Stage.KeptInput.class::isInstance)
        .map(input -> ((Stage.KeptInput) input).node().id())
        .toList();
  }

  /** Whether the job reads what operators remember, which only those have right who own it when it has been read. */
  boolean readsState() {
    return stages.stream().map(Stage::input).anyMatch(Stage.HeldInput.class::isInstance);
  }

  /** Whether partitions have other owners now than when the tasks were sent out. */
  boolean isPlannedOtherwise(List<String> ownersNow) {
    return !owners.equals(ownersNow);
  }

  /** The nodes whose datasets this job keeps. */
  List<Integer> storedNodes() {
    List<Integer> nodes = new ArrayList<>();
    for (Stage stage : stages) {
      for (StageSpec.Step step : stage.spec().steps()) {
        if (step.operator() instanceof Operator.Store store && !nodes.contains(store.node())) {
          nodes.add(store.node());
        }
      }
    }
    return nodes;
  }

  /** Plans all tasks anew and gives the message for each worker. */
  Map<String, WorkerCommand.RunTasks> beginAttempt(JobPlanning planning) {
    if (attempt++ > 0) {
      stages = plan.get();
    }
    running.clear();
    results.clear();
    tasksByWorker.clear();
    counters.clear();
    times.clear();
    ran.clear();
    owners = planning.owners();
    beginKeeping();
    storedNodes().forEach(node -> planning.datasets().begin(node, batchMillis));
    Map<Integer, Integer> contributions = new HashMap<>();
    List<Integer> sizes = new ArrayList<>();
    for (int ordinal = 0; ordinal < stages.size(); ordinal++) {
      Stage stage = stages.get(ordinal);
      List<SplitPlanner.Split> splits = planning.splits().split(stage);
      for (SplitPlanner.Split split : splits) {
        int number = planning.stages().numberFor(stage.spec(), split.worker());
        TaskSpec task = poisoned.without(
            new TaskSpec(number, ordinal, split.index(), 1, split.inputs(), split.leaving(), null),
            stage.spec().leaf());
        running.put(new TaskKey(ordinal, split.index()), new Assigned(split.worker(), task));
      }
      splits.forEach(split -> tasksByWorker.merge(split.worker(), 1, Integer::sum));
      sizes.add(splits.size());
      noteOutputs(stage, splits, planning, contributions);
    }
    firstPartitions = firstPartitions(stages, sizes);
    Map<String, List<TaskSpec>> byWorker = new LinkedHashMap<>();
    planning.workers().forEach(worker -> byWorker.put(worker, new ArrayList<>()));
    running
        .values()
        .forEach(assigned ->
            byWorker.computeIfAbsent(assigned.worker, key -> new ArrayList<>()).add(assigned.task));
    byWorker.values().removeIf(List::isEmpty);
    if (running.isEmpty()) {
      done.complete(List.of());
    }
    Map<String, WorkerCommand.RunTasks> messages = new LinkedHashMap<>();
    byWorker.forEach(
        (worker, tasks) -> messages.put(worker, message(planning, contributions, tasks)));
    return messages;
  }

  /** Takes a task's results; stale and repeated ones change nothing. */
  void finished(WorkerEvent.TaskFinished event, Instant now) {
    Assigned assigned = running.get(new TaskKey(event.ordinal(), event.index()));
    if (event.attempt() != attempt || assigned == null) {
      return;
    }
    running.remove(new TaskKey(event.ordinal(), event.index()));
    for (Operator.Keep keep : keeps(stages.get(event.ordinal()))) {
      KeptDatasets.Dataset dataset = kept.get(keep.node());
      if (dataset != null) {
        dataset
            .partitions()
            .put(
                keep.leg() << 16 | event.index(),
                Keepers.of(owners, event.worker(), keep.level().replicas()));
      }
    }
    event.report().counters().forEach((name, by) -> counters.merge(name, by, Long::sum));
    times.addAll(event.report().times());
    ran.add(stages.get(event.ordinal()).input(), event, attempt + assigned.task.tries() - 1, now);
    for (WorkerEvent.ResultPart part : event.results()) {
      results.put(
          ((long) part.leg() << 32) | event.index(),
          new Result(part.leg(), event.ordinal(), event.index(), event.worker(), part.inline()));
    }
    if (running.isEmpty()) {
      done.complete(List.copyOf(results.values()));
    }
  }

  /** What to do about a failed task. */
  sealed interface Verdict {
    /** The event is stale. */
    record Ignore() implements Verdict {}

    /** A node could not be reached: it is gone, or can be reached again soon. */
    record Wait() implements Verdict {}

    record RetryTask(String worker, WorkerCommand.RunTasks message) implements Verdict {}

    record RetryJob() implements Verdict {}

    record GiveUp(SluiceException failure) implements Verdict {}
  }

  Verdict failed(WorkerEvent.TaskFailed event, JobPlanning planning) {
    TaskKey key = new TaskKey(event.ordinal(), event.index());
    Assigned assigned = running.get(key);
    if (event.attempt() != attempt || assigned == null) {
      return new Verdict.Ignore();
    }
    if (event.code() == ErrorCode.NODE_UNREACHABLE && ++unreached < MAX_UNREACHED) {
      return new Verdict.Wait();
    }
    Stage stage = stages.get(event.ordinal());
    boolean single = isTriedAgainAlone(stage);
    int tries = single ? assigned.task.tries() : ++failedAttempts;
    boolean lost = event.code() == ErrorCode.BLOCK_LOST;
    if (tries >= rules.maxAttempts() && isPoison(event, stage, assigned.task)) {
      failedAttempts = 0;
      return single
          ? retry(key, poisoned.without(assigned.task, stage.spec().leaf()), event, planning)
          : new Verdict.RetryJob();
    }
    if (tries >= rules.maxAttempts() || (lost && readsKept().isEmpty())) {
      return new Verdict.GiveUp(new SluiceException(
          event.code(),
          "%s (stage %d, partition %d, attempt %d of %d, on %s)"
              .formatted(
                  event.reason(),
                  event.ordinal(),
                  event.index(),
                  tries,
                  rules.maxAttempts(),
                  event.worker())));
    }
    if (!single || lost) {
      return new Verdict.RetryJob();
    }
    return retry(key, assigned.task.again(), event, planning);
  }

  private Verdict retry(
      TaskKey key, TaskSpec again, WorkerEvent.TaskFailed event, JobPlanning planning) {
    String worker = planning.anotherThan(event.worker());
    planning.stages().numberFor(stages.get(key.ordinal).spec(), worker);
    running.put(key, new Assigned(worker, again));
    return new Verdict.RetryTask(worker, message(planning, Map.of(), List.of(again)));
  }

  /** Whether the batch can go on without what the task reads; then it will. */
  private boolean isPoison(WorkerEvent.TaskFailed event, Stage stage, TaskSpec task) {
    return rules.policy() != FailurePolicy.STOP
        && batchMillis >= 0
        && event.code() == ErrorCode.TASK_FAILED
        && poisoned.add(
            task.ordinal(),
            new TaskSpec.Poison(
                rules.directory(),
                event.reason(),
                Set.copyOf(task.inputNames(stage.spec().leaf()))));
  }

  /** What the job goes on without since the last failure; told once. */
  Optional<TaskSpec.Poison> takeSkipped() {
    return poisoned.takeNews();
  }

  private WorkerCommand.RunTasks message(
      JobPlanning planning, Map<Integer, Integer> contributions, List<TaskSpec> tasks) {
    return new WorkerCommand.RunTasks(
        planning.epoch(),
        id,
        attempt,
        batchMillis,
        planning.committedMillis(),
        planning.owners(),
        planning.standbys(),
        planning.replicated(),
        contributions,
        firstPartitions,
        planning.values(),
        tasks);
  }

  private void beginKeeping() {
    kept.clear();
    for (Stage stage : stages) {
      for (Operator.Keep keep : keeps(stage)) {
        kept.put(
            keep.node(),
            new KeptDatasets.Dataset(
                keep.node(), keep.batchMillis(), JobIds.maker(id, attempt), new TreeMap<>()));
      }
    }
  }

  private static List<Operator.Keep> keeps(Stage stage) {
    List<Operator.Keep> keeps = new ArrayList<>();
    for (StageSpec.Step step : stage.spec().steps()) {
      if (step.operator() instanceof Operator.Keep keep) {
        keeps.add(keep);
      }
    }
    return keeps;
  }

  /** The number of each stage's first partition, where a dataset comes from several stages and it is not 0. */
  private static Map<Integer, Integer> firstPartitions(List<Stage> stages, List<Integer> sizes) {
    Map<Stage.Place, Integer> sizeOfLeg = new HashMap<>();
    for (int ordinal = 0; ordinal < stages.size(); ordinal++) {
      int size = sizes.get(ordinal);
      stages.get(ordinal).places().values().forEach(place -> sizeOfLeg.put(place, size));
    }
    Map<Integer, Integer> first = new HashMap<>();
    for (int ordinal = 0; ordinal < stages.size(); ordinal++) {
      int stage = ordinal << 16;
      stages.get(ordinal).places().forEach((step, place) -> {
        int before = 0;
        for (int leg = 0; leg < place.leg(); leg++) {
          before += sizeOfLeg.getOrDefault(new Stage.Place(place.dataset(), leg), 0);
        }
        if (before > 0) {
          first.put(stage | step, before);
        }
      });
    }
    return first;
  }

  private void noteOutputs(
      Stage stage,
      List<SplitPlanner.Split> splits,
      JobPlanning planning,
      Map<Integer, Integer> contributions) {
    if (stage.input() instanceof Stage.MergeInput merge) {
      contributions.putIfAbsent(merge.node().id(), 0);
    }
    for (StageSpec.Step step : stage.spec().steps()) {
      if (step.operator() instanceof Operator.ShuffleOut out) {
        contributions.merge(out.exchange(), splits.size(), Integer::sum);
      } else if (step.operator() instanceof Operator.Store store) {
        for (SplitPlanner.Split split : splits) {
          planning.note(
              store, batchMillis, JobIds.maker(id, attempt), split.index(), split.worker());
        }
      }
    }
  }

  /** Readers of a dataset wait for it where it was to be made, so a task that makes one cannot move alone; nor can one that reads state. */
  private static boolean isTriedAgainAlone(Stage stage) {
    return stage.rereads()
        && !(stage.input() instanceof Stage.SlidingInput)
        && !(stage.input() instanceof Stage.HeldInput)
        && stage.spec().steps().stream()
            .noneMatch(step -> step.operator() instanceof Operator.Store);
  }
}
