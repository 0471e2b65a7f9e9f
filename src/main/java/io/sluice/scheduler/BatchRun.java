package io.sluice.scheduler;

import io.sluice.api.StreamingListener.BatchInfo;
import io.sluice.api.StreamingListener.OutputInfo;
import io.sluice.plan.Node;
import io.sluice.plan.Program;
import io.sluice.task.TaskWorker;
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
  private TaskWorker.BatchValues values = new TaskWorker.BatchValues(Map.of(), Map.of());
  private int level;
  private int openOutputs;
  private int openGenerators;
  private int attempts = 1;
  private boolean planned;

  BatchRun(long batchMillis, Map<Integer, Long> records, Instant submitted, Instant started) {
    this.batchMillis = batchMillis;
    this.records = records;
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
  void see(TaskWorker.BatchValues seen) {
    values = seen;
  }

  TaskWorker.BatchValues values() {
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
  List<TaskWorker.SeenTime> times() {
    return jobs.stream().flatMap(job -> job.times().stream()).toList();
  }

  /** What the driver's functions made, by node. */
  Map<Integer, Node> generated() {
    return generated;
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

  void outputStarted(Program.Output output, Instant now) {
    openOutputs++;
    outputs.put(
        output.id(),
        new OutputInfo(
            output.id(), output.name(), Optional.of(now), Optional.empty(), Optional.empty()));
  }

  void outputEnded(int output, Instant now, Optional<String> failure) {
    openOutputs--;
    outputs.computeIfPresent(
        output,
        (id, info) -> new OutputInfo(id, info.name(), info.start(), Optional.of(now), failure));
  }

  void startedOver() {
    attempts++;
  }

  boolean isComplete() {
    return planned && openOutputs == 0 && jobs.stream().allMatch(JobRun::isFinished);
  }

  BatchInfo info(Optional<Instant> end, Optional<String> failure) {
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
        failure);
  }

  private Map<String, Integer> tasksByWorker() {
    Map<String, Integer> tasks = new TreeMap<>();
    jobs.forEach(job ->
        job.tasksByWorker().forEach((worker, count) -> tasks.merge(worker, count, Integer::sum)));
    return tasks;
  }
}
