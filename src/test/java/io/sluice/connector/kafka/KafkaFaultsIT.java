package io.sluice.connector.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.DStream;
import io.sluice.api.BatchPartition;
import io.sluice.api.BatchWriter;
import io.sluice.api.SluiceException;
import io.sluice.api.SourcePlan;
import io.sluice.api.SourcePlanner;
import io.sluice.block.TestCertificates;
import io.sluice.testkit.Recorded;
import io.sluice.testkit.StreamingTest;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Brokers go away and come back, hand over what they lead, and are not those that are trusted. */
@Timeout(120)
class KafkaFaultsIT {

  @TempDir
  private Path directory;

  @Test
  void batchesAreEmptyWhileTheBrokerIsAwayAndNothingIsLost() throws Exception {
    try (Broker broker = new Broker(directory);
        StreamingTest test =
            StreamingTest.builder().nodes(2).timeout(Duration.ofSeconds(60)).build()) {
      broker.topic("in", 2);
      broker.topic("out", 1);
      Recorded<String> read = test.output(values(test, broker));
      values(test, broker)
          .saveTo(
              "out",
              KafkaSink.<String>strings(
                      broker.servers(), text -> KafkaMessage.of("out", text, text))
                  .exactlyOnce("out"));
      broker.send("in", 0, "before");
      test.runBatches(1);
      broker.stop();
      test.runBatches(2);
      broker.start();
      broker.send("in", 1, "after");
      List<String> all = new ArrayList<>();
      for (int batch = 0; batch < 20 && !all.contains("after"); batch++) {
        test.runBatches(1);
        all.clear();
        read.records().forEach(all::addAll);
      }

      assertThat(all).containsExactly("before", "after");
      assertThat(read.records().subList(1, 3)).containsOnly(List.of());
      assertThat(broker.read("out"))
          .extracting(ConsumerRecord::value)
          .containsExactly("before", "after");
    }
  }

  @Test
  void taskThatReadsWaitsForTheBroker() throws Exception {
    try (Broker broker = new Broker(directory);
        StreamingTest test =
            StreamingTest.builder().timeout(Duration.ofSeconds(60)).build()) {
      broker.topic("in", 2);
      Recorded<String> read = test.output(values(test, broker));
      broker.send("in", 0, "a");
      test.beforeTask(1, () -> {
        broker.stop();
        new Thread(broker::start, "test-broker-start").start();
      });
      test.runBatches(1);

      assertThat(read.records()).containsExactly(List.of("a"));
      assertThat(test.failedTasks()).isZero();
    }
  }

  @Test
  void partitionsAreReadAndWrittenOnceThoughTheirLeadersMove() throws Exception {
    try (Broker broker = new Broker(directory.resolve("1"));
        StreamingTest test =
            StreamingTest.builder().nodes(2).timeout(Duration.ofSeconds(60)).build()) {
      broker.topic("in", 1);
      broker.topic("out", 1);
      values(test, broker)
          .saveTo(
              "out",
              KafkaSink.<String>strings(
                      broker.servers(), text -> KafkaMessage.of("out", text, text))
                  .exactlyOnce("out"));
      List<String> sent = new ArrayList<>();
      send(broker, sent, "first");
      test.runBatches(1);
      try (Broker other = broker.second(directory.resolve("2"))) {
        broker.move("in", 0, other, broker);
        broker.move("out", 0, other, broker);
        send(broker, sent, "with another leader");
        test.runBatches(1);
        send(broker, sent, "written before that one is gone");
      }
      for (int batch = 0; batch < 20 && written(broker).size() < sent.size(); batch++) {
        test.runBatches(1);
      }
      broker.send("in", 0, "last");
      sent.add("last");
      test.runBatches(2);

      assertThat(written(broker)).isEqualTo(sent);
    }
  }

  private static void send(Broker broker, List<String> sent, String text) {
    broker.send("in", 0, text);
    sent.add(text);
  }

