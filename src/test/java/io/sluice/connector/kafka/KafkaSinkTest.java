package io.sluice.connector.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.BatchPartition;
import io.sluice.api.BatchWriter;
import io.sluice.api.SluiceException;
import io.sluice.testkit.StreamingTest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class KafkaSinkTest {

  private static final String PIPELINE = "shop/orders";

  @TempDir
  private static Path directory;

  private static Broker broker;

  private String topic = "";

  @BeforeAll
  static void start() throws Exception {
    broker = new Broker(directory);
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  @BeforeEach
  void newTopic(TestInfo test) {
    topic = test.getTestMethod().orElseThrow().getName();
    broker.topic(topic, 2);
  }

  private KafkaSink<String> sink() {
    String to = topic;
    return KafkaSink.<String>strings(broker.servers(), text -> KafkaMessage.of(to, text, text))
        .property("max.block.ms", "20000");
  }

  private KafkaSink<String> once() {
    return sink().exactlyOnce(topic);
  }

  private List<String> committed() {
    return broker.read(topic).stream().map(ConsumerRecord::value).toList();
  }

  private static BatchPartition partition(long batch, int attempt) {
    return new BatchPartition(batch, Instant.ofEpochSecond(batch), 0, attempt);
  }

  private BatchWriter<String> open(KafkaSink<String> sink, long batch, int attempt) {
    return sink.open(PIPELINE + topic, partition(batch, attempt));
  }

  private static void write(BatchWriter<String> writer, String... records) throws Exception {
    for (String record : records) {
      writer.write(record);
    }
  }

  private void take(KafkaSink<String> sink, long batch, String... records) throws Exception {
    BatchWriter<String> writer = open(sink, batch, 1);
    write(writer, records);
    writer.prepare();
  }

  @Test
  void recordsHaveTheirPlaceInHeaders() throws Exception {
    BatchWriter<String> writer = sink().open(PIPELINE, partition(7, 1));
    write(writer, "a", "b");
    writer.prepare();

    ConsumerRecord<String, String> second = broker.read(topic).stream()
        .filter(record -> record.value().equals("b"))
        .findFirst()
        .orElseThrow();
    assertThat(second.key()).isEqualTo("b");
    assertThat(second.headers())
        .extracting(
            header -> header.key() + "=" + new String(header.value(), StandardCharsets.UTF_8))
        .containsExactly(
            "sluice-pipeline=shop/orders",
            "sluice-batch=7",
            "sluice-partition=0",
            "sluice-sequence=1");
  }

  @Test
  void partitionThatIsRunAgainIsInTheTopicOnce() throws Exception {
    take(once(), 1, "a", "b");
    take(once(), 1, "a", "b");
    take(once(), 2, "c");
    take(once(), 1, "a", "b");

    assertThat(committed()).containsExactlyInAnyOrder("a", "b", "c");
  }

  @Test
  void laterBatchIsWrittenThoughALongerIntervalHasGivenItASmallerNumber() throws Exception {
    for (long number : new long[] {10, 6}) {
      BatchWriter<String> writer = once()
          .open(
              PIPELINE + topic,
              new BatchPartition(number, Instant.ofEpochSecond(20 - number), 0, 1));
      write(writer, "batch " + number);
      writer.prepare();
    }

    assertThat(committed()).containsExactlyInAnyOrder("batch 10", "batch 6");
  }

  @Test
  void anotherProcessKnowsWhatWasCommitted() throws Exception {
    take(once(), 1, "a");
    // Other properties are another producer, as in another process.
    take(once().property("linger.ms", "1"), 1, "a");
    take(once().property("linger.ms", "2"), 2, "b");

    assertThat(committed()).containsExactlyInAnyOrder("a", "b");
  }

  @Test
  void attemptThatWasAbortedOrKilledIsNeverSeen() throws Exception {
    BatchWriter<String> aborted = open(once(), 1, 1);
    write(aborted, "a");
    aborted.abort();
    BatchWriter<String> killed = open(once(), 1, 2);
    write(killed, "a", "b");

    take(once().property("linger.ms", "1"), 1, "a", "b");

    assertThat(committed()).containsExactlyInAnyOrder("a", "b");
  }

  @Test
  void ofTwoAttemptsAtOnceOneIsRefused() throws Exception {
    BatchWriter<String> slow = open(once(), 1, 1);
    write(slow, "a");
    take(once().property("linger.ms", "1"), 1, "a");

    assertThatThrownBy(slow::prepare)
        .isInstanceOf(SluiceException.class)
        .hasMessageContaining(broker.servers());
    slow.abort();
    take(once(), 1, "a");
    assertThat(committed()).containsExactly("a");
  }

  @Test
  void streamIsInTheTopicOnceThoughTasksFailAndTheDriverIsKilled() {
    broker.topic(topic + "-in", 4);
    String to = topic;
    try (StreamingTest test = StreamingTest.builder().nodes(3).randomFaults(5).build()) {
      test.context()
          .batchStream(KafkaSource.strings(broker.servers(), topic + "-in"))
          .map(record -> Objects.requireNonNull(record.value()))
          .saveTo(
              "copy",
              KafkaSink.<String>strings(broker.servers(), text -> KafkaMessage.of(to, text, text))
                  .exactlyOnce(to));
      test.killDriverAtDecision(14, true);
      List<String> sent = new ArrayList<>();
      for (int batch = 0; batch < 8; batch++) {
        String[] values = IntStream.range(8 * batch, 8 * batch + 8)
            .mapToObj(String::valueOf)
            .toArray(String[]::new);
        broker.send(topic + "-in", batch % 4, values);
        sent.addAll(List.of(values));
        test.runBatches(1);
      }

      assertThat(committed()).containsExactlyInAnyOrderElementsOf(sent);
    }
  }

  @Test
  void topicThatIsNotThereIsNamed() throws Exception {
    KafkaSink<String> nowhere = KafkaSink.<String>strings(
            broker.servers(), text -> KafkaMessage.of("nowhere", text, text))
        .property("max.block.ms", "500");
    BatchWriter<String> writer = nowhere.open(PIPELINE, partition(1, 1));

    assertThatThrownBy(() -> {
          writer.write("a");
          writer.prepare();
        })
        .isInstanceOf(SluiceException.class)
        .hasMessageContaining("nowhere")
        .hasMessageContaining(broker.servers());
  }

  @Test
  void choicesAreChecked() {
    assertThatThrownBy(() -> sink().exactlyOnce(" ")).hasMessageContaining("name of a topic");
    assertThatThrownBy(
            () -> KafkaSink.<String>strings("", text -> KafkaMessage.of("t", text, text)))
        .hasMessageContaining("bootstrap servers are empty");
    assertThat(sink().property("sasl.jaas.config", "secret").toString()).doesNotContain("secret");
    assertThat(KafkaMessage.of("t", "k", "v").headers()).isEqualTo(Map.of());
  }
}
