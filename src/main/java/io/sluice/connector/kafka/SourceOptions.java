package io.sluice.connector.kafka;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** What was chosen for a source; changes only while it is copied. Properties may hold passwords, so nothing prints them. */
final class SourceOptions implements Serializable {

  private static final long serialVersionUID = 1L;

  String servers = "";
  List<String> topics = List.of();

  /** Of topics; empty for named ones. */
  String pattern = "";

  /** Those to read alone; empty for all. */
  List<String> partitions = List.of();

  StartAt startAt = StartAt.latest();

  /** The most of a partition in records a second; 0 for no limit. */
  long maxRate;

  /** Where offsets are committed; empty for nowhere. */
  String group = "";

  Overrun overrun = Overrun.FAIL;
  Malformed malformed = Malformed.fail();
  long discoverMillis = 10_000;
  long readMillis = 60_000;
  Map<String, String> properties = Map.of();

  /** The same with changes. */
  SourceOptions with(Consumer<SourceOptions> change) {
    SourceOptions copy = new SourceOptions();
    copy.servers = servers;
    copy.topics = topics;
    copy.pattern = pattern;
    copy.partitions = partitions;
    copy.startAt = startAt;
    copy.maxRate = maxRate;
    copy.group = group;
    copy.overrun = overrun;
    copy.malformed = malformed;
    copy.discoverMillis = discoverMillis;
    copy.readMillis = readMillis;
    copy.properties = properties;
    change.accept(copy);
    return copy;
  }

  static long positiveMillis(String option, Duration time) {
    if (time.toMillis() < 1) {
      throw new IllegalArgumentException(
          "%s must be at least 1 ms, got %s.".formatted(option, time));
    }
    return time.toMillis();
  }

  /** What is read, in words. */
  String what() {
    if (!pattern.isEmpty()) {
      return "topics like " + pattern;
    }
    return topics.isEmpty() ? "partitions " + partitions : "topics " + topics;
  }

  /** Only one way to say what is read may be used, and one must. */
  SourceOptions requireOneChoice() {
    int choices =
        (topics.isEmpty() ? 0 : 1) + (pattern.isEmpty() ? 0 : 1) + (partitions.isEmpty() ? 0 : 1);
    if (choices != 1) {
      throw new IllegalArgumentException(
          "A Kafka source reads topics, a pattern of topics, or partitions, one of the three; got topics %s, pattern '%s' and partitions %s."
              .formatted(topics, pattern, partitions));
    }
    return this;
  }

  /** For all consumers of the source; what the program has chosen comes last. */
  Map<String, Object> consumer() {
    Map<String, Object> settings = new TreeMap<>();
    settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
    settings.putAll(properties);
    settings.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, servers);
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    settings.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    settings.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    return settings;
  }
}
