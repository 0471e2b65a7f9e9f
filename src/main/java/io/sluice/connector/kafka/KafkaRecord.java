package io.sluice.connector.kafka;

import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A record of a topic.
 *
 * @param timestamp in milliseconds since 1970, of its making or its arrival, as the topic is configured; -1 if it has none
 * @param key null if it has none
 * @param value null for a record that deletes its key
 * @param headers in their order; a key may come more than once
 */
public record KafkaRecord<K, V>(
    String topic,
    int partition,
    long offset,
    long timestamp,
    @Nullable K key,
    @Nullable V value,
    List<Header> headers)
    implements Serializable {

  public KafkaRecord {
    headers = List.copyOf(headers);
  }

  /** A header; its value is null if it has none. */
  @SuppressWarnings("ArrayRecordComponent")
  public record Header(String key, byte @Nullable [] value) implements Serializable {}
}
