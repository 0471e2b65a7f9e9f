package io.sluice.connector.kafka;

import io.sluice.api.BatchPartition;
import io.sluice.api.ErrorCode;
import io.sluice.api.Function;
import io.sluice.api.SluiceException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/** Sends the records of one partition of a batch, and remembers the first that failed. */
final class Sending<T> {

  private final String servers;
  private final Function<? super T, ? extends KafkaMessage<?, ?>> message;
  private final String pipeline;
  private final BatchPartition partition;
  private final AtomicReference<@Nullable Exception> failed = new AtomicReference<>();
  private long sequence;

  Sending(
      String servers,
      Function<? super T, ? extends KafkaMessage<?, ?>> message,
      String pipeline,
      BatchPartition partition) {
    this.servers = servers;
    this.message = message;
    this.pipeline = pipeline;
    this.partition = partition;
  }

  void send(Producer<Object, Object> producer, T record) throws Exception {
    requireSent();
    KafkaMessage<?, ?> made = message.call(record);
    ProducerRecord<Object, Object> sent =
        new ProducerRecord<>(made.topic(), null, made.key(), made.value());
    made.headers().forEach((name, text) -> header(sent, name, text));
    header(sent, "sluice-pipeline", pipeline);
    header(sent, "sluice-batch", String.valueOf(partition.batchId()));
    header(sent, "sluice-partition", String.valueOf(partition.partition()));
    header(sent, "sluice-sequence", String.valueOf(sequence++));
    try {
      var unused = producer.send(sent, (where, failure) -> {
        if (failure != null) {
          failed.compareAndSet(null, failure);
        }
      });
    } catch (KafkaException refused) {
      throw failed(refused);
    }
  }

  private static void header(ProducerRecord<?, ?> record, String name, String text) {
    record.headers().add(name, text.getBytes(StandardCharsets.UTF_8));
  }

  /** @throws SluiceException SINK_FAILED if a record could not be sent */
  void requireSent() {
    Exception failure = failed.get();
    if (failure != null) {
      throw failed(failure);
    }
  }

  SluiceException failed(Exception failure) {
    return failure instanceof KafkaException known
        ? Clients.failed(ErrorCode.SINK_FAILED, servers, "writing batch " + partition.time(), known)
        : new SluiceException(
            ErrorCode.SINK_FAILED,
            "Kafka at %s: writing batch %s failed: %s"
                .formatted(servers, partition.time(), failure),
            failure);
  }
}
