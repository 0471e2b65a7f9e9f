package io.sluice.connector.kafka;

import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;

/** What all producers of this connector have in common. */
final class ProducerSettings {

  private ProducerSettings() {}

  /** Properties of consumers that no producer knows are left out; what neither knows is for serializers. */
  static Map<String, Object> of(String servers, Map<String, String> properties) {
    Map<String, Object> settings = new TreeMap<>();
    settings.put(ProducerConfig.LINGER_MS_CONFIG, "5");
    properties.forEach((name, text) -> {
      if (ProducerConfig.configNames().contains(name)
          || !ConsumerConfig.configNames().contains(name)) {
        settings.put(name, text);
      }
    });
    settings.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, servers);
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
    return settings;
  }
}
