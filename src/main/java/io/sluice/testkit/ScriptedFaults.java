package io.sluice.testkit;

import io.sluice.api.Faults;
import java.util.HashMap;
import java.util.Map;

/** Fails tasks as often as it was told to. Thread-safe. */
final class ScriptedFaults implements Faults {

  private record Target(int stage, int partition) {}

  private final Faults others;
  private final Map<Target, Integer> left = new HashMap<>();
  private int thrown;

  ScriptedFaults(Faults others) {
    this.others = others;
  }

  synchronized void fail(int stage, int partition, int times) {
    left.merge(new Target(stage, partition), times, Integer::sum);
  }

  /** How many tasks have been failed so far. */
  synchronized int thrown() {
    return thrown;
  }

  @Override
  public void beforeTask(String worker, long batchMillis, int stage, int partition, int attempt)
      throws Exception {
    if (take(new Target(stage, partition))) {
      throw new IllegalStateException(
          "Task of stage %d, partition %d, failed on purpose on %s in attempt %d"
              .formatted(stage, partition, worker, attempt));
    }
    others.beforeTask(worker, batchMillis, stage, partition, attempt);
  }

  private synchronized boolean take(Target target) {
    int times = left.getOrDefault(target, 0);
    if (times == 0) {
      return false;
    }
    left.put(target, times - 1);
    thrown++;
    return true;
  }
}
