package io.sluice.connector.kafka;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * The transactions of one partition of an output. Its transactional id is that partition's, so the brokers end the transaction of whoever
 * wrote it before, and refuse what that one may still send. The last batch it has committed stands, as an offset, in a consumer group
 * that no consumer belongs to: it is committed in the same transaction as the records.
 */
final class PartitionProducer implements AutoCloseable {

  private static final Duration ABORT_TIMEOUT = Duration.ofSeconds(5);
  private static final long NONE = -1;

  /** @param id of the partition of the output, the same whoever writes it */
  private record Key(Map<String, Object> settings, String id, String topic) {
    /** Settings may have secrets. */
    @Override
    public String toString() {
      return id;
    }
  }

  private static final IdlePool<Key, PartitionProducer> IDLE = new IdlePool<>();

  private final Key key;
  private final TopicPartition mark;
  private final ConsumerGroupMetadata group;
  private final Producer<Object, Object> producer;
  private long lastBatch;

  private PartitionProducer(Key key) {
    this.key = key;
    this.mark = new TopicPartition(key.topic, 0);
    Map<String, Object> own = new TreeMap<>(key.settings);
    own.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, key.id);
    this.producer = new KafkaProducer<>(own);
    try (Consumer<byte[], byte[]> known = group()) {
      producer.initTransactions();
      OffsetAndMetadata last = known.committed(Set.of(mark)).get(mark);
      this.lastBatch = last == null ? NONE : last.offset();
      this.group = known.groupMetadata();
    } catch (RuntimeException failure) {
      close();
      throw failure;
    }
  }

  /**
   * The producer of a partition, for the caller alone until it is given back or closed. Takes the partition over from whoever
   * has written it elsewhere. Blocks.
   *
   * @param topic any that is there: the offsets of a group are those of a topic's partitions
   * @throws KafkaException if that fails
   */
  static PartitionProducer take(
      Map<String, Object> settings, String pipeline, int partition, String topic) {
    Key key = new Key(settings, "sluice-" + pipeline + "-" + partition, topic);
    PartitionProducer idle = IDLE.take(key);
    return idle == null ? new PartitionProducer(key) : idle;
  }

  void giveBack() {
    IDLE.giveBack(key, this, System.nanoTime());
  }

  /** A consumer knows what stands in a group, and how the group is called in a transaction. It joins nothing. */
  private Consumer<byte[], byte[]> group() {
    Map<String, Object> own = new TreeMap<>(key.settings);
    own.keySet().retainAll(ConsumerConfig.configNames());
    own.put(ConsumerConfig.GROUP_ID_CONFIG, key.id);
    own.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    own.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
    own.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    own.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    return new KafkaConsumer<>(own);
  }

  /** The time of the last batch of which the partition was committed, in milliseconds; less than any if none was. */
  long lastBatch() {
    return lastBatch;
  }

  Producer<Object, Object> producer() {
    return producer;
  }

  void begin() {
    producer.beginTransaction();
  }

  /** Commits all that was sent since the beginning, and that it is the batch of this time. */
  void commit(long batchMillis) {
    producer.sendOffsetsToTransaction(Map.of(mark, new OffsetAndMetadata(batchMillis)), group);
    producer.commitTransaction();
    lastBatch = batchMillis;
  }

  /** A transaction that is open is aborted, now or by whoever comes next. */
  @Override
  public void close() {
    producer.close(ABORT_TIMEOUT);
  }
}
