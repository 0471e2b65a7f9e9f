package io.sluice;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.Batch;
import io.sluice.api.BatchPartition;
import io.sluice.api.BatchSink;
import io.sluice.api.BatchWriter;
import io.sluice.api.Pair;
import io.sluice.api.StreamingEvent;
import io.sluice.connector.file.FileManifest;
import io.sluice.connector.file.FileSink;
import io.sluice.testkit.StreamingTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SaveToTest {

  private static final int BATCHES = 8;
  private static final long PATIENCE_NANOS = 10_000_000_000L;

  @TempDir
  private Path directory;

  /** Where something happens to a batch. */
  enum Point {
    BEFORE_PREPARE,
    AFTER_PREPARE,
    BEFORE_COMMIT,
    WITHIN_COMMIT,
    AFTER_COMMIT
  }

  /** What happens at points of a sink, found by name because sinks are copied. */
  private static final Map<String, Script> SCRIPTS = new ConcurrentHashMap<>();

  private interface Script {
    void at(Point point, long batch, int partition) throws Exception;
  }

  /** A file sink to which things happen. */
  private record Scripted(String script, FileSink<Object> files) implements BatchSink<Object> {
    @Override
    public BatchWriter<Object> open(String pipeline, BatchPartition partition) {
      BatchWriter<Object> writer = files.open(pipeline, partition);
      return new BatchWriter<>() {
        @Override
        public void write(Object record) throws Exception {
          writer.write(record);
        }

        @Override
        public String prepare() throws Exception {
          at(Point.BEFORE_PREPARE, partition.batchId(), partition.partition());
          String prepared = writer.prepare();
          at(Point.AFTER_PREPARE, partition.batchId(), partition.partition());
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
      at(Point.BEFORE_COMMIT, batch.id(), 0);
      if (prepared.size() > 1) {
        at(Point.WITHIN_COMMIT, batch.id(), 0);
      }
      files.commit(pipeline, batch, prepared);
      at(Point.AFTER_COMMIT, batch.id(), 0);
    }

    @Override
    public void abort(String pipeline, Batch batch, List<String> prepared) {
      files.abort(pipeline, batch, prepared);
    }

    private void at(Point point, long batch, int partition) throws Exception {
      requireNonNull(SCRIPTS.get(script)).at(point, batch, partition);
    }
  }

  private BatchSink<Object> sink(Script script) {
    SCRIPTS.put(directory.toString(), script);
    return new Scripted(directory.toString(), FileSink.in(directory));
  }

  @Test
  void everyRecordIsSavedOnce() throws Exception {
    assertSavedOnce(test -> (point, batch, partition) -> {});
  }

  @ParameterizedTest
  @EnumSource(Point.class)
  void driverMayBeKilledAtAnyPoint(Point where) throws Exception {
    assertSavedOnce(test -> once(where, 3, test::killDriver));
  }

  @ParameterizedTest
  @EnumSource(
      value = Point.class,
      names = {"BEFORE_PREPARE", "AFTER_PREPARE"})
  void workerMayBeKilledAtAnyPoint(Point where) throws Exception {
    assertSavedOnce(test -> once(where, 3, () -> test.killNode("node-2")));
  }

  @ParameterizedTest
  @EnumSource(
      value = Point.class,
      names = {"BEFORE_PREPARE", "AFTER_PREPARE"})
  void taskMayFailAtAnyPoint(Point where) throws Exception {
    assertSavedOnce(test -> once(where, 3, () -> {
      throw new IOException("No space left on device");
    }));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void randomFaultsLoseAndRepeatNothing(long seed) throws Exception {
    try (StreamingTest test = StreamingTest.builder()
        .nodes(3)
        .randomFaults(seed)
        .set("sluice.batch.partitions", 4)
        .build()) {
      write(test, sink((point, batch, partition) -> {
        if (batch % 4 == seed % 4
            && point == Point.values()[(int) ((batch + seed) % Point.values().length)]) {
          once(point, batch, test::killDriver).at(point, batch, partition);
        }
      }));

      test.runBatches(BATCHES);
    }
    assertEachOnce();
  }

  @Test
  void commitThatFailsIsTriedAgainAndHoldsBackTheNextBatch() throws Exception {
    List<String> order = Collections.synchronizedList(new ArrayList<>());
    Map<Long, Integer> failures = new ConcurrentHashMap<>();
    try (StreamingTest test = StreamingTest.builder().nodes(2).build()) {
      write(test, sink((point, batch, partition) -> {
        order.add(point + " " + batch);
        if (point == Point.BEFORE_COMMIT && failures.merge(batch, 1, Integer::sum) < 3) {
          throw new IOException("the disk is away");
        }
      }));

      test.runBatches(2);

      List<StreamingEvent.SinkCommitFailed> told =
          test.events(StreamingEvent.SinkCommitFailed.class);
      assertThat(told).extracting(event -> event.sink().failures()).containsExactly(1, 2, 1, 2);
      assertThat(told.get(0).sink().output()).isEqualTo("numbers");
      assertThat(told.get(0).sink().reason()).contains("the disk is away");
      assertThat(told.get(1).sink().retryAfter())
          .isGreaterThan(told.get(0).sink().retryAfter());
    }
    assertThat(order.indexOf("AFTER_COMMIT 1")).isLessThan(order.indexOf("BEFORE_PREPARE 2"));
  }

  @Test
  void batchThatFailsIsAborted() throws Exception {
    try (StreamingTest test = StreamingTest.builder().nodes(1).build()) {
      DStream<Integer> numbers = test.input(List.of(List.of(1, 2)));
      numbers.saveTo("numbers", FileSink.in(directory));
      numbers.foreachRDD(rdd -> {
        // Fails only when the driver knows what the other output has prepared.
        test.awaitEvent(
            StreamingEvent.OutputOperationCompleted.class,
            event -> event.output().name().equals("numbers"));
        throw new IllegalStateException("refused");
      });

      assertThatThrownBy(() -> test.runBatches(1)).hasMessageContaining("refused");
      long deadline = System.nanoTime() + PATIENCE_NANOS;
      while (!files(directory.resolve(".prepared")).isEmpty() && System.nanoTime() < deadline) {
        Thread.onSpinWait();
      }

      assertThat(files(directory.resolve(".prepared"))).isEmpty();
      assertThat(FileManifest.read(directory)).isEmpty();
    }
  }

  @Test
  void sinkOfOneMethodTakesEveryRecord() {
    List<Object> taken = Collections.synchronizedList(new ArrayList<>());
    TAKEN.put("simple", taken);
    try (StreamingTest test = StreamingTest.create()) {
      test.input(List.of(List.of(1, 2), List.of(3)))
          .saveTo(
              "simple",
              (pipeline, partition) -> record -> requireNonNull(TAKEN.get("simple"))
                  .add(pipeline + " " + partition.batchId() + " " + record));

      test.runBatches(2);

      String context = test.context().name();
      assertThat(taken)
          .containsExactly(
              context + "/simple 1 1", context + "/simple 1 2", context + "/simple 2 3");
    }
  }

  private static final Map<String, List<Object>> TAKEN = new ConcurrentHashMap<>();

  @Test
  void outputsNeedNamesOfTheirOwn() {
    try (StreamingTest test = StreamingTest.create()) {
      DStream<Integer> numbers = test.input(List.of(List.of(1)));
      BatchSink<Object> sink = FileSink.in(directory);
      numbers.saveTo("a", sink);

      assertThatThrownBy(() -> numbers.saveTo("a", sink)).hasMessageContaining("named 'a'");
      assertThatThrownBy(() -> numbers.saveTo(" ", sink)).hasMessageContaining("blank");
      assertThatThrownBy(() -> numbers.saveTo("a/b", sink)).hasMessageContaining("'a/b'");
    }
  }

  @Test
  void preparedTextThatIsTooLongIsRefused() {
    try (StreamingTest test = StreamingTest.create()) {
      test.input(List.of(List.of(1))).saveTo("chatty", new Chatty());

      assertThatThrownBy(() -> test.runBatches(1))
          .hasMessageContaining("returned 10000 characters")
          .hasMessageContaining("at most 8192");
    }
  }

  private record Chatty() implements BatchSink<Integer> {
    @Override
    public BatchWriter<Integer> open(String pipeline, BatchPartition partition) {
      return new BatchWriter<>() {
        @Override
        public void write(Integer record) {}

        @Override
        public String prepare() {
          return "x".repeat(10_000);
        }
      };
    }
  }

  private interface Scripting {
    Script of(StreamingTest test);
  }

  private interface Act {
    void run() throws Exception;
  }

  private final Map<String, Boolean> done = new ConcurrentHashMap<>();

  private Script once(Point where, long when, Act act) {
    return (point, batch, partition) -> {
      if (point == where && batch == when && done.put(where + " " + when, true) == null) {
        act.run();
      }
    };
  }

  private void assertSavedOnce(Scripting scripting) throws Exception {
    try (StreamingTest test =
        StreamingTest.builder().nodes(3).set("sluice.batch.partitions", 4).build()) {
      write(test, sink(scripting.of(test)));

      test.runBatches(BATCHES);
    }
    assertEachOnce();
  }

  private static void write(StreamingTest test, BatchSink<Object> sink) {
    List<List<Integer>> input = new ArrayList<>();
    for (int batch = 0; batch < BATCHES; batch++) {
      List<Integer> numbers = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        numbers.add(batch * 20 + i);
      }
      input.add(numbers);
    }
    test.input(input, 3)
        .mapToPair(number -> Pair.of(number, 1))
        .reduceByKey(Integer::sum)
        .keys()
        .saveTo("numbers", sink);
  }

  private void assertEachOnce() throws IOException {
    Map<String, Integer> seen = new HashMap<>();
    for (Path file : files(directory)) {
      if (file.getFileName().toString().startsWith("part-")) {
        Files.readAllLines(file).forEach(line -> seen.merge(line, 1, Integer::sum));
      }
    }
    assertThat(seen)
        .hasSize(BATCHES * 20)
        .allSatisfy((line, count) -> assertThat(count).isOne());
    assertThat(FileManifest.read(directory).stream()
            .mapToLong(FileManifest.Entry::records)
            .sum())
        .isEqualTo(BATCHES * 20);
    assertThat(files(directory.resolve(".prepared"))).isEmpty();
  }

  private static List<Path> files(Path in) throws IOException {
    if (!Files.exists(in)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(in)) {
      return files.sorted().toList();
    }
  }
}
