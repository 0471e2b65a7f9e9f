package io.sluice.batch;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Optional;

/**
 * Batches on their way to be run, one at a time and in order. Only so many are cut ahead; later times stay
 * due, and what arrives meanwhile goes to the first of them.
 */
public final class BatchQueue {

  private final int maxWaiting;
  private final ArrayDeque<Long> due = new ArrayDeque<>();
  private final ArrayDeque<Long> waiting = new ArrayDeque<>();

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

  /** The next batch to run. */
  public Optional<Long> takeToRun() {
    return Optional.ofNullable(waiting.poll());
  }

  public boolean isEmpty() {
    return due.isEmpty() && waiting.isEmpty();
  }

  /** Batches cut or due. */
  public int size() {
    return due.size() + waiting.size();
  }
}
