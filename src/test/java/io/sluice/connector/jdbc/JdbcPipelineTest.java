package io.sluice.connector.jdbc;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.RDD;
import io.sluice.StreamingContext;
import io.sluice.api.Batch;
import io.sluice.api.BatchPartition;
import io.sluice.api.BatchSink;
import io.sluice.api.BatchWriter;
import io.sluice.api.ErrorCode;
import io.sluice.api.Pair;
import io.sluice.api.SluiceException;
import io.sluice.testkit.StreamingTest;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The sink as an output of a context of which parts fail. */
@Timeout(60)
class JdbcPipelineTest {

  private static final TestDatabase H2 = TestDatabase.h2("pipeline");
  private static final int BATCHES = 6;
  private static final int RECORDS = 30;

  /** What happens around a sink, found by name because sinks are copied. */
  private static final Map<String, Script> SCRIPTS = new ConcurrentHashMap<>();

  private enum Point {
    WITHIN_WRITE,
    BEFORE_PREPARE,
    AFTER_PREPARE
  }

  private interface Script {
    void at(Point point, BatchPartition partition) throws Exception;
  }

  private record Scripted(String script, JdbcSink<Integer> sink) implements BatchSink<Integer> {
    @Override
    public BatchWriter<Integer> open(String pipeline, BatchPartition partition) {
      BatchWriter<Integer> writer = sink.open(pipeline, partition);
      AtomicInteger written = new AtomicInteger();
      return new BatchWriter<>() {
        @Override
        public void write(Integer record) throws Exception {
          writer.write(record);
          if (written.incrementAndGet() == 4) {
            at(Point.WITHIN_WRITE, partition);
          }
        }

        @Override
        public String prepare() throws Exception {
          at(Point.BEFORE_PREPARE, partition);
          String prepared = writer.prepare();
          at(Point.AFTER_PREPARE, partition);
          return prepared;
        }

        @Override
        public void abort() throws Exception {
          writer.abort();
        }
      };
    }

    @Override
    public void commit(String pipeline, Batch batch, List<String> prepared) throws Exception {
      sink.commit(pipeline, batch, prepared);
    }

    private void at(Point point, BatchPartition partition) throws Exception {
      requireNonNull(SCRIPTS.get(script)).at(point, partition);
    }
  }

  @BeforeEach
  void makeTable() throws SQLException {
    H2.execute(
        "DROP TABLE IF EXISTS sluice_batches",
        "DROP TABLE IF EXISTS numbers",
        "CREATE TABLE numbers (number INTEGER NOT NULL, copy INTEGER)");
  }

  /** Adds rows to a table without a key, so that what is written twice is there twice. */
  private static Scripted sink(Script script) {
    SCRIPTS.put("script", script);
    return new Scripted(
        "script",
        JdbcSink.<Integer>into(H2.source(), "numbers")
            .column("number", number -> number)
            .batchSize(3));
  }

  private static void write(StreamingTest test, Scripted sink) {
    StreamingContext context = test.context();
    context
        .queueStream(new ArrayDeque<RDD<Integer>>())
        .transform((none, time) -> context.parallelize(numbers(time), 3))
        .mapToPair(number -> Pair.of(number, 1))
        .reduceByKey(Integer::sum)
        .keys()
        .saveTo("numbers", sink);
  }

  private static List<Integer> numbers(Instant time) {
    int first = (int) time.getEpochSecond() * RECORDS;
    return IntStream.range(first, first + RECORDS).boxed().toList();
  }

  private static void assertEachOnce() throws SQLException {
    assertThat(H2.rows("SELECT number FROM numbers ORDER BY number"))
        .isEqualTo(IntStream.range(RECORDS, (BATCHES + 1) * RECORDS)
            .mapToObj(String::valueOf)
            .toList());
  }

  private static StreamingTest test() {
    return StreamingTest.builder().nodes(3).set("sluice.batch.partitions", 4).build();
  }

  private static Script once(Point where, Act act) {
    Map<Point, Boolean> done = new ConcurrentHashMap<>();
    return (point, partition) -> {
      if (point == where && partition.batchId() == 3 && done.put(point, true) == null) {
        act.run();
      }
    };
  }

  private interface Act {
    void run() throws Exception;
  }

  @ParameterizedTest
  @EnumSource
  void taskMayFailAtAnyPoint(Point where) throws Exception {
    try (StreamingTest test = test()) {
      write(test, sink(once(where, () -> {
        throw new IOException("lost");
      })));

      test.runBatches(BATCHES);
    }
    assertEachOnce();
  }

