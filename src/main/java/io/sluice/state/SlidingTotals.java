package io.sluice.state;

import io.sluice.api.ErrorCode;
import io.sluice.api.Pair;
import io.sluice.api.SluiceException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The totals by key of one partition of an incremental window: each batch takes off what leaves the
 * window and adds what enters it.
 *
 * <p>Beside its value a key has the number of panes in the window that hold it. A key that the filter
 * rejects is not shown, but kept as long as a pane holds it, so that its value stays that of the whole
 * window.
 */
public final class SlidingTotals {

  /** The functions of the window, loaded. */
  public interface Functions {
    Object reduce(Object left, Object right);

    Object inverse(Object total, Object leaving);

    /** Whether the pair is shown, and kept once no pane holds its key. */
    boolean keeps(Pair<?, ?> pair);
  }

  private record Total(Pair<Object, Object> pair, int panes, boolean shown) {}

  private static final Object NOTHING = new Object();

  private final KeyedState<Total> totals = new KeyedState<>();
  private long pendingBatch = Long.MIN_VALUE;
  private long committedBatch = Long.MIN_VALUE;

  /**
   * Moves the window on to a batch; it counts from the batch's commit.
   *
   * @param left datasets of the batches that leave, oldest first, each with a key at most once
   * @param entered datasets of the batches that enter
   */
  public synchronized void advance(
      long batchMillis,
      List<List<Pair<?, ?>>> left,
      List<List<Pair<?, ?>>> entered,
      Functions functions) {
    if (batchMillis <= committedBatch) {
      throw new SluiceException(
          ErrorCode.INTERNAL,
          "Batch %d is committed; its task was given up before it started.".formatted(batchMillis));
    }
    totals.discard();
    pendingBatch = batchMillis;
    Map<Object, Change> changes = new LinkedHashMap<>();
    left.forEach(pane -> pane.forEach(pair -> change(changes, pair).leave(pair, functions)));
    entered.forEach(pane -> pane.forEach(pair -> change(changes, pair).enter(pair, functions)));
    changes.forEach((key, change) -> apply(key, change, functions));
  }

  /** The pairs that are shown. */
  public synchronized void forEach(Consumer<Object> consumer) {
    totals.forEach((key, total) -> {
      if (total.shown) {
        consumer.accept(total.pair);
      }
    });
  }

  /** Makes the batch's changes current. */
  public synchronized void commit(long batchMillis) {
    committedBatch = batchMillis;
    if (pendingBatch == batchMillis) {
      totals.commit();
      pendingBatch = Long.MIN_VALUE;
    }
  }

  /** The batch's changes, for {@link #applyDelta} on the standby. */
  public synchronized List<Object> delta() {
    List<Object> flat = new ArrayList<>();
    totals.changes().forEach((key, total) -> flatten(key, total, flat));
    return flat;
  }

  /** Everything committed, for {@link #applyDelta} on an empty copy. */
  public synchronized List<Object> snapshot() {
    List<Object> flat = new ArrayList<>();
    totals.forEachCommitted((key, total) -> flatten(key, total, flat));
    return flat;
  }

  /** Takes over changes that another node has committed. */
  public synchronized void applyDelta(List<Object> flat) {
    totals.discard();
    Iterator<Object> rest = flat.iterator();
    while (rest.hasNext()) {
      Object key = rest.next();
      Object value = rest.next();
      int panes = rest.next() instanceof Integer count ? count : -1;
      boolean shown = Boolean.TRUE.equals(rest.next());
      if (panes < 0) {
        totals.remove(key);
      } else {
        totals.put(key, new Total(new Pair<>(key, value), panes, shown));
      }
    }
    totals.commit();
  }

  /** Forgets everything. */
  public synchronized void clear() {
    totals.clear();
  }

  private static void flatten(Object key, @Nullable Total total, List<Object> flat) {
    flat.add(key);
    flat.add(total == null ? null : total.pair.value());
    flat.add(total == null ? -1 : total.panes);
    flat.add(total != null && total.shown);
  }

  private static Change change(Map<Object, Change> changes, Pair<?, ?> pair) {
    return changes.computeIfAbsent(pair.key(), key -> new Change());
  }

  private void apply(Object key, Change change, Functions functions) {
    Total before = totals.get(key);
    if (before == null && !change.enters) {
      return;
    }
    Object value;
    if (before == null) {
      value = change.entering;
    } else {
      value = before.pair.value();
      if (change.leaves) {
        value = functions.inverse(value, change.leaving);
      }
      if (change.enters) {
        value = functions.reduce(value, change.entering);
      }
    }
    Pair<Object, Object> pair = new Pair<>(key, value);
    int panes = (before == null ? 0 : before.panes) + change.panes;
    boolean shown = functions.keeps(pair);
    if (shown || panes > 0) {
      totals.put(key, new Total(pair, panes, shown));
    } else {
      totals.remove(key);
    }
  }

  /** What happens to one key in one batch. */
  private static final class Change {
    private boolean leaves;
    private boolean enters;
    private Object leaving = NOTHING;
    private Object entering = NOTHING;
    private int panes;

    void leave(Pair<?, ?> pair, Functions functions) {
      leaving = leaves ? functions.reduce(leaving, pair.value()) : pair.value();
      leaves = true;
      panes--;
    }

    void enter(Pair<?, ?> pair, Functions functions) {
      entering = enters ? functions.reduce(entering, pair.value()) : pair.value();
      enters = true;
      panes++;
    }
  }
}
