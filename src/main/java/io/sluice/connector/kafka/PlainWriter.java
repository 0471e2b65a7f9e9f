package io.sluice.connector.kafka;

import io.sluice.api.BatchPartition;
import io.sluice.api.BatchWriter;
import io.sluice.api.Function;
import io.sluice.connector.Leases;
import java.util.Map;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;

/** Sends records at least once. The producer is shared by all tasks of this process that write with the same settings. */
final class PlainWriter<T> implements BatchWriter<T> {

  private final Sending<T> sending;
  private final Leases.Lease<SharedProducers.Open> shared;
  private final Producer<Object, Object> producer;

  PlainWriter(
      String servers,
      Map<String, Object> settings,
      Function<? super T, ? extends KafkaMessage<?, ?>> message,
      String pipeline,
      BatchPartition partition) {
    this.sending = new Sending<>(servers, message, pipeline, partition);
    try {
      this.shared = SharedProducers.take(settings);
    } catch (KafkaException failure) {
      throw sending.failed(failure);
    }
    this.producer = shared.thing().producer();
  }

  @Override
  public void write(T record) throws Exception {
    sending.send(producer, record);
  }

  @Override
  public String prepare() throws InterruptedException {
    try {
      producer.flush();
    } catch (InterruptException interrupted) {
      throw new InterruptedException(interrupted.getMessage());
    }
    sending.requireSent();
    shared.close();
    return "";
  }

  /** The producer may be what has failed, so the next attempt gets another one. */
  @Override
  public void abort() {
    shared.discard();
    shared.close();
  }
}
