package io.sluice;

import io.sluice.plan.EventWindowSpec;
import java.time.Duration;

/**
 * Values with a key and the time when they happened, to be put into windows.
 *
 * @param <K> the keys
 * @param <V> the values
 */
public final class KeyedEventTime<K, V> {

  private final DStream<?> observed;

  KeyedEventTime(DStream<?> observed) {
    this.observed = observed;
  }

  /**
   * Windows of one length that follow one another, beginning at multiples of it since 1970 in UTC.
   *
   * @throws IllegalArgumentException if the length is less than a millisecond
   */
  public EventWindows<K, V> tumbling(Duration length) {
    return new EventWindows<>(observed, EventWindowSpec.tumbling(length));
  }

  /**
   * Windows of one length, one every {@code slide}.
   *
   * @throws IllegalArgumentException if the length or the slide is less than a millisecond
   */
  public EventWindows<K, V> sliding(Duration length, Duration slide) {
    return new EventWindows<>(observed, EventWindowSpec.sliding(length, slide));
  }

  /**
   * A window for each stretch of a key's records in which none follows the one before by {@code gap} or more. It ends
   * the gap after its last record.
   *
   * @throws IllegalArgumentException if the gap is less than a millisecond
   */
  public EventWindows<K, V> sessions(Duration gap) {
    return new EventWindows<>(observed, EventWindowSpec.session(gap));
  }
}
