package io.sluice.state;

import io.sluice.api.Pair;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** The rule of {@code updateStateByKey}: a function is called for every known key in every batch. */
public final class UpdatedState {

  /** The user's function, loaded. */
  public interface Function {
    Optional<Object> call(Object key, List<Object> values, Optional<Object> state);
  }

  private record Change(Object key, Object value) {}

  private final KeyedState state;
  private final Function function;
  private final Map<Object, List<Object>> arrived = new LinkedHashMap<>();

  /**
   * @param state open for the batch
   */
  public UpdatedState(KeyedState state, Function function) {
    this.state = state;
    this.function = function;
  }

  /** Takes all values that a key has in the batch. */
  public void add(Object key, List<Object> values) {
    arrived.put(key, values);
  }

  /** Updates every key and puts out the pairs that are left. Called once. */
  public void update(Consumer<Object> consumer) {
    List<Change> changes = new ArrayList<>();
    List<Object> gone = new ArrayList<>();
    state.forEach((key, before) -> {
      List<Object> values = arrived.remove(key);
      Optional<Object> after =
          function.call(key, values == null ? List.of() : values, Optional.of(before));
      if (after.isEmpty()) {
        gone.add(key);
        return;
      }
      if (values != null || !isSame(before, after.get())) {
        changes.add(new Change(key, after.get()));
      }
      consumer.accept(new Pair<>(key, after.get()));
    });
    arrived.forEach((key, values) -> function
        .call(key, values, Optional.empty())
        .ifPresent(first -> {
          changes.add(new Change(key, first));
          consumer.accept(new Pair<>(key, first));
        }));
    gone.forEach(state::remove);
    changes.forEach(change -> state.put(change.key, change.value));
  }

  /** The same object may have been changed inside, unless it is of a class whose objects never change. */
  private static boolean isSame(Object before, Object after) {
    return before == after
        ? before.getClass().getName().startsWith("java.lang.")
        : after.equals(before);
  }
}
