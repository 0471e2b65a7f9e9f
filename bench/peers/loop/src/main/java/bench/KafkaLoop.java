package bench;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/** W7 by hand: a thread and a consumer for each partition. */
final class KafkaLoop {

  private KafkaLoop() {}

  static void start() {
    for (int partition = 0; partition < Topic.PARTITIONS; partition++) {
      TopicPartition read = new TopicPartition(Topic.NAME, partition);
      Thread thread = new Thread(() -> grep(read));
      thread.setDaemon(true);
      thread.start();
    }
  }

  private static void grep(TopicPartition partition) {
    Map<String, Object> settings = Map.of("bootstrap.servers", Topic.SERVERS);
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      while (true) {
        ConsumerRecords<String, String> records = consumer.poll(Duration.ofMillis(100));
        int hits = 0;
        for (ConsumerRecord<String, String> record : records) {
          if (record.value().contains(Text.NEEDLE)) {
            hits++;
          }
        }
        Measure.LINES.add(records.count());
        Measure.RESULTS.add(hits);
      }
    }
  }
}