  private static List<String> written(Broker broker) {
    return broker.read("out").stream().map(ConsumerRecord::value).toList();
  }

  @Test
  void certificateThatIsNotTrustedIsRefusedAtOnce() throws Exception {
    TestCertificates own = TestCertificates.make(directory.resolve("own"), "broker");
    TestCertificates others = TestCertificates.make(directory.resolve("others"), "broker");
    try (Broker broker = Broker.withTls(
            directory.resolve("kafka"), own.keyStore("broker"), TestCertificates.PASSWORD);
        StreamingTest test =
            StreamingTest.builder().timeout(Duration.ofSeconds(60)).build()) {
      broker.topic("in", 1);
      broker.topic("out", 1);
      assertThatThrownBy(() -> test.context().batchStream(overTls(broker, others)))
          .isInstanceOf(SluiceException.class)
          .hasMessageContaining(broker.tlsServers())
          .hasMessageContaining("ssl.truststore");

      Recorded<String> read = test.output(test.context()
          .batchStream(overTls(broker, own))
          .map(record -> Objects.requireNonNull(record.value())));
      broker.send("in", 0, "read over TLS");
      test.runBatches(1);

      assertThat(read.records()).containsExactly(List.of("read over TLS"));

      KafkaSink<String> distrusting = KafkaSink.<String>strings(
              broker.tlsServers(), text -> KafkaMessage.of("out", text, text))
          .property("security.protocol", "SSL")
          .property("ssl.truststore.location", others.trustStore().toString())
          .property("ssl.truststore.password", TestCertificates.PASSWORD);
      for (KafkaSink<String> sink : List.of(distrusting, distrusting.exactlyOnce("out"))) {
        assertThatThrownBy(() -> {
              BatchWriter<String> writer =
                  sink.open("shop/out", new BatchPartition(1, Instant.EPOCH, 0, 0));
              writer.write("not to be sent");
              writer.prepare();
            })
            .isInstanceOf(SluiceException.class)
            .hasMessageContaining(broker.tlsServers())
            .hasMessageContaining("ssl.truststore");
      }
    }
  }

  private static KafkaSource<String, String> overTls(Broker broker, TestCertificates trusted) {
    return KafkaSource.strings(broker.tlsServers(), "in")
        .startAt(StartAt.earliest())
        .property("security.protocol", "SSL")
        .property("ssl.truststore.location", trusted.trustStore().toString())
        .property("ssl.truststore.password", TestCertificates.PASSWORD);
  }

  @Test
  void brokerWithoutANameIsWaitedForByADriverThatTakesOver() throws Exception {
    KafkaPlanner planner = new KafkaPlanner(new SourceOptions().with(options -> {
      options.servers = "broker.invalid:9092";
      options.topics = List.of("in");
    }));
    SourcePlanner.Request request = new SourcePlanner.Request(
        Instant.EPOCH,
        Instant.EPOCH,
        Duration.ofSeconds(1),
        Map.of("in-0", "7"),
        OptionalLong.empty());

    assertThat(planner.plan(request)).isEqualTo(SourcePlan.NOTHING);
    assertThatThrownBy(planner::begin).hasMessageContaining("broker.invalid:9092");
    planner.close();
    KafkaPlanner wrong = new KafkaPlanner(new SourceOptions().with(options -> {
      options.servers = "localhost:9092";
      options.topics = List.of("in");
      options.properties =
          Map.of("security.protocol", "SSL", "ssl.truststore.location", directory + "/none.p12");
    }));
    assertThatThrownBy(() -> wrong.plan(request))
        .isInstanceOf(SluiceException.class)
        .hasMessageContaining("none.p12");
    wrong.close();
  }

  private static DStream<String> values(StreamingTest test, Broker broker) {
    return test.context()
        .batchStream(KafkaSource.strings(broker.servers(), "in"))
        .map(record -> Objects.requireNonNull(record.value()));
  }
}
