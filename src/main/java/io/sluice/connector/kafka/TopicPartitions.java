package io.sluice.connector.kafka;

import org.apache.kafka.common.TopicPartition;

/** Partitions as texts: {@code topic-number}. A topic may have dashes of its own. */
final class TopicPartitions {

  private TopicPartitions() {}

  static String text(TopicPartition partition) {
    return partition.topic() + "-" + partition.partition();
  }

  /** @throws IllegalArgumentException if it is no partition */
  static TopicPartition parse(String text) {
    int dash = text.lastIndexOf('-');
    try {
      if (dash > 0) {
        return new TopicPartition(
            text.substring(0, dash), Integer.parseUnsignedInt(text.substring(dash + 1)));
      }
    } catch (NumberFormatException noNumber) {
      // Refused below.
    }
    throw new IllegalArgumentException(
        "'%s' is no partition of a topic; write topic and number with a dash between them, such as orders-3."
            .formatted(text));
  }
}
