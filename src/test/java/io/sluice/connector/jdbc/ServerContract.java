package io.sluice.connector.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.BatchWriter;
import io.sluice.api.ErrorCode;
import io.sluice.api.Pair;
import io.sluice.api.SluiceException;
import io.sluice.testkit.StreamingTest;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** What holds for every database that is a server, which goes away and comes back. */
abstract class ServerContract extends SinkContract {

  abstract DatabaseServer server();

  /** Ends the connections that are in a transaction, as an administrator would. */
  abstract void breakConnections() throws SQLException;

  @Override
  final TestDatabase database() {
    return server().database();
  }

  @Test
  void writeWaitsForADatabaseThatIsAway() throws Exception {
    write(appending(), 1, 0, new Order(1, "tea", 5));
    server().stop();
    ExecutorService threads = Executors.newSingleThreadExecutor();
    try {
      Future<?> writing = threads.submit(() -> {
        write(appending(), 2, 0, new Order(2, "tea", 5));
        return true;
      });
      assertThatThrownBy(() -> writing.get(3, TimeUnit.SECONDS))
          .isInstanceOf(TimeoutException.class);
      server().start();
      writing.get();
    } finally {
      threads.shutdownNow();
      server().start();
    }

    assertThat(database().count("orders")).isEqualTo(2);
  }

  @Test
  void writeThatHasWaitedLongEnoughFails() throws Exception {
    JdbcSource impatient = database().source().retryFor(Duration.ofMillis(500));
    JdbcSink<Order> sink = JdbcSink.<Order>into(impatient, "orders").column("id", Order::id);
    server().stop();
    try {
      assertThatThrownBy(() -> write(sink, 1, 0, new Order(1, "tea", 5)))
          .isInstanceOfSatisfying(
              SluiceException.class,
              failure -> assertThat(failure.code()).isEqualTo(ErrorCode.SINK_FAILED))
          .hasMessageContaining("did not succeed in the time that is allowed")
          .hasMessageContaining(server().url());
    } finally {
      server().start();
    }
  }

  @Test
  void attemptWhoseConnectionBreaksHasWrittenNothing() throws Exception {
    BatchWriter<Order> writer = appending().batchSize(1).open(PIPELINE, partition(1, 0));
    writer.write(new Order(1, "tea", 5));
    breakConnections();

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
  void keysAreLookedUp() throws Exception {
    write(appending(), 1, 0, new Order(1, "tea", 5), new Order(2, "milk", 7));
    JdbcLookup<Integer, String> items =
        JdbcLookup.of(database().source(), "orders", "id", row -> row.getString("item"));
    try (StreamingTest test = StreamingTest.create()) {
      test.expect(
          items.enrich(test.input(List.of(List.of(1, 2, 3))), id -> id).map(Pair::value),
          List.of(List.of(Optional.of("tea"), Optional.of("milk"), Optional.empty())));

      test.run();
    }
  }
}
