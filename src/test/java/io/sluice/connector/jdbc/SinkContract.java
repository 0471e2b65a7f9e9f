package io.sluice.connector.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.BatchPartition;
import io.sluice.api.BatchWriter;
import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Month;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the sink promises of every database. */
@Timeout(60)
abstract class SinkContract {

  static final String PIPELINE = "shop/orders";

  record Order(int id, @Nullable String item, long cents) {}

  /** The same in all tests of a class; its tables are new in each. */
  abstract TestDatabase database();

  abstract String typeOfBytes();

  String typeOfTime() {
    return "TIMESTAMP(6) WITH TIME ZONE";
  }

  String typeOfUuid() {
    return "UUID";
  }

  /** One that the driver can write as it is. */
  Instant moment() {
    return Instant.parse("2026-03-29T00:30:00.123456Z");
  }

  @BeforeEach
  void makeTables() throws SQLException {
    database()
        .execute(
            "DROP TABLE IF EXISTS sluice_batches",
            "DROP TABLE IF EXISTS orders",
            "CREATE TABLE orders (id INTEGER PRIMARY KEY, item VARCHAR(10) NOT NULL, cents BIGINT)");
  }

  JdbcSink<Order> appending() {
    return JdbcSink.<Order>into(database().source(), "orders")
        .column("id", Order::id)
        .column("item", Order::item)
        .column("cents", Order::cents);
  }

  JdbcSink<Order> replacing() {
    return appending().upsert("id");
  }

  static BatchPartition partition(long batch, int partition) {
    return new BatchPartition(batch, Instant.ofEpochSecond(batch), partition, 1);
  }

  static void write(JdbcSink<Order> sink, long batch, int partition, Order... orders)
      throws Exception {
    BatchWriter<Order> writer = sink.open(PIPELINE, partition(batch, partition));
    for (Order order : orders) {
      writer.write(order);
    }
    assertThat(writer.prepare()).isEmpty();
  }

  private List<String> orders() throws SQLException {
    return database().rows("SELECT id, item, cents FROM orders ORDER BY id");
  }

  private static Order[] many(int count) {
    return IntStream.range(0, count).mapToObj(id -> new Order(id, "a", id)).toArray(Order[]::new);
  }

  @Test
  void rowsAreAdded() throws Exception {
    write(
        appending().batchSize(2),
        1,
        0,
        new Order(1, "tea", 5),
        new Order(2, "milk", 7),
        new Order(3, "tea", 1));
    write(appending(), 1, 1, new Order(4, "tea", 2));
    write(appending(), 2, 0, new Order(5, "tea", 2));

    assertThat(orders()).containsExactly("1 tea 5", "2 milk 7", "3 tea 1", "4 tea 2", "5 tea 2");
    assertThat(database().rows("SELECT * FROM sluice_batches ORDER BY partition_number"))
        .containsExactly(PIPELINE + " 0 2000 1", PIPELINE + " 1 1000 1");
  }

  @Test
  void rowsAreReplacedByTheirKeyAndTheLastOfAPartitionStays() throws Exception {
    for (int batchSize : new int[] {1, 2, 100}) {
      write(
          replacing().batchSize(batchSize),
          batchSize,
          0,
          new Order(1, "tea", 5),
          new Order(2, "milk", 7),
          new Order(1, "tea", 6),
          new Order(1, "tea", 8));
      write(replacing(), batchSize + 1, 0, new Order(2, "cream", 9));

      assertThat(orders()).as("%d", batchSize).containsExactly("1 tea 8", "2 cream 9");
    }
  }

  @Test
  void partitionThatComesAgainIsAddedOnce() throws Exception {
    write(appending(), 1, 0, new Order(1, "tea", 5));
    write(appending(), 1, 0, new Order(1, "tea", 5));
    write(appending().batchSize(1), 1, 0, new Order(1, "tea", 5));

    assertThat(orders()).containsExactly("1 tea 5");
  }

  @Test
  void whatIsOlderThanTheTableIsLeftOut() throws Exception {
    write(appending(), 2, 0, new Order(1, "tea", 5));
    write(appending(), 1, 0, new Order(2, "late", 5));
    write(replacing(), 1, 0, new Order(1, "late", 5));

    assertThat(orders()).containsExactly("1 tea 5");
  }

  @Test
  void appendThatIsDividedOtherwiseIsRefused() throws Exception {
    write(appending(), 1, 0, new Order(1, "tea", 5));

    assertThatThrownBy(
            () -> write(appending(), 1, 0, new Order(1, "tea", 5), new Order(2, "tea", 5)))
        .isInstanceOf(SluiceException.class)
        .hasMessageContaining("with 1 records and has 2 now")
        .hasMessageContaining("repartition");

    assertThat(orders()).containsExactly("1 tea 5");
  }

