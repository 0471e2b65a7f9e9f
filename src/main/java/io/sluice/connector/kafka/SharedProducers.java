package io.sluice.connector.kafka;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;

/** One producer for each kind of settings in this process: producers may be used by any number of threads. Open until the process ends. */
final class SharedProducers {

  private static final Map<Map<String, Object>, Producer<Object, Object>> OPEN = new HashMap<>();

  private SharedProducers() {}

  static synchronized Producer<Object, Object> of(Map<String, Object> settings) {
    return OPEN.computeIfAbsent(settings, KafkaProducer::new);
  }
}
