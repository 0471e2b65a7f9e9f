package io.sluice.cli;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.DStream;
import io.sluice.StreamingContext;
import io.sluice.api.Pair;
import io.sluice.connector.kafka.Broker;
import io.sluice.connector.kafka.KafkaMessage;
import io.sluice.connector.kafka.KafkaSink;
import io.sluice.connector.kafka.KafkaSource;
import io.sluice.connector.kafka.StartAt;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** From Kafka to Kafka in processes that are killed again and again: each number is there once. */
@Timeout(240)
class KafkaOnceIT {

  private static final int PER_SECOND = 2000;
  private static final int SECONDS = 24;
  private static final int CATCH_UP_SECONDS = 60;

  @TempDir
  private Path directory;

  /** What the nodes run; its argument is the broker. */
  public static final class Program {

    private Program() {}

    public static void main(String[] arguments) throws InterruptedException {
      String brokers = arguments[0];
      Duration interval = Duration.ofMillis(200);
      try (StreamingContext context = StreamingContext.create("once", interval)) {
        DStream<String> numbers = context
            .batchStream(KafkaSource.strings(brokers, "numbers").startAt(StartAt.earliest()))
            .map(record -> Objects.requireNonNull(record.value()));
        numbers.saveTo(
            "copy",
            KafkaSink.<String>strings(brokers, text -> KafkaMessage.of("copy", null, text))
                .exactlyOnce("copy"));
        Duration window = interval.multipliedBy(5);
        numbers
            .mapToPair(text -> Pair.of(Long.parseLong(text) / 1000, 1L))
            .reduceByKeyAndWindow(Long::sum, window, window)
            .saveTo(
                "windows",
                KafkaSink.<Pair<Long, Long>>strings(
                        brokers,
                        count -> KafkaMessage.of("windows", "" + count.key(), "" + count.value()))
                    .exactlyOnce("windows"));
        context.start();
        context.awaitTermination();
      }
    }
  }

  @Test
  void everyNumberIsCopiedAndCountedOnceWhateverIsKilled() throws Exception {
    try (Broker broker = new Broker(directory.resolve("kafka"));
        ChaosNodes nodes = new ChaosNodes(3, directory, false, "")) {
      broker.topic("numbers", 4);
      broker.topic("copy", 4);
      broker.topic("windows", 2);
      for (int worker = 1; worker <= 3; worker++) {
        nodes.startWorker(worker);
      }
      nodes.startDriver(List.of("--class", Program.class.getName(), broker.servers()));
      long sent = 0;
      try (KafkaProducer<String, String> producer = broker.producer(Map.of("linger.ms", "5"))) {
        sent = send(producer, sent, PER_SECOND);
        assertThat(awaitCopied(broker, nodes, sent)).as("the program runs").isEqualTo(sent);
        for (int second = 1; second <= SECONDS; second++) {
          sent = send(producer, sent, PER_SECOND);
          if (second == 3) {
            nodes.kill(1);
          } else if (second == 9) {
            nodes.kill(KilledNodes.driver(nodes));
          } else if (second == 16) {
            nodes.kill(KilledNodes.driver(nodes));
          }
          KilledNodes.pass(nodes, 1000);
        }
      }
      long copied = awaitCopied(broker, nodes, sent);
      Map<String, Long> times = broker.read("copy").stream()
          .map(ConsumerRecord::value)
          .collect(groupingBy(Function.identity(), counting()));

      assertThat(copied).isEqualTo(sent);
      assertThat(times)
          .hasSize((int) sent)
          .allSatisfy((number, count) -> assertThat(count).isEqualTo(1));
      assertThat(awaitCounted(broker, nodes, sent)).isEqualTo(sent);
      System.out.printf(
          "%d numbers copied and counted once, a worker and two drivers killed%n", sent);
    }
  }

  private static long send(KafkaProducer<String, String> producer, long from, int count) {
    for (long number = from; number < from + count; number++) {
      var unused = producer.send(
          new ProducerRecord<>("numbers", (int) (number % 4), null, String.valueOf(number)));
    }
    producer.flush();
    return from + count;
  }

  private static long awaitCopied(Broker broker, ChaosNodes nodes, long sent) throws Exception {
    return await(nodes, sent, () -> broker.read("copy").size());
  }

  private static long awaitCounted(Broker broker, ChaosNodes nodes, long sent) throws Exception {
    return await(
        nodes,
        sent,
        () -> broker.read("windows").stream()
            .mapToLong(count -> Long.parseLong(count.value()))
            .sum());
  }

  private static long await(ChaosNodes nodes, long wanted, LongSupplier now) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(CATCH_UP_SECONDS);
    while (now.getAsLong() < wanted && System.nanoTime() < deadline) {
      KilledNodes.pass(nodes, 500);
    }
    // What is there twice would come later.
    KilledNodes.pass(nodes, 2000);
    return now.getAsLong();
  }
}