  @Test
  void upsertThatIsDividedOtherwiseLosesNothing() throws Exception {
    write(replacing(), 1, 0, new Order(1, "tea", 5), new Order(2, "tea", 5));

    write(replacing(), 1, 0, new Order(3, "tea", 5));
    write(replacing(), 1, 1, new Order(1, "tea", 5), new Order(2, "tea", 5));

    assertThat(orders()).containsExactly("1 tea 5", "2 tea 5", "3 tea 5");
  }

  @Test
  void nothingIsSeenOfAnAttemptThatFails() throws Exception {
    BatchWriter<Order> writer = appending().batchSize(2).open(PIPELINE, partition(1, 0));
    for (Order order : many(5)) {
      writer.write(order);
    }

    assertThat(orders()).isEmpty();

    writer.abort();
    write(appending(), 1, 0, new Order(1, "tea", 5));

    assertThat(orders()).containsExactly("1 tea 5");
  }

  @Test
  void secondAttemptWaitsForTheFirst() throws Exception {
    JdbcSink<Order> sink = appending().batchSize(2);
    BatchWriter<Order> first = sink.open(PIPELINE, partition(1, 0));
    for (Order order : many(5)) {
      first.write(order);
    }
    ExecutorService threads = Executors.newSingleThreadExecutor();
    try {
      Future<?> second = threads.submit(() -> {
        write(sink, 1, 0, many(5));
        return true;
      });
      assertThatThrownBy(() -> second.get(200, TimeUnit.MILLISECONDS))
          .isInstanceOf(java.util.concurrent.TimeoutException.class);
      first.prepare();
      second.get();
    } finally {
      threads.shutdownNow();
    }

    assertThat(orders()).hasSize(5);
  }

  @Test
  void secondAttemptTakesWhatTheFirstGaveUp() throws Exception {
    JdbcSink<Order> sink = appending().batchSize(2);
    BatchWriter<Order> first = sink.open(PIPELINE, partition(1, 0));
    for (Order order : many(5)) {
      first.write(order);
    }
    ExecutorService threads = Executors.newSingleThreadExecutor();
    try {
      Future<?> second = threads.submit(() -> {
        write(sink, 1, 0, many(5));
        return true;
      });
      first.abort();
      second.get();
    } finally {
      threads.shutdownNow();
    }

    assertThat(orders()).hasSize(5);
  }

  @Test
  void manyAttemptsAtOnceOfEachPartitionAreTakenOnce() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    List<Callable<Boolean>> attempts = new ArrayList<>();
    for (int i = 0; i < 24; i++) {
      int number = i;
      attempts.add(() -> {
        int partition = number % 4;
        write(
            appending().batchSize(1 + number % 3),
            1,
            partition,
            new Order(2 * partition, "a", 1),
            new Order(2 * partition + 1, "a", 1));
        return true;
      });
    }
    try {
      for (Future<Boolean> attempt : threads.invokeAll(attempts)) {
        attempt.get();
      }
    } finally {
      threads.shutdownNow();
    }

