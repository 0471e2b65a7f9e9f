package io.sluice.connector.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.ErrorCode;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.Test;

/** The sink against H2, and what does not depend on the database. */
class JdbcSinkTest extends SinkContract {

  private static final TestDatabase H2 = TestDatabase.h2("sink");
  private static final AtomicInteger MADE = new AtomicInteger();

  @Override
  TestDatabase database() {
    return H2;
  }

  @Override
  String typeOfBytes() {
    return "VARBINARY(10)";
  }

  @Test
  void wrongPasswordFailsAtOnce() {
    JdbcSource wrong = JdbcSource.of(H2.url()).user("sa", "12345");
    JdbcSink<Order> sink = JdbcSink.<Order>into(wrong, "orders").column("id", Order::id);

    assertFails(sink, new Order(1, "tea", 5), ErrorCode.SINK_FAILED)
        .hasMessageContaining("refuses the user or the password");
  }

  @Test
  void dataSourceOfTheProgramIsMadeOnceInAJvm() throws Exception {
    JdbcSource own = JdbcSource.supplied("own", Dialect.H2, JdbcSinkTest::pool);

    write(
        JdbcSink.<Order>into(own, "orders").column("id", Order::id).column("item", Order::item),
        1,
        0,
        new Order(1, "a", 1));
    write(
        JdbcSink.<Order>into(own, "orders").column("id", Order::id).column("item", Order::item),
        1,
        1,
        new Order(2, "a", 1));

    assertThat(H2.count("orders")).isEqualTo(2);
    assertThat(MADE).hasValue(1);
  }

  private static DataSource pool() {
    MADE.incrementAndGet();
    return JdbcConnectionPool.create(H2.url(), "sa", "");
  }

  @Test
  void emptyPartitionAsksNothingOfTheDatabase() throws Exception {
    write(
        JdbcSink.<Order>into(JdbcSource.of("jdbc:h2:tcp://localhost:1/none"), "none")
            .column("id", Order::id),
        1,
        0);
  }

  @Test
  void choicesThatCannotBeAreRefused() {
    JdbcSink<Order> sink = appending();
    Map<String, Runnable> wrong = Map.of(
        "At least 1 row must be sent at a time, got 0.", () -> sink.batchSize(0),
        "has column 'id' already", () -> sink.column("id", Order::id),
        "Key column 'day' of table 'orders' must be one of its columns [id, item, cents]",
            () -> sink.upsert("day"),
        "needs at least one key column", sink::upsert,
        "The table of batches must be a name", () -> sink.batchTable("a..b"),
        "at least 1 connection, got 0", () -> H2.source().poolSize(0),
        "for no time or longer, got PT-1S",
            () -> H2.source().retryFor(java.time.Duration.ofSeconds(-1)),
        "must begin with 'jdbc:', got 'db'", () -> JdbcSource.of("db", Dialect.H2));

    wrong.forEach((message, choice) -> assertThatThrownBy(choice::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message));
    assertThatThrownBy(() -> JdbcSink.into(H2.source(), "orders").open(PIPELINE, partition(1, 0)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("has no columns");
  }
}
