package io.sluice.connector.kafka;

import io.sluice.api.ErrorCode;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * A consumer of one partition, and what it has fetched beyond what was asked for: the next batch begins there. Used by one
 * thread at a time.
 */
final class PartitionReader implements AutoCloseable {

  private record Key(Map<String, Object> settings, TopicPartition partition) {
    /** Settings may have secrets. */
    @Override
    public String toString() {
      return partition.toString();
    }
  }

  private static final IdlePool<Key, PartitionReader> IDLE = new IdlePool<>();

  private final Key key;
  private final Consumer<byte[], byte[]> consumer;
  private final Deque<ConsumerRecord<byte[], byte[]>> fetched = new ArrayDeque<>();
  private final TopicPartition partition;
  private long position;

  private PartitionReader(Key key) {
    this.key = key;
    this.partition = key.partition;
    this.consumer = new KafkaConsumer<>(key.settings);
    consumer.assign(List.of(partition));
  }

  /** A reader that stands at the offset, for the caller alone until it is given back or closed. */
  static PartitionReader take(SourceOptions options, TopicPartition partition, long from) {
    Map<String, Object> settings = options.consumer();
    settings.putIfAbsent(
        ConsumerConfig.CLIENT_ID_CONFIG, "sluice-" + TopicPartitions.text(partition));
    Key key = new Key(settings, partition);
    PartitionReader idle = IDLE.take(key);
    PartitionReader reader = idle == null ? open(options, key) : idle;
    reader.seek(from);
    return reader;
  }

  private static PartitionReader open(SourceOptions options, Key key) {
    try {
      return new PartitionReader(key);
    } catch (KafkaException failure) {
      throw Clients.failed(
          ErrorCode.TASK_FAILED, options.servers, "connecting to read " + key, failure);
    }
  }

  void giveBack() {
    IDLE.giveBack(key, this, System.nanoTime());
  }

  /** All offsets before this one were given, or are those of no record. */
  long position() {
    return position;
  }

  void seek(long offset) {
    if (offset != position || fetched.isEmpty()) {
      fetched.clear();
      consumer.seek(partition, offset);
    }
    position = offset;
  }

  /** The next record before an offset, if it has been fetched; null if not. */
  @Nullable
  ConsumerRecord<byte[], byte[]> next(long until) {
    ConsumerRecord<byte[], byte[]> next = fetched.peek();
    if (next == null || next.offset() >= until) {
      if (next != null) {
        position = until;
      }
      return null;
    }
    fetched.remove();
    position = next.offset() + 1;
    return next;
  }

  /** Fetches more; false if the broker had nothing in this time. */
  boolean poll(Duration timeout) {
    if (!fetched.isEmpty()) {
      return true;
    }
    if (reached(timeout)) {
      return true;
    }
    ConsumerRecords<byte[], byte[]> records = consumer.poll(timeout);
    records.forEach(fetched::add);
    return !fetched.isEmpty() || reached(timeout);
  }

  /** Whether only offsets without records, such as the ends of transactions, lie before where the consumer is. */
  private boolean reached(Duration timeout) {
    long consumed = consumer.position(partition, timeout);
    boolean further = consumed > position;
    if (further) {
      position = consumed;
    }
    return further;
  }

  /** The first offset that is there. */
  long first(Duration timeout) {
    return consumer.beginningOffsets(List.of(partition), timeout).getOrDefault(partition, position);
  }

  @Override
  public void close() {
    consumer.close();
  }
}
