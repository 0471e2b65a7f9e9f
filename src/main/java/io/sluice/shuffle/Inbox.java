package io.sluice.shuffle;

import io.sluice.api.Pair;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What has arrived at one node for one shuffle. Contributions are kept by map task, so that one which
 * arrives twice counts once and they are merged in the same order whenever they came. Thread-safe.
 */
public final class Inbox {

  private final TreeMap<Long, Contribution> contributions = new TreeMap<>();
  private int expected = -1;

  /** Says how many contributions make the shuffle complete. */
  public synchronized void expect(int count) {
    expected = count;
  }

  /** Adds a contribution; true if the shuffle has just become complete. */
  public synchronized boolean add(long source, Contribution contribution) {
    return contributions.putIfAbsent(source, contribution) == null && isComplete();
  }

  public synchronized boolean isComplete() {
    return contributions.size() == expected;
  }

  /** Merges one partition and hands over its pairs. */
  public void merge(int partition, @Nullable Combiner combiner, Consumer<Object> consumer) {
    List<Part> parts = parts(partition);
    boolean ready = parts.size() == 1 && parts.get(0).combined();
    if (combiner == null || ready) {
      parts.forEach(part -> emit(part, consumer));
      return;
    }
    AggregateTable table = new AggregateTable(combiner);
    for (Part part : parts) {
      for (int i = 0; i < part.size(); i++) {
        if (part.combined()) {
          table.join(part.keys()[i], part.values()[i]);
        } else {
          table.add(part.keys()[i], part.values()[i], part.input());
        }
      }
    }
    emit(table.toPart(0), consumer);
  }

  private static void emit(Part part, Consumer<Object> consumer) {
    for (int i = 0; i < part.size(); i++) {
      consumer.accept(new Pair<>(part.keys()[i], part.values()[i]));
    }
  }

  private synchronized List<Part> parts(int partition) {
    List<Part> parts = new ArrayList<>();
    for (Contribution contribution : contributions.values()) {
      Part part = contribution.part(partition);
      if (part != null) {
        parts.add(part);
      }
    }
    return parts;
  }
}
