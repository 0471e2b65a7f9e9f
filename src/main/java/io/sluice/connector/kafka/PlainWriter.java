package io.sluice.connector.kafka;

import io.sluice.api.BatchPartition;
import io.sluice.api.BatchWriter;
import io.sluice.api.Function;
import java.util.Map;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.errors.InterruptException;

/** Sends records at least once. The producer is shared by all tasks of this process that write with the same settings. */
final class PlainWriter<T> implements BatchWriter<T> {

  private final Producer<Object, Object> producer;
  private final Sending<T> sending;

  PlainWriter(
      String servers,
      Map<String, Object> settings,
      Function<? super T, ? extends KafkaMessage<?, ?>> message,
      String pipeline,
      BatchPartition partition) {
    this.producer = SharedProducers.of(settings);
    this.sending = new Sending<>(servers, message, pipeline, partition);
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
    return "";
  }
}
