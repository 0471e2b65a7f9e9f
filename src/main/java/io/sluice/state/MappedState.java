package io.sluice.state;

import io.sluice.api.State;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The rule of {@code mapWithState}: a function is called once a record, and once for a key whose time is out. */
public final class MappedState {

  /** The user's function, loaded; gives what to put out through {@code consumer}. */
  public interface Function {
    void call(Object key, Optional<Object> value, State<Object> state, Consumer<Object> consumer);
  }

  private final KeyedState state;
  private final Function function;
  private final @Nullable Long expiryMillis;
  private final StateCell cell = new StateCell();

  /**
   * @param state open for the batch
   * @param expiryMillis keys last touched before this time out; null for never
   */
  public MappedState(KeyedState state, Function function, @Nullable Long expiryMillis) {
    this.state = state;
    this.function = function;
    this.expiryMillis = expiryMillis;
    if (expiryMillis != null) {
      state.trackTime();
    }
  }

  /** Takes a record. Data keeps a key from timing out, whether or not it changes the value. */
  public void add(Object key, Object value, Consumer<Object> consumer) {
    cell.wrap(state.get(key));
    function.call(key, Optional.ofNullable(value), cell, consumer);
    if (cell.isRemoved()) {
      state.remove(key);
    } else if (cell.isUpdated() || (cell.exists() && expiryMillis != null)) {
      state.put(key, cell.get());
    }
  }

  /** Forgets keys whose time is out. Called once, after all records. */
  public void expire(Consumer<Object> consumer) {
    if (expiryMillis == null) {
      return;
    }
    for (Object key : state.before(expiryMillis)) {
      Object last = state.get(key);
      if (last != null) {
        cell.wrapTimingOut(last);
        function.call(key, Optional.empty(), cell, consumer);
        state.remove(key);
      }
    }
    state.expired(expiryMillis);
  }
}
