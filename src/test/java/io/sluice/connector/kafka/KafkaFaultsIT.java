package io.sluice.connector.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.DStream;
import io.sluice.testkit.Recorded;
import io.sluice.testkit.StreamingTest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The broker goes away and comes back. */
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

  private static DStream<String> values(StreamingTest test, Broker broker) {
    return test.context()
        .batchStream(KafkaSource.strings(broker.servers(), "in"))
        .map(record -> Objects.requireNonNull(record.value()));
  }
}
