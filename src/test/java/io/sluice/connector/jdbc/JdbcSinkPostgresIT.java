package io.sluice.connector.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.RDD;
import io.sluice.StreamingContext;
import io.sluice.api.ErrorCode;
import io.sluice.testkit.StreamingTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The sink against a real PostgreSQL, which also goes away and comes back. */
@Timeout(90)
class JdbcSinkPostgresIT extends ServerContract {

  private static PostgresServer server;

  /** Stops the server when a record is first seen, found here because functions are copied. */
  private static final AtomicBoolean TO_STOP = new AtomicBoolean();

  @BeforeAll
  static void startServer() throws IOException {
    server = new PostgresServer();
  }

  @AfterAll
  static void stopServer() throws IOException {
    server.close();
  }

  @Override
  DatabaseServer server() {
    return server;
  }

  @Override
  void breakConnections() throws SQLException {
    database()
        .execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle in transaction'");
  }

  @Override
  String typeOfBytes() {
    return "BYTEA";
  }

  @Test
  void wrongPasswordFailsAtOnce() throws Exception {
    Path access = server.directory().resolve("pg_hba.conf");
    Files.writeString(access, "host all clerk all scram-sha-256\n" + Files.readString(access));
    database()
        .execute(
            "DROP ROLE IF EXISTS clerk",
            "CREATE ROLE clerk LOGIN PASSWORD 'right'",
            "SELECT pg_reload_conf()");
    JdbcSource wrong = JdbcSource.of(server.url()).user("clerk", "12345");
    JdbcSink<Order> sink = JdbcSink.<Order>into(wrong, "orders").column("id", Order::id);

    assertFails(sink, new Order(1, "tea", 5), ErrorCode.SINK_FAILED)
        .hasMessageContaining("refuses the user or the password");
  }

  @Test
  void userWhoMayNotWriteFailsAtOnce() throws Exception {
    database().execute("DROP ROLE IF EXISTS guest", "CREATE ROLE guest LOGIN");
    JdbcSource guest = JdbcSource.of(server.url()).user("guest", "");
    JdbcSink<Order> sink = JdbcSink.<Order>into(guest, "orders").column("id", Order::id);

    assertFails(sink, new Order(1, "tea", 5), ErrorCode.SINK_FAILED)
        .hasMessageContaining("the user may not do this");
  }

  @Test
  void tableWithoutAKeyCannotBeUpserted() throws Exception {
    database().execute("DROP TABLE IF EXISTS bare", "CREATE TABLE bare (id INTEGER)");
    JdbcSink<Order> sink = JdbcSink.<Order>into(database().source(), "bare")
        .column("id", Order::id)
        .upsert("id");

    assertFails(sink, new Order(1, "tea", 5), ErrorCode.SINK_FAILED)
        .hasMessageContaining("no primary key or unique constraint");
  }

  /** Partitions of several statements break in the middle, and their tasks are tried again. */
  @Test
  void contextOutlivesADatabaseThatGoesAwayInTheMiddle() throws Exception {
    TO_STOP.set(true);
    ExecutorService threads = Executors.newSingleThreadExecutor();
    try (StreamingTest test =
        StreamingTest.builder().nodes(2).set("sluice.batch.partitions", 3).build()) {
      StreamingContext context = test.context();
      context
          .queueStream(new ArrayDeque<RDD<Integer>>())
          .transform((none, time) -> context.parallelize(
              IntStream.range(0, 60)
                  .mapToObj(i -> (int) time.getEpochSecond() * 60 + i)
                  .toList(),
              3))
          .repartition(3)
          .saveTo(
              "orders",
              JdbcSink.<Integer>into(database().source(), "orders")
                  .column("id", JdbcSinkPostgresIT::stopping)
                  .column("item", id -> "tea")
                  .batchSize(4));
      test.beforeBatch(2, () -> {
        var unused = threads.submit(JdbcSinkPostgresIT::startAgain);
      });
      test.runBatches(4);
    } finally {
      threads.shutdown();
      assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    }

    assertThat(TO_STOP).isFalse();
    assertThat(database().rows("SELECT id FROM orders ORDER BY id"))
        .isEqualTo(IntStream.range(60, 300).mapToObj(String::valueOf).toList());
  }

  private static Integer stopping(int id) {
    if (id == 130 && TO_STOP.compareAndSet(true, false)) {
      try {
        server.stop();
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
    }
    return id;
  }

  /** Some seconds after the server was stopped. */
  private static boolean startAgain() throws Exception {
    while (TO_STOP.get()) {
      Thread.sleep(10);
    }
    Thread.sleep(3000);
    server.start();
    return true;
  }
}
