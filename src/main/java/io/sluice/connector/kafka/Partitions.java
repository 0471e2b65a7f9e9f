package io.sluice.connector.kafka;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;

/** Finds the partitions that a source reads. */
final class Partitions {

  private final SourceOptions options;
  private final Consumer<byte[], byte[]> consumer;
  private Instant lastLook = Instant.MIN;

  Partitions(SourceOptions options, Consumer<byte[], byte[]> consumer) {
    this.options = options;
    this.consumer = consumer;
  }

  /** Whether it is time to look again. */
  boolean isDue(Instant now) {
    return options.partitions.isEmpty()
        && (lastLook.equals(Instant.MIN)
            || !lastLook.plusMillis(options.discoverMillis).isAfter(now));
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
    Pattern pattern = Pattern.compile(options.pattern);
    List<String> given = options.partitions;
    List<TopicPartition> found = new ArrayList<>();
    // Asks the brokers; what a consumer is asked about one topic may come from its own memory.
    for (Map.Entry<String, List<PartitionInfo>> topic :
        consumer.listTopics(timeout).entrySet()) {
      for (PartitionInfo info : topic.getValue()) {
        TopicPartition partition = new TopicPartition(info.topic(), info.partition());
        boolean wanted = options.topics.contains(info.topic())
            || given.contains(TopicPartitions.text(partition))
            || (!options.pattern.isEmpty() && pattern.matcher(info.topic()).matches());
        if (wanted) {
          found.add(partition);
        }
      }
    }
    return found;
  }
}
