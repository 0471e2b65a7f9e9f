package io.sluice.testkit;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Predicate;

/**
 * Faults that a program must survive, drawn from a seed. Which tasks fail does not depend on the order in which threads
 * run them. Thread-safe.
 */
final class RandomFaults implements Predicate<TaskRun> {

  private static final int TASKS_BETWEEN = 25;
  private static final int BATCHES_BETWEEN_LOSSES = 4;

  /** A standby needs a batch to become complete after a loss. */
  private static final int QUIET_BATCHES = 2;

  private final long seed;
  private final int failuresInABatch;
  private final Map<Optional<Instant>, Integer> failures = new HashMap<>();
  private int lastLoss = Integer.MIN_VALUE / 2;

  /**
   * @param failuresInABatch so many tasks can fail without the batch being given up
   */
  RandomFaults(long seed, int failuresInABatch) {
    this.seed = seed;
    this.failuresInABatch = failuresInABatch;
  }

  long seed() {
    return seed;
  }

  @Override
  public synchronized boolean test(TaskRun task) {
    long batch = task.batchTime().map(Instant::toEpochMilli).orElse(-1L);
    int before = failures.getOrDefault(task.batchTime(), 0);
    Random random = random(batch, task.stage(), task.partition(), task.attempt());
    if (before >= failuresInABatch || random.nextInt(TASKS_BETWEEN) > 0) {
      return false;
    }
    failures.put(task.batchTime(), before + 1);
    return true;
  }

  /** The node to kill before a batch, if one is to be killed. */
  synchronized Optional<String> lossBefore(int batch, List<String> nodes) {
    Random random = random(batch);
    if (nodes.size() < 2
        || batch - lastLoss < QUIET_BATCHES
        || random.nextInt(BATCHES_BETWEEN_LOSSES) > 0) {
      return Optional.empty();
    }
    lastLoss = batch;
    return Optional.of(nodes.get(random.nextInt(nodes.size())));
  }

  private Random random(long... place) {
    long mixed = seed;
    for (long number : place) {
      mixed = new Random(mixed ^ number).nextLong();
    }
    return new Random(mixed);
  }
}
