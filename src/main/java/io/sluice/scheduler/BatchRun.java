package io.sluice.scheduler;

import io.sluice.api.StreamingListener.BatchInfo;
import io.sluice.api.StreamingListener.OutputInfo;
import io.sluice.api.StreamingListener.StageInfo;
import io.sluice.plan.Inputs;
import io.sluice.plan.Node;
import io.sluice.plan.Program;
import io.sluice.task.WorkerCommand;
import io.sluice.task.WorkerEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The batch that is being run: how far it has come, level by level. */
final class BatchRun {

  private final long batchMillis;
  private final Map<Integer, Long> records;
  private final Instant submitted;
  private final Instant started;
  private final List<JobRun> jobs = new ArrayList<>();
  private final List<JobRun> actions = new ArrayList<>();
  private final Map<Integer, Node> generated = new HashMap<>();
  private final Map<Integer, OutputInfo> outputs = new TreeMap<>();
  private final List<Decision.Prepared> prepared = new ArrayList<>();
  private final FlightRecord flight = FlightRecord.begin();
  private WorkerCommand.BatchValues values = new WorkerCommand.BatchValues(Map.of(), Map.of());
  private int level;
  private int openOutputs;
  private int openGenerators;
  private int attempts = 1;
  private boolean planned;
  private boolean decided;

  BatchRun(long batchMillis, Map<Integer, Long> records, Instant submitted, Instant started) {
    this.batchMillis = batchMillis;
    this.records = new HashMap<>(records);
    this.submitted = submitted;
    this.started = started;
  }

  long batchMillis() {
    return batchMillis;
  }

  int level() {
    return level;
  }

  /** The jobs that make the batch's datasets, in the order of their levels. */
  List<JobRun> jobs() {
    return jobs;
  }

  void add(JobRun job) {
    jobs.add(job);
  }

  /** A job that a function on the driver runs in the batch. */
  void addAction(JobRun job) {
    actions.add(job);
  }

  /** Says what all tasks of the batch see alike. */
  void see(WorkerCommand.BatchValues seen) {
    values = seen;
  }

  WorkerCommand.BatchValues values() {
    return values;
  }

  /** What the batch adds to each counter. */
  Map<String, Long> counters() {
    Map<String, Long> counters = new TreeMap<>();
    Stream.concat(jobs.stream(), actions.stream())
        .forEach(job -> job.counters().forEach((name, by) -> counters.merge(name, by, Long::sum)));
    return counters;
  }

  /** The event times that the batch's datasets have. */
  List<WorkerEvent.SeenTime> times() {
    return jobs.stream().flatMap(job -> job.times().stream()).toList();
  }

  /** What the driver's functions made, by node. */
  Map<Integer, Node> generated() {
    return generated;
  }

  /** So many records more are read of a stream. */
  void received(int stream, long more) {
    records.merge(stream, more, Long::sum);
  }

  void generatorsStarted(int count) {
    openGenerators = count;
  }

  /** Takes what a function made; true if the level can be planned now. */
  boolean generated(int node, Node dataset) {
    generated.put(node, dataset);
    return --openGenerators == 0;
  }

  void nextLevel() {
    level++;
  }

  void planned() {
    planned = true;
  }

  OutputInfo outputStarted(Program.Output output, Instant now) {
    openOutputs++;
    OutputInfo info = new OutputInfo(
        Instant.ofEpochMilli(batchMillis),
        output.id(),
        output.name(),
        Optional.of(now),
        Optional.empty(),
        Optional.empty());
    outputs.put(output.id(), info);
    return info;
  }

  /** Notes that an output's function has returned or thrown; nothing if no such output runs. */
  Optional<OutputInfo> outputEnded(String name, Instant now, Optional<String> failure) {
    Optional<OutputInfo> running = outputs.values().stream()
        .filter(output -> output.name().equals(name) && output.end().isEmpty())
        .findFirst()
        .map(output -> new OutputInfo(
            output.batchTime(), output.id(), name, output.start(), Optional.of(now), failure));
    running.ifPresent(ended -> {
      openOutputs--;
      outputs.put(ended.id(), ended);
    });
    return running;
  }

  long startedMillis() {
    return started.toEpochMilli();
  }

  /** What the batch waits for, for people. */
  String awaited() {
    List<String> open = outputs.values().stream()
        .filter(output -> output.end().isEmpty())
        .map(OutputInfo::name)
        .toList();
    List<String> tasks = Stream.concat(jobs.stream(), actions.stream())
        .flatMap(job -> job.awaited().stream())
        .toList();
    return decided
        ? "its commit is being written to the ledger, or carried out by sinks"
        : "waits for outputs %s and tasks %s".formatted(open, tasks);
  }

  /** An output has made everything ready; it becomes visible with the commit. */
  void prepared(String output, List<String> values) {
    if (!values.isEmpty()) {
      prepared.add(new Decision.Prepared(output, List.copyOf(values)));
    }
  }

  List<Decision.Prepared> prepared() {
    return List.copyOf(prepared);
  }

  void startedOver() {
    attempts++;
  }

  /** The commit is being written down; nothing of the batch is run again. */
  void decide() {
    decided = true;
  }

  boolean isDecided() {
    return decided;
  }

  boolean isComplete() {
    return planned && !decided && openOutputs == 0 && jobs.stream().allMatch(JobRun::isFinished);
  }

  /** What is known of a batch that waits. */
  static BatchInfo submitted(long batchMillis, Map<Integer, Long> records, Instant submitted) {
    return new BatchInfo(
        Instant.ofEpochMilli(batchMillis),
        records,
        submitted,
        Optional.empty(),
        Optional.empty(),
        Map.of(),
        1,
        Map.of(),
        List.of(),
        List.of(),
        Optional.empty());
  }

  /**
   * What listeners hear of the batch.
   *
   * @param stages whether somebody wants to know what each task did
   */
  BatchInfo info(Optional<Instant> end, Optional<String> failure, boolean stages) {
    return new BatchInfo(
        Instant.ofEpochMilli(batchMillis),
        records,
        submitted,
        Optional.of(started),
        end,
        tasksByWorker(),
        attempts,
        counters(),
        List.copyOf(outputs.values()),
        stages ? stages() : List.of(),
        failure);
  }

  /** What Flight Recorder is told. */
  FlightRecord flight() {
    return flight;
  }

  private List<StageInfo> stages() {
    Map<Integer, Integer> origins = new HashMap<>();
    generated.forEach((node, dataset) -> noteOrigins(dataset, node, origins));
    List<StageInfo> stages = new ArrayList<>();
    int number = 0;
    for (List<JobRun> some : List.of(jobs, actions)) {
      for (JobRun job : some) {
        stages.addAll(job.ran().infos(number++, id -> origins.getOrDefault(id, id)));
      }
    }
    return stages;
  }

  private static void noteOrigins(Node dataset, int origin, Map<Integer, Integer> origins) {
    // What a function was given is the program's own, and no part of what it made.
    if (!(dataset instanceof Node.AtBatch) && origins.putIfAbsent(dataset.id(), origin) == null) {
      Inputs.of(dataset).forEach(input -> noteOrigins(input, origin, origins));
    }
  }

  private Map<String, Integer> tasksByWorker() {
    Map<String, Integer> tasks = new TreeMap<>();
    jobs.forEach(job ->
        job.tasksByWorker().forEach((worker, count) -> tasks.merge(worker, count, Integer::sum)));
    return tasks;
  }
}
