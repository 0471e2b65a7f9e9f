package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import examples.Clickstream;
import io.sluice.connector.jdbc.PostgresServer;
import io.sluice.connector.kafka.Broker;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** From Kafka through windows to PostgreSQL, in processes that are killed again and again: each click is counted once. */
@Timeout(240)
class ClickstreamIT {

  private static final int PER_SECOND = 2000;
  private static final int SECONDS = 30;
  private static final int PAGES = 50;
  private static final int WINDOW_SECONDS = 10;
  private static final int CATCH_UP_SECONDS = 60;
  private static final String ALL_VIEWS =
      "SELECT (SELECT COALESCE(SUM(views), 0) FROM page_views) + (SELECT COALESCE(SUM(views), 0) FROM late_views)";

  @TempDir
  private Path directory;

  @Test
  void everyClickIsCountedOnceWhateverIsKilled() throws Exception {
    try (Broker broker = new Broker(directory.resolve("kafka"));
        PostgresServer database = new PostgresServer();
        ChaosNodes nodes = new ChaosNodes(3, directory, false, "")) {
      broker.topic("clicks", 4);
      broker.topic("clicks-malformed", 1);
      for (int worker = 1; worker <= 3; worker++) {
        nodes.startWorker(worker);
      }
      nodes.startDriver(List.of(
          "--class", Clickstream.class.getName(), broker.servers(), database.url(), "postgres"));
      Map<String, Long> sent = new HashMap<>();
      try (KafkaProducer<String, String> producer = broker.producer(Map.of("linger.ms", "5"))) {
        awaitProgram(nodes);
        broker.send("clicks", 0, "no click", "{\"user\":\"u1\"}");
        for (int second = 0; second < SECONDS; second++) {
          send(producer, second, sent);
          switch (second) {
            case 5, 23 -> nodes.kill(KilledNodes.worker(nodes));
            case 10, 18 -> nodes.kill(KilledNodes.driver(nodes));
            case 14 -> database.stop();
            case 16 -> database.start();
            default -> {}
          }
          KilledNodes.pass(nodes, 1000);
        }
      }
      long all = (long) PER_SECOND * SECONDS;
      long counted = awaitViews(database, nodes, all);
      Map<String, Long> views = new HashMap<>();
      for (String row : database
          .database()
          .rows("SELECT page, CAST(EXTRACT(EPOCH FROM since) AS BIGINT), views FROM page_views")) {
        int last = row.lastIndexOf(' ');
        views.put(row.substring(0, last), Long.parseLong(row.substring(last + 1)));
      }

      assertThat(counted).isEqualTo(all);
      assertThat(database.database().count("late_views")).isZero();
      assertThat(views).isEqualTo(sent);
      assertThat(broker.read("clicks-malformed"))
          .extracting(ConsumerRecord::value)
          .contains("no click", "{\"user\":\"u1\"}");
      System.out.printf(
          "%d clicks in %d rows, each counted once; two workers and two drivers killed, the database away for two seconds%n",
          all, views.size());
    }
  }

  /** Notes what is due in which row. */
  private static void send(
      KafkaProducer<String, String> producer, int second, Map<String, Long> sent) {
    Instant now = Instant.now();
    long window = now.getEpochSecond() / WINDOW_SECONDS * WINDOW_SECONDS;
    for (int click = 0; click < PER_SECOND; click++) {
      String page = "/p" + (click * 31 + second) % PAGES;
      var unused = producer.send(new ProducerRecord<>(
          "clicks",
          click % 4,
          null,
          "{\"user\":\"u1\",\"page\":\"%s\",\"at\":\"%s\"}".formatted(page, now)));
      sent.merge(page + " " + window, 1L, Long::sum);
    }
    producer.flush();
  }

  private static void awaitProgram(ChaosNodes nodes) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(CATCH_UP_SECONDS);
    while (!nodes.log(0).contains("batch") && System.nanoTime() < deadline) {
      KilledNodes.pass(nodes, 200);
    }
  }

  private static long awaitViews(PostgresServer database, ChaosNodes nodes, long wanted)
      throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(CATCH_UP_SECONDS);
    while (views(database) < wanted && System.nanoTime() < deadline) {
      KilledNodes.pass(nodes, 500);
    }
    // What is there twice would come later.
    KilledNodes.pass(nodes, 2000);
    return views(database);
  }

  private static long views(PostgresServer database) throws SQLException {
    return Long.parseLong(database.database().rows(ALL_VIEWS).get(0));
  }
}
