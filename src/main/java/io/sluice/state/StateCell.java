package io.sluice.state;

import io.sluice.api.State;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The state of one key in the hands of the user's function; used again for the next key. */
final class StateCell implements State<Object> {

  private @Nullable Object value;
  private boolean updated;
  private boolean removed;
  private boolean timingOut;

  /** Holds a key's value, null for none. */
  void wrap(@Nullable Object current) {
    value = current;
    updated = false;
    removed = false;
    timingOut = false;
  }

  /** Holds the value of a key that is about to be forgotten. */
  void wrapTimingOut(Object current) {
    wrap(current);
    timingOut = true;
  }

  boolean isUpdated() {
    return updated;
  }

  boolean isRemoved() {
    return removed;
  }

  @Override
  public boolean exists() {
    return value != null;
  }

  @Override
  public Object get() {
    Object current = value;
    if (current == null) {
      throw new NoSuchElementException("State is not set. Ask exists() first, or use getOption().");
    }
    return current;
  }

  @Override
  public Optional<Object> getOption() {
    return Optional.ofNullable(value);
  }

  @Override
  public void update(Object changed) {
    if (changed == null) {
      throw new IllegalArgumentException(
          "State cannot be updated to null. Use remove() to take it away.");
    }
    requireChangeable("updated");
    value = changed;
    updated = true;
  }

  @Override
  public void remove() {
    requireChangeable("removed");
    value = null;
    updated = false;
    removed = true;
  }

  @Override
  public boolean isTimingOut() {
    return timingOut;
  }

  private void requireChangeable(String what) {
    if (timingOut) {
      throw new IllegalStateException(
          "State that is timing out cannot be %s: it is removed after this call.".formatted(what));
    }
    if (removed) {
      throw new IllegalStateException(
          "State that was removed cannot be %s in the same call.".formatted(what));
    }
  }
}
