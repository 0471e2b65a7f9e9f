package bench;

import java.util.Properties;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;

/** W7 on Kafka Streams: two threads, nothing that costs where it can be left out. */
public final class KStreams {

  private static final int THREADS = 2;

  private KStreams() {}

  public static void main(String[] args) throws Exception {
    Measure measure = new Measure("kstreams", args[0], args[1]);
    Properties settings = new Properties();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "bench-" + System.nanoTime());
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, Topic.SERVERS);
    settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, THREADS);
    settings.put(StreamsConfig.STATE_DIR_CONFIG, System.getProperty("java.io.tmpdir"));
    settings.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
    settings.put(StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
    settings.put("auto.offset.reset", "earliest");
    StreamsBuilder program = new StreamsBuilder();
    program
        .<String, String>stream(Topic.NAME)
        .peek((key, line) -> Measure.LINES.increment())
        .filter((key, line) -> line.contains(Text.NEEDLE))
        .foreach((key, line) -> Measure.RESULTS.increment());
    new KafkaStreams(program.build(), settings).start();
    measure.catchUp(Topic.LINES);
  }
}
