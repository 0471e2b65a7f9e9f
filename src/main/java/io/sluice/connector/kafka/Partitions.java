package io.sluice.connector.kafka;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;

/** Finds the partitions that a source reads. */
final class Partitions {

  private final SourceOptions options;
  private final Supplier<Consumer<byte[], byte[]>> consumer;
  private final Pattern pattern;
  private Instant lastLook = Instant.MIN;

  Partitions(SourceOptions options, Supplier<Consumer<byte[], byte[]>> consumer) {
    this.options = options;
    this.consumer = consumer;
    this.pattern = Pattern.compile(options.pattern);
  }

  /** Whether it is time to look again. */
  boolean isDue(Instant now) {
    return lastLook.equals(Instant.MIN)
        || !lastLook.plusMillis(options.discoverMillis).isAfter(now);
  }

  /** Those that are there. */
  List<TopicPartition> found(Instant now, Duration timeout) {
    List<TopicPartition> found = found(timeout);
    lastLook = now;
    return found;
  }

  /**
   * Those that are there; named ones must be.
   *
   * @throws SluiceException SETTING_INVALID if a named topic or partition is missing
   */
  List<TopicPartition> required(Duration timeout) {
    List<TopicPartition> found = found(timeout);
    for (String topic : options.topics) {
      if (found.stream().noneMatch(partition -> partition.topic().equals(topic))) {
        throw missing("topic '" + topic + "'");
      }
    }
    for (String partition : options.partitions) {
      if (!found.contains(TopicPartitions.parse(partition))) {
        throw missing("partition '" + partition + "'");
      }
    }
    return found;
  }

  private SluiceException missing(String what) {
    return new SluiceException(
        ErrorCode.SETTING_INVALID,
        "Kafka at %s has no %s, or this user may not see it. Make it first, or use a pattern, which also takes topics that come later."
            .formatted(options.servers, what));
  }

  private List<TopicPartition> found(Duration timeout) {
    List<TopicPartition> found = new ArrayList<>();
    // Asks the brokers; what a consumer is asked about one topic may come from its own memory.
    for (List<PartitionInfo> topic : consumer.get().listTopics(timeout).values()) {
      for (PartitionInfo info : topic) {
        TopicPartition partition = new TopicPartition(info.topic(), info.partition());
        if (isChosen(partition)) {
          found.add(partition);
        }
      }
    }
    return found;
  }

  /** Whether it is one that the source is to read. */
  boolean isChosen(TopicPartition partition) {
    return options.topics.contains(partition.topic())
        || options.partitions.contains(TopicPartitions.text(partition))
        || (!options.pattern.isEmpty() && pattern.matcher(partition.topic()).matches());
  }
}
