package io.sluice.testkit;

import io.sluice.api.StreamingEvent;
import io.sluice.api.StreamingListener.BatchInfo;
import io.sluice.api.StreamingListener.Scope;
import io.sluice.api.StreamingListener.WorkerInfo;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Flow;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a context has done so far, for a test thread that waits for it to go on. */
final class Progress implements Flow.Subscriber<StreamingEvent> {

  private static final int SHOWN = 20;

  private final TreeMap<Instant, BatchInfo> completed = new TreeMap<>();
  private final Set<String> workers = new HashSet<>();
  private final List<StreamingEvent> events = new ArrayList<>();
  private Instant committedBefore = Instant.MIN;
  private boolean complete;
  private boolean ended;
  private @Nullable RuntimeException failure;

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    subscription.request(Long.MAX_VALUE);
  }

  @Override
  public synchronized void onNext(StreamingEvent event) {
    if (event instanceof StreamingEvent.BatchCompleted done) {
      completed.put(done.batch().batchTime(), done.batch());
    } else if (event instanceof StreamingEvent.Recovery recovery
        && recovery.recovery().scope() == Scope.DRIVER) {
      recovery.recovery().batchTime().ifPresent(batch -> committedBefore = batch);
    } else if (event instanceof StreamingEvent.WorkerJoined joined) {
      workers.add(joined.worker().id());
    } else if (event instanceof StreamingEvent.WorkerLost lost) {
      workers.remove(lost.worker().id());
    } else if (event instanceof StreamingEvent.WorkerLeft left) {
      workers.remove(left.worker().id());
    }
    events.add(event);
    notifyAll();
  }

  @Override
  public void onError(Throwable cause) {}

  @Override
  public synchronized void onComplete() {
    complete = true;
    notifyAll();
  }

  synchronized void ended(@Nullable RuntimeException cause) {
    ended = true;
    failure = cause;
    notifyAll();
  }

  synchronized List<StreamingEvent> events() {
    return List.copyOf(events);
  }

  synchronized boolean hasCompleted(Instant batch) {
    // A driver may be lost after a commit and before it tells of it; the next one does.
    return completed.containsKey(batch) || !batch.isAfter(committedBefore);
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

  /** What happened last may be on its way when the context has ended. */
  private void requireRunning(String what) {
    if (!complete) {
      return;
    }
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
        : events.subList(Math.max(0, events.size() - SHOWN), events.size()).stream()
            .map(Progress::text)
            .flatMap(Optional::stream)
            .collect(Collectors.joining("; ", ". Last events: ", "."));
  }

  private static Optional<String> text(StreamingEvent event) {
    if (event instanceof StreamingEvent.BatchStarted started) {
      return Optional.of("batch " + started.batch().batchTime() + " started");
    } else if (event instanceof StreamingEvent.BatchCompleted done) {
      return Optional.of("batch " + done.batch().batchTime() + " completed");
    } else if (event instanceof StreamingEvent.BatchFailed failed) {
      BatchInfo batch = failed.batch();
      return Optional.of(
          "batch " + batch.batchTime() + " failed: " + batch.failure().orElse(""));
    } else if (event instanceof StreamingEvent.ReceiverError error) {
      String reason = error.receiver().lastError().orElse("");
      return Optional.of("receiver " + error.receiver().name() + " failed: " + reason);
    } else if (event instanceof StreamingEvent.WorkerJoined joined) {
      return Optional.of(joined.worker().id() + " joined");
    } else if (event instanceof StreamingEvent.WorkerLost lost) {
      WorkerInfo worker = lost.worker();
      return Optional.of(worker.id() + " was lost: " + lost.reason());
    } else if (event instanceof StreamingEvent.WorkerLeft left) {
      return Optional.of(left.worker().id() + " has left");
    } else if (event instanceof StreamingEvent.Recovery recovery) {
      return Optional.of("tried again: " + recovery.recovery().reason());
    }
    return Optional.empty();
  }
}
