package io.sluice.testkit;

import io.sluice.api.Faults;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** Fails tasks, and takes other steps before tasks, as it was told to. Thread-safe. */
final class ScriptedFaults implements Faults {

  private record Target(int stage, int partition) {}

  private record Crash(long decision, boolean kept) {}

  private final Faults others;
  private final Map<Target, Integer> left = new HashMap<>();
  private final Map<Long, List<Runnable>> steps = new HashMap<>();
  private final Map<Crash, Runnable> crashes = new HashMap<>();
  private final List<Predicate<TaskRun>> conditions = new ArrayList<>();
  private int thrown;
  private long tasks;

  ScriptedFaults(Faults others) {
    this.others = others;
  }

  synchronized void fail(int stage, int partition, int times) {
    left.merge(new Target(stage, partition), times, Integer::sum);
  }

  synchronized void failIf(Predicate<TaskRun> condition) {
    conditions.add(condition);
  }

  synchronized void before(long task, Runnable step) {
    if (task <= tasks) {
      throw new IllegalArgumentException(
          "Task %d has begun already: %d tasks have.".formatted(task, tasks));
    }
    steps.computeIfAbsent(task, number -> new ArrayList<>()).add(step);
  }

  /** How many tasks have been failed so far. */
  synchronized int thrown() {
    return thrown;
  }

  @Override
  public void beforeTask(String worker, long batchMillis, int stage, int partition, int attempt)
      throws Exception {
    TaskRun task = begin(worker, batchMillis, stage, partition, attempt);
    takeSteps(task.number()).forEach(Runnable::run);
    if (take(new Target(stage, partition)) || isToFail(task)) {
      synchronized (this) {
        thrown++;
      }
      throw new IllegalStateException(
          "Task of stage %d, partition %d, failed on purpose on %s in attempt %d"
              .formatted(stage, partition, worker, attempt));
    }
    others.beforeTask(worker, batchMillis, stage, partition, attempt);
  }

  synchronized void loseDriver(long decision, boolean kept, Runnable kill) {
    crashes.put(new Crash(decision, kept), kill);
  }

  @Override
  public boolean losesDriver(long decision, boolean kept) {
    Runnable kill;
    synchronized (this) {
      kill = crashes.remove(new Crash(decision, kept));
    }
    if (kill == null) {
      return others.losesDriver(decision, kept);
    }
    kill.run();
    return true;
  }

  private synchronized TaskRun begin(
      String worker, long batchMillis, int stage, int partition, int attempt) {
    Optional<Instant> batch =
        batchMillis < 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(batchMillis));
    return new TaskRun(++tasks, worker, batch, stage, partition, attempt);
  }

  private synchronized List<Runnable> takeSteps(long task) {
    List<Runnable> taken = steps.remove(task);
    return taken == null ? List.of() : taken;
  }

  private synchronized boolean take(Target target) {
    int times = left.getOrDefault(target, 0);
    left.put(target, Math.max(0, times - 1));
    return times > 0;
  }

  private boolean isToFail(TaskRun task) {
    List<Predicate<TaskRun>> all;
    synchronized (this) {
      all = List.copyOf(conditions);
    }
    return all.stream().anyMatch(condition -> condition.test(task));
  }
}