    assertThat(orders()).hasSize(8);
    assertThat(database().count("sluice_batches")).isEqualTo(4);
  }

  @Test
  void valuesOfCommonTypesComeBack() throws Exception {
    database()
        .execute(
            "DROP TABLE IF EXISTS kinds",
            "CREATE TABLE kinds (id INTEGER PRIMARY KEY, text VARCHAR(20), letter CHAR(1), yes BOOLEAN, small SMALLINT,"
                + " num DOUBLE PRECISION, exact NUMERIC(30,3), big NUMERIC(30), at " + typeOfTime()
                + ", on_day DATE,"
                + " bytes " + typeOfBytes() + ", uuid " + typeOfUuid() + ", name VARCHAR(20))");
    Instant at = moment();
    UUID uuid = new UUID(1, 2);
    JdbcSink<Integer> sink = JdbcSink.<Integer>into(database().source(), "kinds")
        .column("id", id -> id)
        .column("text", id -> given(id, "tëxt"))
        .column("letter", id -> given(id, 'x'))
        .column("yes", id -> given(id, true))
        .column("small", id -> given(id, (short) 3))
        .column("num", id -> given(id, 1.5))
        .column("exact", id -> given(id, new BigDecimal("123456789012345678901.125")))
        .column("big", id -> given(id, BigInteger.TEN.pow(25)))
        .column("at", id -> given(id, at))
        .column("on_day", id -> given(id, LocalDate.of(2026, 3, 29)))
        .column("bytes", id -> given(id, new byte[] {1, 0, -1}))
        .column("uuid", id -> Optional.ofNullable(given(id, uuid)))
        .column("name", id -> given(id, Month.MAY))
        .upsert("id");
    BatchWriter<Integer> writer = sink.open(PIPELINE, partition(1, 0));
    for (int id = 0; id < 5; id++) {
      writer.write(id);
    }
    writer.prepare();

    try (Connection connection = database().connect();
        PreparedStatement select = connection.prepareStatement("SELECT * FROM kinds ORDER BY id");
        ResultSet row = select.executeQuery()) {
      for (int id = 0; id < 5; id++) {
        row.next();
        assertThat(row.getString("text")).isEqualTo(given(id, "tëxt"));
        assertThat(row.getString("letter")).isEqualTo(given(id, "x"));
        assertThat(row.getObject("yes")).isEqualTo(given(id, true));
        assertThat(row.getObject("small", Integer.class)).isEqualTo(given(id, 3));
        assertThat(row.getObject("num")).isEqualTo(given(id, 1.5));
        assertThat(row.getBigDecimal("exact"))
            .isEqualTo(given(id, new BigDecimal("123456789012345678901.125")));
        assertThat(row.getBigDecimal("big"))
            .isEqualTo(given(id, new BigDecimal(BigInteger.TEN.pow(25))));
        assertThat(row.getTimestamp("at")).isEqualTo(given(id, Timestamp.from(at)));
        assertThat(row.getObject("on_day", LocalDate.class))
            .isEqualTo(given(id, LocalDate.of(2026, 3, 29)));
        assertThat(row.getBytes("bytes")).isEqualTo(given(id, new byte[] {1, 0, -1}));
        assertThat(row.getString("uuid")).isEqualTo(given(id, uuid.toString()));
        assertThat(row.getString("name")).isEqualTo(given(id, "MAY"));
      }
    }
  }

  /** Null in every other row. */
  private static <V> @Nullable V given(int id, V value) {
    return id % 2 == 0 ? value : null;
  }

  @Test
  void tableThatIsNotThereFailsAtOnce() {
    JdbcSink<Order> sink =
        JdbcSink.<Order>into(database().source(), "ordes").column("id", Order::id);

    assertFails(sink, new Order(1, "tea", 5), ErrorCode.SINK_FAILED)
        .hasMessageContaining("Table 'ordes' of jdbc:")
        .hasMessageContaining("there is no such table");
  }

  @Test
  void columnThatIsNotThereFailsAtOnce() {
    assertFails(
            appending().column("colour", Order::item),
            new Order(1, "tea", 5),
            ErrorCode.SINK_FAILED)
        .hasMessageContaining("column 'colour'");
  }

  @Test
  void recordThatViolatesAConstraintFailsTheTask() throws Exception {
    assertFails(appending(), new Order(12345, null, 5), ErrorCode.TASK_FAILED)
        .hasMessageContaining("violates a constraint, column 'item'");
    write(appending(), 1, 0, new Order(12345, "tea", 5));
    assertFails(appending(), new Order(12345, "tea", 5), ErrorCode.TASK_FAILED)
        .hasMessageContaining("violates a constraint");
  }

  @Test
  void recordWithAValueThatDoesNotFitFailsTheTask() {
    assertFails(appending(), new Order(1, "12345678901", 5), ErrorCode.TASK_FAILED)
        .hasMessageContaining("has a value that the column does not take");
    JdbcSink<Order> unknown = JdbcSink.<Order>into(database().source(), "orders")
        .column("id", Order::id)
        .column("item", order -> new Object());
    assertFails(unknown, new Order(1, "tea", 5), ErrorCode.TASK_FAILED)
        .hasMessageContaining("Column 'item' of table 'orders'")
        .hasMessageContaining("a value of java.lang.Object");
  }

  /** In no time, and without anything of the record. */
  org.assertj.core.api.AbstractThrowableAssert<?, ? extends Throwable> assertFails(
      JdbcSink<Order> sink, Order order, ErrorCode... codes) {
    long begin = System.nanoTime();
    return assertThatThrownBy(() -> write(sink, 9, 7, order))
        .isInstanceOfSatisfying(SluiceException.class, failure -> {
          assertThat(failure.code()).isIn((Object[]) codes);
          assertThat(Duration.ofNanos(System.nanoTime() - begin))
              .isLessThan(Duration.ofSeconds(10));
          for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            assertThat(String.valueOf(cause)).doesNotContain("12345");
          }
        });
  }
}
