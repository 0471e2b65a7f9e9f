package io.sluice.batch;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Batches on their way to be run, one at a time and in order. Only so many are cut ahead; later times stay
 * due, and what arrives meanwhile goes to the first of them.
 */
public final class BatchQueue {

  private final int maxWaiting;
  private final ArrayDeque<Long> due = new ArrayDeque<>();
  private final ArrayDeque<Long> waiting = new ArrayDeque<>();
  private final Set<Long> ready = new HashSet<>();

  public BatchQueue(int maxWaiting) {
    this.maxWaiting = maxWaiting;
  }

  public void addDue(Collection<Long> times) {
    due.addAll(times);
  }

  /** The next time to cut, if there is room for another batch. */
  public Optional<Long> takeToCut() {
    if (due.isEmpty() || waiting.size() >= maxWaiting) {
      return Optional.empty();
    }
    Long time = due.remove();
    waiting.add(time);
    return Optional.of(time);
  }

  /** What was cut for the batch is safe: it can run when its turn comes. */
  public void ready(long time) {
    ready.add(time);
  }

  /** Takes in a batch that an earlier driver has cut. */
  public void restore(long time) {
    waiting.add(time);
    ready.add(time);
  }

  /** The next batch to run, if it is ready. */
  public Optional<Long> takeToRun() {
    Long next = waiting.peek();
    if (next == null || !ready.remove(next)) {
      return Optional.empty();
    }
    return Optional.of(waiting.remove());
  }

  public boolean isEmpty() {
    return due.isEmpty() && waiting.isEmpty();
  }

  @Override
  public String toString() {
    return "%d due, %d cut, %d of them ready".formatted(due.size(), waiting.size(), ready.size());
  }

  /** Batches cut or due. */
  public int size() {
    return due.size() + waiting.size();
  }
}