  @ParameterizedTest
  @EnumSource
  void workerMayBeKilledAtAnyPoint(Point where) throws Exception {
    try (StreamingTest test = test()) {
      write(test, sink(once(where, () -> test.killNode("node-2"))));

      test.runBatches(BATCHES);
    }
    assertEachOnce();
  }

  @ParameterizedTest
  @EnumSource
  void driverMayBeKilledAtAnyPoint(Point where) throws Exception {
    try (StreamingTest test = test()) {
      write(test, sink(once(where, test::killDriver)));

      test.runBatches(BATCHES);
    }
    assertEachOnce();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void randomFaultsLoseAndRepeatNothing(long seed) throws Exception {
    try (StreamingTest test = StreamingTest.builder()
        .nodes(3)
        .randomFaults(seed)
        .set("sluice.batch.partitions", 4)
        .build()) {
      write(test, sink((point, partition) -> {}));

      test.runBatches(BATCHES);
    }
    assertEachOnce();
  }

  @Test
  void batchThatIsHalfTakenWhenAllIsKilledIsTakenOnce(@TempDir Path directory) throws Exception {
    CountDownLatch taken = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    Instant now;
    try (StreamingTest test = restarted(directory, Instant.EPOCH)) {
      write(test, sink((point, partition) -> {
        if (partition.batchId() == 3) {
          if (point == Point.AFTER_PREPARE) {
            taken.countDown();
          } else if (partition.partition() == 1) {
            never.await();
          }
        }
      }));
      test.runBatches(2);
      test.clock().advance(Duration.ofSeconds(1));
      assertThat(taken.await(30, TimeUnit.SECONDS)).isTrue();
      now = test.clock().now();
      test.killAll();
    }
    assertThat(H2.count("numbers")).isGreaterThan(2 * RECORDS);

    try (StreamingTest test = restarted(directory, now)) {
      write(test, sink((point, partition) -> {}));
      test.runBatches(BATCHES - 3);
    }
    assertEachOnce();
  }

  @Test
  void taskThatWritesAndLooksUpNeedsOneConnection() throws Exception {
    JdbcSource narrow = H2.source().poolSize(1).retryFor(Duration.ofSeconds(5));
    H2.execute("INSERT INTO numbers (number) VALUES (1), (2), (3)");
    JdbcLookup<Integer, Integer> known =
        JdbcLookup.of(narrow, "numbers", "number", row -> row.getInt("number"));
    JdbcSink<Pair<Integer, Optional<Integer>>> copies =
        JdbcSink.<Pair<Integer, Optional<Integer>>>into(narrow, "numbers")
            .column("number", Pair::key)
            .column("copy", Pair::value)
            .batchSize(1);
    try (StreamingTest test = StreamingTest.create()) {
      known
          .chunk(1)
          .enrich(test.input(List.of(List.of(1, 2, 3, 4)), 2), number -> number)
          .saveTo("copies", copies);

      test.runBatches(1);
    }
    assertThat(H2.rows("SELECT number FROM numbers WHERE copy = number ORDER BY number"))
        .containsExactly("1", "2", "3");
  }

  /** A record that the table refuses is left out, but none for a table that is not there. */
  @Test
  void onlyForRecordsInputIsSkipped() throws Exception {
    JdbcSink<Integer> sink = JdbcSink.<Integer>into(H2.source(), "numbers")
        .column("number", number -> number < 0 ? null : number);
    try (StreamingTest test =
        StreamingTest.builder().set("sluice.task.on-failure", "skip").build()) {
      test.input(List.of(List.of(1, 2), List.of(-3), List.of(4))).saveTo("numbers", sink);
      test.beforeBatch(3, () -> drop("numbers"));

      test.runBatches(2);
      assertThat(H2.rows("SELECT number FROM numbers")).containsExactly("1", "2");
      assertThatThrownBy(() -> test.runBatches(1))
          .isInstanceOfSatisfying(
              SluiceException.class,
              failure -> assertThat(failure.code()).isEqualTo(ErrorCode.SINK_FAILED))
          .hasMessageContaining("Table 'numbers' of jdbc:h2:mem:pipeline cannot be written");
    }
  }

  private static void drop(String table) {
    try {
      H2.execute("DROP TABLE " + table);
    } catch (SQLException failure) {
      throw new AssertionError(failure);
    }
  }

  private static StreamingTest restarted(Path directory, Instant start) {
    return StreamingTest.builder()
        .startTime(start)
        .set("sluice.batch.partitions", 4)
        .set("sluice.checkpoint.directory", directory.toString())
        .build();
  }
}
