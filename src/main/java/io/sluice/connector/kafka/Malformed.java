package io.sluice.connector.kafka;

import java.io.Serializable;

/** What becomes of a record that cannot be deserialized. */
public sealed interface Malformed extends Serializable {

  /** The task fails, with topic, partition and offset; then {@code sluice.task.on-failure} decides. */
  record Fail() implements Malformed {}

  /** It is left out; a warning says how many there were in a batch's partition, and where the first one is. */
  record Skip() implements Malformed {}

  /**
   * As {@link Skip}, and it is written to another topic as it is, with headers that say where it was and why: {@code sluice-topic},
   * {@code sluice-partition}, {@code sluice-offset} and {@code sluice-error}, the class of the failure. A batch that is run again writes it again.
   */
  record DeadLetter(String topic) implements Malformed {
    public DeadLetter {
      if (topic.isBlank()) {
        throw new IllegalArgumentException("The name of the topic of dead letters is empty.");
      }
    }
  }

  static Malformed fail() {
    return new Fail();
  }

  static Malformed skip() {
    return new Skip();
  }

  /** See {@link DeadLetter}. */
  static Malformed deadLetter(String topic) {
    return new DeadLetter(topic);
  }
}
