package io.sluice.api;

import java.util.Optional;

/**
 * What {@code mapWithState} remembers for one key, as its function sees it during one call.
 *
 * <p>The value must be replaced with {@link #update}, not changed in place: a batch that is run again starts from
 * the value it had before, and a change in place would be there already.
 *
 * @param <S> the value
 */
public interface State<S> {

  /** Whether there is a value. */
  boolean exists();

  /**
   * The value.
   *
   * @throws java.util.NoSuchElementException if there is none
   */
  S get();

  /** The value, if there is one. */
  Optional<S> getOption();

  /**
   * Sets the value.
   *
   * @throws IllegalArgumentException if it is null; {@link #remove} takes a value away
   * @throws IllegalStateException after {@link #remove} in the same call, or while the key is timing out
   */
  void update(S value);

  /**
   * Takes the value away.
   *
   * @throws IllegalStateException after another {@code remove} in the same call, or while the key is timing out
   */
  void remove();

  /**
   * Whether the key had no data for longer than the time-out. Its value can be read for the last time and is gone
   * after this call.
   */
  boolean isTimingOut();
}
