package io.sluice.connector.kafka;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a sink is to send for a record.
 *
 * @param key decides the partition; null to spread records
 * @param value null to delete the key of a compacted topic
 * @param headers as UTF-8
 */
public record KafkaMessage<K, V>(
    String topic, @Nullable K key, @Nullable V value, Map<String, String> headers) {

  public KafkaMessage {
    headers = Map.copyOf(headers);
  }

  /** Without headers. */
  public static <K, V> KafkaMessage<K, V> of(String topic, @Nullable K key, @Nullable V value) {
    return new KafkaMessage<>(topic, key, value, Map.of());
  }
}
