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

  /** So many keys are looked up together. */
  private static final int GROUP = 32;

  private final KeyedState state;
  private final Function function;
  private final @Nullable Long expiryMillis;
  private final StateCell cell = new StateCell();
  private final KeyTable.@Nullable Entry[] found = new KeyTable.Entry[GROUP];

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
    add(key, null, value, consumer);
  }

  /** Takes the first records of two arrays; as {@link #add}, but faster. */
  public void addAll(Object[] keys, Object[] values, int size, Consumer<Object> consumer) {
    for (int from = 0; from < size; from += GROUP) {
      int count = Math.min(GROUP, size - from);
      state.find(keys, from, count, found);
      for (int i = 0; i < count; i++) {
        add(keys[from + i], found[i], values[from + i], consumer);
      }
    }
  }

  private void add(
      Object key, KeyTable.@Nullable Entry likely, Object value, Consumer<Object> consumer) {
    KeyTable.Entry entry = state.current(key, likely);
    cell.wrap(entry == null ? null : entry.value());
    function.call(key, Optional.ofNullable(value), cell, consumer);
    if (cell.isRemoved()) {
      if (entry != null) {
        state.remove(entry);
      }
    } else if (cell.isUpdated() || (cell.exists() && expiryMillis != null)) {
      state.put(key, entry, cell.get());
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
