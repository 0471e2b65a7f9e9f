package io.sluice.connector.kafka;

import io.sluice.connector.Leases;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;

/** One producer for each kind of settings in this process: producers may be used by any number of threads. */
final class SharedProducers {

  /** Closed without waiting for what nobody waits for. */
  record Open(Producer<Object, Object> producer) implements AutoCloseable {
    @Override
    public void close() {
      producer.close(Duration.ZERO);
    }
  }

  private static final int UNUSED_MINUTES = 5;
  private static final Leases<Map<String, Object>, Open> OPEN =
      new Leases<>(CompletableFuture.delayedExecutor(UNUSED_MINUTES, TimeUnit.MINUTES));

  private SharedProducers() {}

  /** @throws KafkaException if one cannot be made */
  static Leases.Lease<Open> take(Map<String, Object> settings) {
    try {
      return OPEN.take(settings, () -> new Open(new KafkaProducer<>(settings)));
    } catch (RuntimeException failure) {
      throw failure;
    } catch (Exception impossible) {
      throw new AssertionError("Making a producer threw a checked exception", impossible);
    }
  }
}
