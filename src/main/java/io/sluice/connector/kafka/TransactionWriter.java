package io.sluice.connector.kafka;

import io.sluice.api.BatchPartition;
import io.sluice.api.BatchWriter;
import io.sluice.api.Function;
import java.time.Instant;
import java.util.Map;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes a partition of a batch in one transaction, unless an earlier attempt has committed it. */
final class TransactionWriter<T> implements BatchWriter<T> {

  private static final Logger log = LoggerFactory.getLogger(TransactionWriter.class);

  private final Sending<T> sending;
  private final PartitionProducer producer;
  private final long batch;
  private final boolean isNew;
  private boolean begun;

  /** @param noted the topic under which committed batches are noted */
  TransactionWriter(
      String servers,
      Map<String, Object> settings,
      Function<? super T, ? extends KafkaMessage<?, ?>> message,
      String pipeline,
      BatchPartition partition,
      String noted) {
    this.sending = new Sending<>(servers, message, pipeline, partition);
    this.batch = partition.time().toEpochMilli();
    try {
      this.producer = PartitionProducer.take(settings, pipeline, partition.partition(), noted);
    } catch (KafkaException failure) {
      throw sending.failed(failure);
    }
    this.isNew = producer.lastBatch() < batch;
    if (producer.lastBatch() > batch) {
      log.warn(
          "Partition [{}] of batch [{}] of [{}] is left out: a transaction has written it up to batch [{}]",
          partition.partition(),
          partition.time(),
          pipeline,
          Instant.ofEpochMilli(producer.lastBatch()));
    }
  }

  @Override
  public void write(T record) throws Exception {
    if (isNew) {
      if (!begun) {
        begun = true;
        producer.begin();
      }
      sending.send(producer.producer(), record);
    }
  }

  @Override
  public String prepare() {
    if (begun) {
      try {
        producer.commit(batch);
      } catch (KafkaException failure) {
        throw sending.failed(failure);
      }
    }
    producer.giveBack();
    return "";
  }

  @Override
  public void abort() {
    producer.close();
  }
}
