package io.sluice.testkit;

import io.sluice.api.StreamingListener;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** What a context has done so far, for a test thread that waits for it to go on. */
final class Progress implements StreamingListener {

  private static final int REMEMBERED = 20;

  private final TreeMap<Instant, BatchInfo> completed = new TreeMap<>();
  private final Set<String> workers = new HashSet<>();
  private final ArrayDeque<String> events = new ArrayDeque<>();
  private boolean ended;
  private @Nullable RuntimeException failure;

  @Override
  public void onBatchStarted(BatchInfo batch) {
    note("batch " + batch.batchTime() + " started");
  }

  @Override
  public synchronized void onBatchCompleted(BatchInfo batch) {
    completed.put(batch.batchTime(), batch);
    note("batch " + batch.batchTime() + " completed");
  }

  @Override
  public void onBatchFailed(BatchInfo batch) {
    note("batch " + batch.batchTime() + " failed: " + batch.failure().orElse(""));
  }

  @Override
  public void onReceiverError(ReceiverInfo receiver) {
    note("receiver " + receiver.name() + " failed: " + receiver.lastError().orElse(""));
  }

  @Override
  public synchronized void onWorkerJoined(WorkerInfo worker) {
    workers.add(worker.id());
    note(worker.id() + " joined");
  }

  @Override
  public synchronized void onWorkerLost(WorkerInfo worker, String reason) {
    workers.remove(worker.id());
    note(worker.id() + " was lost: " + reason);
  }

  synchronized void ended(@Nullable RuntimeException cause) {
    ended = true;
    failure = cause;
    note("the context ended");
  }

  synchronized boolean hasCompleted(Instant batch) {
    return completed.containsKey(batch);
  }

  synchronized boolean hasWorker(String name) {
    return workers.contains(name);
  }

  /** The completed batches after a time and up to another, in order. */
  synchronized List<BatchInfo> completed(Instant after, Instant upTo) {
    return new ArrayList<>(completed.subMap(after, false, upTo, true).values());
  }

  /**
   * Waits until the condition holds.
   *
   * @throws RuntimeException what ended the context, if it failed
   * @throws AssertionError if the time-out passes, or the context ends
   */
  synchronized void await(String what, BooleanSupplier condition, Duration timeout) {
    long deadline = System.nanoTime() + timeout.toNanos();
    try {
      while (!condition.getAsBoolean()) {
        requireRunning(what);
        long leftMillis = (deadline - System.nanoTime()) / 1_000_000;
        if (leftMillis <= 0) {
          throw new AssertionError(
              "Waited %d ms for %s in vain%s".formatted(timeout.toMillis(), what, told()));
        }
        wait(leftMillis);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError("Interrupted while waiting for " + what + told(), interrupted);
    }
  }

  private void requireRunning(String what) {
    if (failure != null) {
      throw failure;
    }
    if (ended) {
      throw new AssertionError("The context was stopped; waiting for " + what + told());
    }
  }

  private String told() {
    return events.isEmpty()
        ? ". Nothing has happened yet."
        : ". So far: " + String.join("; ", events) + ".";
  }

  private synchronized void note(String event) {
    events.add(event);
    if (events.size() > REMEMBERED) {
      events.remove();
    }
    notifyAll();
  }
}
