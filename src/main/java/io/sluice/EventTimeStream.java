package io.sluice;

import io.sluice.api.Function;
import java.time.Duration;
import java.time.Instant;

/**
 * A stream whose records say when they happened.
 *
 * <p>The watermark is how far event time has come: the earliest of what the sources united in the stream have
 * reached, less the lateness allowed. A window is put out once, in the first batch that begins with the watermark at
 * its end; records that come after that are late. A source without data for longer than {@code idleAfter} is not
 * waited for, and when all are silent the watermark goes on with the batches.
 *
 * @param <T> the records
 */
public final class EventTimeStream<T> {

  private final DStreamLike<T, ?, ?> stream;
  private final Function<T, Instant> timestamp;
  private final Duration lateness;
  private final Duration idleAfter;

  EventTimeStream(
      DStreamLike<T, ?, ?> stream,
      Function<T, Instant> timestamp,
      Duration lateness,
      Duration idleAfter) {
    this.stream = stream;
    this.timestamp = timestamp;
    this.lateness = lateness;
    this.idleAfter = idleAfter;
  }

  /** The same, with another time after which a silent source is not waited for; one minute unless set. */
  public EventTimeStream<T> idleAfter(Duration silence) {
    DStreamLike.requirePositive("Silence after which a source is idle", silence);
    return new EventTimeStream<>(stream, timestamp, lateness, silence);
  }

  /** Windows for each key. */
  public <K> KeyedEventTime<K, T> keyBy(Function<T, K> key) {
    return keyBy(key, record -> record);
  }

  /** Windows for each key, over a value of each record. */
  public <K, V> KeyedEventTime<K, V> keyBy(Function<T, K> key, Function<T, V> value) {
    return new KeyedEventTime<>(stream.observed(timestamp, key, value, lateness, idleAfter));
  }
}
