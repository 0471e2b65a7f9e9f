package io.sluice.state;

import io.sluice.api.Pair;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

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

    /** Whether a key that no pane holds goes all the same. */
    boolean dropsEmptyKeys();
  }

  /** What is kept for a key. */
  public record Total(Object value, int panes, boolean shown) {}

  private static final Object NOTHING = new Object();

  private final KeyedState totals;
  private final Functions functions;

  /**
   * @param totals open for the batch
   */
  public SlidingTotals(KeyedState totals, Functions functions) {
    this.totals = totals;
    this.functions = functions;
  }

  /**
   * Moves the window on by a batch.
   *
   * @param left datasets of the batches that leave, oldest first, each with a key at most once
   * @param entered datasets of the batches that enter
   */
  public void advance(List<List<Pair<?, ?>>> left, List<List<Pair<?, ?>>> entered) {
    Map<Object, Change> changes = new LinkedHashMap<>();
    left.forEach(pane -> pane.forEach(pair -> change(changes, pair).leave(pair, functions)));
    entered.forEach(pane -> pane.forEach(pair -> change(changes, pair).enter(pair, functions)));
    changes.forEach(this::apply);
  }

  /** The pairs that are shown. */
  public void forEach(Consumer<Object> consumer) {
    totals.forEach((key, kept) -> {
      if (kept instanceof Total total && total.shown) {
        consumer.accept(new Pair<>(key, total.value));
      }
    });
  }

  private static Change change(Map<Object, Change> changes, Pair<?, ?> pair) {
    return changes.computeIfAbsent(pair.key(), key -> new Change());
  }

  private void apply(Object key, Change change) {
    Total before = totals.get(key) instanceof Total total ? total : null;
    if (before == null && !change.enters) {
      return;
    }
    Object value;
    if (before == null) {
      value = change.entering;
    } else {
      value = before.value;
      if (change.leaves) {
        value = functions.inverse(value, change.leaving);
      }
      if (change.enters) {
        value = functions.reduce(value, change.entering);
      }
    }
    int panes = (before == null ? 0 : before.panes) + change.panes;
    boolean shown = functions.keeps(new Pair<>(key, value));
    if (panes > 0 || (shown && !functions.dropsEmptyKeys())) {
      totals.put(key, new Total(value, panes, shown));
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
