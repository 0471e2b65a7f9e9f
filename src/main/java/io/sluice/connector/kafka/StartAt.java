package io.sluice.connector.kafka;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.time.Instant;
import java.util.Map;

/**
 * Where a Kafka source begins that no checkpoint says more about. Partitions that come later begin at their first record,
 * whatever is said here.
 */
public sealed interface StartAt extends Serializable {

  /** With the first record that is still there. */
  record Earliest() implements StartAt {}

  /** With what comes from now on. */
  record Latest() implements StartAt {}

  /** With the first record whose timestamp is not before this; with what comes from now on where there is none. */
  record Timestamp(Instant time) implements StartAt {}

  /**
   * With given offsets.
   *
   * @param offsets by topic and partition, as {@code "orders-3"}; partitions that are not named begin with the first record
   *     that is still there
   */
  record Offsets(Map<String, Long> offsets) implements StartAt {
    public Offsets {
      offsets = Map.copyOf(offsets);
      offsets.forEach((partition, offset) -> {
        TopicPartitions.parse(partition);
        if (offset < 0) {
          throw new IllegalArgumentException(
              "Offset of partition %s must not be negative, got %d.".formatted(partition, offset));
        }
      });
    }
  }

  static StartAt earliest() {
    return new Earliest();
  }

  static StartAt latest() {
    return new Latest();
  }

  static StartAt timestamp(Instant time) {
    return new Timestamp(requireNonNull(time, "The time to start at is null."));
  }

  /** See {@link Offsets}. */
  static StartAt offsets(Map<String, Long> offsets) {
    return new Offsets(offsets);
  }
}
