package bench;

import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.spark.SparkConf;
import org.apache.spark.streaming.api.java.JavaDStream;
import org.apache.spark.streaming.api.java.JavaStreamingContext;
import org.apache.spark.streaming.kafka010.ConsumerStrategies;
import org.apache.spark.streaming.kafka010.KafkaUtils;
import org.apache.spark.streaming.kafka010.LocationStrategies;

/** W7: Spark's direct stream. */
final class KafkaLines {

  private KafkaLines() {}

  /** So many lines a batch that each takes longer than its interval. */
  static void limit(SparkConf settings) {
    settings.set("spark.streaming.kafka.maxRatePerPartition", Long.toString(Topic.MAX_RATE));
  }

  static JavaDStream<String> of(JavaStreamingContext context) {
    Map<String, Object> settings =
        Map.of(
            "bootstrap.servers", Topic.SERVERS,
            "key.deserializer", StringDeserializer.class,
            "value.deserializer", StringDeserializer.class,
            "group.id", "bench",
            "enable.auto.commit", false,
            "auto.offset.reset", "earliest");
    return KafkaUtils.createDirectStream(
            context,
            LocationStrategies.PreferConsistent(),
            ConsumerStrategies.<String, String>Subscribe(List.of(Topic.NAME), settings))
        .map(ConsumerRecord::value);
  }
}
