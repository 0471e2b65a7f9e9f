package io.sluice.connector.kafka;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Deals with the records of a range that cannot be deserialized. Never tells what is in them. */
final class MalformedRecords implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(MalformedRecords.class);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

  private final SourceOptions options;
  private final OffsetRange range;
  private final AtomicReference<@Nullable Exception> unwritten = new AtomicReference<>();
  private @Nullable Producer<byte[], byte[]> letters;
  private long count;
  private long firstOffset;
  private String firstFailure = "";

  MalformedRecords(SourceOptions options, OffsetRange range) {
    this.options = options;
    this.range = range;
  }

  void add(ConsumerRecord<byte[], byte[]> record, RuntimeException failure) {
    String kind = failure.getClass().getName();
    if (options.malformed instanceof Malformed.Fail) {
      throw new SluiceException(
          ErrorCode.TASK_FAILED,
          "The record at offset %d of partition %s of Kafka at %s cannot be deserialized (%s). Mend the deserializer, or leave such records out with onMalformed(Malformed.skip()) or Malformed.deadLetter(topic)."
              .formatted(
                  record.offset(), TopicPartitions.text(range.partition()), options.servers, kind),
          failure);
    }
    if (count++ == 0) {
      firstOffset = record.offset();
      firstFailure = kind;
    }
    if (options.malformed instanceof Malformed.DeadLetter letter) {
      requireWritten();
      var unused = producer().send(letter(letter.topic(), record, kind), (where, refused) -> {
        if (refused != null) {
          unwritten.compareAndSet(null, refused);
        }
      });
    }
  }

  private static ProducerRecord<byte[], byte[]> letter(
      String topic, ConsumerRecord<byte[], byte[]> record, String kind) {
    ProducerRecord<byte[], byte[]> letter =
        new ProducerRecord<>(topic, null, record.key(), record.value(), record.headers());
    header(letter, "sluice-topic", record.topic());
    header(letter, "sluice-partition", String.valueOf(record.partition()));
    header(letter, "sluice-offset", String.valueOf(record.offset()));
    header(letter, "sluice-error", kind);
    return letter;
  }

  private static void header(ProducerRecord<byte[], byte[]> record, String key, String value) {
    record.headers().add(key, value.getBytes(StandardCharsets.UTF_8));
  }

  private Producer<byte[], byte[]> producer() {
    Producer<byte[], byte[]> open = letters;
    if (open == null) {
      Map<String, Object> settings = ProducerSettings.of(options.servers, options.properties);
      settings.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
      settings.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
      open = new KafkaProducer<>(settings);
      letters = open;
    }
    return open;
  }

  /** All of the range is read: dead letters must be safe before the task may be over. */
  void finish() {
    if (letters != null) {
      letters.flush();
    }
    requireWritten();
    if (count > 0) {
      log.warn(
          "Left out [{}] records of partition [{}] that cannot be deserialized, the first at offset [{}]: {}",
          count,
          TopicPartitions.text(range.partition()),
          firstOffset,
          firstFailure);
      count = 0;
    }
  }

  private void requireWritten() {
    Exception refused = unwritten.get();
    if (refused != null) {
      throw new SluiceException(
          ErrorCode.TASK_FAILED,
          "A record that cannot be deserialized could not be written to the topic of dead letters of Kafka at %s: %s"
              .formatted(options.servers, refused),
          refused);
    }
  }

  @Override
  public void close() {
    if (letters != null) {
      letters.close(CLOSE_TIMEOUT);
    }
  }
}
