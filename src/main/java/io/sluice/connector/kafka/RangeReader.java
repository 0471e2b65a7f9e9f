package io.sluice.connector.kafka;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/** Reads a range of offsets as its records are asked for. */
final class RangeReader<K, V> implements Iterator<KafkaRecord<K, V>>, AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(500);

  private final SourceOptions options;
  private final OffsetRange range;
  private final Deserializer<K> keys;
  private final Deserializer<V> values;
  private final MalformedRecords malformed;
  private final PartitionReader reader;
  private @Nullable KafkaRecord<K, V> next;
  private boolean failed;

  RangeReader(
      SourceOptions options,
      OffsetRange range,
      Class<? extends Deserializer<K>> key,
      Class<? extends Deserializer<V>> value) {
    this.options = options;
    this.range = range;
    this.keys = deserializer(key, true);
    this.values = deserializer(value, false);
    this.malformed = new MalformedRecords(options, range);
    this.reader = PartitionReader.take(options, range.partition(), range.from());
  }

  private <T> Deserializer<T> deserializer(Class<? extends Deserializer<T>> type, boolean isKey) {
    try {
      Deserializer<T> made = type.getConstructor().newInstance();
      made.configure(options.properties, isKey);
      return made;
    } catch (ReflectiveOperationException refused) {
      throw new SluiceException(
          ErrorCode.TASK_FAILED,
          "Deserializer %s cannot be made: %s. It needs a public constructor without parameters."
              .formatted(type.getName(), refused),
          refused);
    }
  }

  @Override
  public boolean hasNext() {
    while (next == null && !isOver()) {
      ConsumerRecord<byte[], byte[]> raw = reader.next(range.until());
      if (raw == null) {
        poll();
      } else {
        next = record(raw);
      }
    }
    if (next == null) {
      malformed.finish();
    }
    return next != null;
  }

  private boolean isOver() {
    return reader.position() >= range.until();
  }

  private void poll() {
    long deadline = System.nanoTime() + Duration.ofMillis(options.readMillis).toNanos();
    long before = reader.position();
    try {
      while (!reader.poll(POLL)) {
        if (System.nanoTime() - deadline > 0) {
          throw new SluiceException(
              ErrorCode.TASK_FAILED,
              "Kafka at %s gave nothing of partition %s from offset %d on within %d ms. Are its brokers up, and does the partition have a leader?"
                  .formatted(
                      options.servers,
                      TopicPartitions.text(range.partition()),
                      before,
                      options.readMillis));
        }
      }
    } catch (OffsetOutOfRangeException deleted) {
      skipToFirst();
    } catch (KafkaException failure) {
      throw unreadable(failure);
    } catch (SluiceException failure) {
      failed = true;
      throw failure;
    }
  }

  private SluiceException unreadable(KafkaException failure) {
    failed = true;
    return Clients.failed(
        ErrorCode.TASK_FAILED,
        options.servers,
        "reading partition " + TopicPartitions.text(range.partition()),
        failure);
  }

  /** What is not there any more may lie before what is left, or behind it, if the log has become shorter. */
  private void skipToFirst() {
    long position = reader.position();
    long first;
    try {
      first = reader.first(Duration.ofMillis(options.readMillis));
    } catch (KafkaException failure) {
      throw unreadable(failure);
    }
    long next = first > position ? Math.min(first, range.until()) : range.until();
    Overruns.note(options, new OffsetRange(range.partition(), position, next));
    reader.seek(next);
  }

  private @Nullable KafkaRecord<K, V> record(ConsumerRecord<byte[], byte[]> raw) {
    try {
      Headers headers = raw.headers();
      return new KafkaRecord<>(
          raw.topic(),
          raw.partition(),
          raw.offset(),
          raw.timestamp(),
          raw.key() == null ? null : keys.deserialize(raw.topic(), headers, raw.key()),
          raw.value() == null ? null : values.deserialize(raw.topic(), headers, raw.value()),
          headers(headers));
    } catch (RuntimeException unreadable) {
      malformed.add(raw, unreadable);
      return null;
    }
  }

  private static List<KafkaRecord.Header> headers(Headers headers) {
    if (headers.toArray().length == 0) {
      return List.of();
    }
    List<KafkaRecord.Header> all = new ArrayList<>();
    StreamSupport.stream(headers.spliterator(), false)
        .forEach(header -> all.add(new KafkaRecord.Header(header.key(), header.value())));
    return all;
  }

  @Override
  public KafkaRecord<K, V> next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    KafkaRecord<K, V> record = next;
    next = null;
    if (record == null) {
      throw new NoSuchElementException();
    }
    return record;
  }

  @Override
  public void close() {
    if (failed) {
      reader.close();
    } else {
      reader.giveBack();
    }
    malformed.close();
    keys.close();
    values.close();
  }
}
