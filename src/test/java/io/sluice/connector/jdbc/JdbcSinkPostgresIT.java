package io.sluice.connector.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.RDD;
import io.sluice.StreamingContext;
import io.sluice.api.BatchWriter;
import io.sluice.api.ErrorCode;
import io.sluice.api.Pair;
import io.sluice.api.SluiceException;
import io.sluice.testkit.StreamingTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The sink against a real PostgreSQL, which also goes away and comes back. */
@Timeout(90)
class JdbcSinkPostgresIT extends SinkContract {

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
  TestDatabase database() {
    return server.database();
  }

  @Override
  String typeOfBytes() {
    return "BYTEA";
  }

  @Test
  void writeWaitsForADatabaseThatIsAway() throws Exception {
    write(appending(), 1, 0, new Order(1, "tea", 5));
    server.stop();
    ExecutorService threads = Executors.newSingleThreadExecutor();
    try {
      Future<?> writing = threads.submit(() -> {
        write(appending(), 2, 0, new Order(2, "tea", 5));
        return true;
      });
      assertThatThrownBy(() -> writing.get(3, TimeUnit.SECONDS))
          .isInstanceOf(TimeoutException.class);
      server.start();
      writing.get();
    } finally {
      threads.shutdownNow();
      server.start();
    }

    assertThat(database().count("orders")).isEqualTo(2);
  }

  @Test
  void writeThatHasWaitedLongEnoughFails() throws Exception {
    JdbcSource impatient = database().source().retryFor(Duration.ofMillis(500));
    JdbcSink<Order> sink = JdbcSink.<Order>into(impatient, "orders").column("id", Order::id);
    server.stop();
    try {
      assertThatThrownBy(() -> write(sink, 1, 0, new Order(1, "tea", 5)))
          .isInstanceOfSatisfying(
              SluiceException.class,
              failure -> assertThat(failure.code()).isEqualTo(ErrorCode.SINK_FAILED))
          .hasMessageContaining("did not succeed in the time that is allowed")
          .hasMessageContaining(server.url());
    } finally {
      server.start();
    }
  }

  @Test
  void attemptWhoseConnectionBreaksHasWrittenNothing() throws Exception {
    BatchWriter<Order> writer = appending().batchSize(1).open(PIPELINE, partition(1, 0));
    writer.write(new Order(1, "tea", 5));
    database()
        .execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle in transaction'");

    assertThatThrownBy(() -> {
          writer.write(new Order(2, "tea", 5));
          writer.prepare();
        })
        .isInstanceOf(SluiceException.class)
        .hasMessageContaining("the task is tried again");
    writer.abort();
    write(appending(), 1, 0, new Order(1, "tea", 5), new Order(2, "tea", 5));

    assertThat(database().count("orders")).isEqualTo(2);
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

  @Test
  void keysAreLookedUp() throws Exception {
    write(appending(), 1, 0, new Order(1, "tea", 5), new Order(2, "milk", 7));
    JdbcLookup<Integer, String> items =
        JdbcLookup.of(database().source(), "orders", "id", row -> row.getString("item"));
    try (StreamingTest test = StreamingTest.create()) {
      test.expect(
          items.enrich(test.input(List.of(List.of(1, 2, 3))), id -> id).map(Pair::value),
          List.of(List.of(
              java.util.Optional.of("tea"),
              java.util.Optional.of("milk"),
              java.util.Optional.empty())));

      test.run();
    }
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
