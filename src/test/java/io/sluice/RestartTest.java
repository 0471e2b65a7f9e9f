package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.sluice.api.Pair;
import io.sluice.api.Receiver;
import io.sluice.api.StreamingEvent;
import io.sluice.testkit.Recorded;
import io.sluice.testkit.StreamingTest;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RestartTest {

  @TempDir
  private Path directory;

  private final TreeMap<Instant, List<Object>> outputs = new TreeMap<>();
  private Instant now = Instant.EPOCH;
  private int repeated;

  private StreamingTest test(int nodes) {
    return StreamingTest.builder()
        .nodes(nodes)
        .startTime(now)
        .set("sluice.checkpoint.directory", directory.toString())
        .set("sluice.batch.partitions", 4)
        .build();
  }

  /** The same batches at the same times in every run. */
  private static <T> DStream<T> input(StreamingTest test, Function<Integer, List<T>> batch) {
    StreamingContext context = test.context();
    return context
        .queueStream(new ArrayDeque<RDD<T>>())
        .transform((none, time) ->
            context.parallelize(new ArrayList<>(batch.apply((int) time.getEpochSecond())), 2));
  }

  /** Runs some batches of a program, then kills all of it. */
  private <U, R extends RDD<U>> void runAndKill(
      int nodes, int batches, Function<StreamingTest, DStreamLike<U, ?, R>> program) {
    try (StreamingTest test = test(nodes)) {
      Recorded<U> recorded = test.output(program.apply(test));
      test.runBatches(batches);
      now = test.clock().now();
      test.killAll();
      for (Recorded.Batch<U> batch : recorded.batches()) {
        if (outputs.put(batch.time(), new ArrayList<>(batch.records())) != null) {
          repeated++;
        }
      }
    }
  }

  private List<List<Object>> records() {
    return List.copyOf(outputs.values());
  }

  private static DStreamLike<Pair<String, Integer>, ?, PairRDD<String, Integer>> counts(
      StreamingTest test) {
    return input(test, batch -> List.of("a"))
        .mapToPair(word -> Pair.of(word, 1))
        .updateStateByKey((values, state) -> Optional.of(state.orElse(0) + values.size()));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void k1_restartAfterThreeOfSixGivesWhatOneRunWould(int nodes) {
    Function<StreamingTest, DStreamLike<Pair<String, Integer>, ?, PairRDD<String, Integer>>>
        program = test -> input(test, batch -> List.of("a", "b", "k" + batch))
        .mapToPair(word -> Pair.of(word, 1))
        .reduceByKey(Integer::sum);

    runAndKill(nodes, 3, program);
    runAndKill(nodes, 3, program);

    assertThat(records()).hasSize(6);
    for (int batch = 1; batch <= 6; batch++) {
      assertThat(records().get(batch - 1))
          .containsExactlyInAnyOrder(Pair.of("a", 1), Pair.of("b", 1), Pair.of("k" + batch, 1));
    }
    assertThat(repeated).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void k2_inverseWindowGoesOnAfterSevenOfTen(int nodes) {
    Function<StreamingTest, DStreamLike<Pair<String, Integer>, ?, PairRDD<String, Integer>>>
        program = test -> input(test, batch -> List.of("a"))
        .mapToPair(word -> Pair.of(word, 1))
        .reduceByKeyAndWindow(
            Integer::sum, (all, gone) -> all - gone, Duration.ofSeconds(4), Duration.ofSeconds(1));

    runAndKill(nodes, 7, program);
    runAndKill(nodes, 3, program);

    for (int batch = 1; batch <= 10; batch++) {
      assertThat(records().get(batch - 1)).containsExactly(Pair.of("a", Math.min(4, batch)));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void k3_stateGoesOnAfterSevenOfTen(int nodes) {
    runAndKill(nodes, 7, RestartTest::counts);
    runAndKill(nodes, 3, RestartTest::counts);

    for (int batch = 1; batch <= 10; batch++) {
      assertThat(records().get(batch - 1)).containsExactly(Pair.of("a", batch));
    }
    assertThat(repeated).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void k5_stateSurvivesManyKills(int nodes) {
    long seed = 20_231_123;
    Random random = new Random(seed);

    int batches = 0;
    while (batches < 30) {
      int run = 1 + random.nextInt(6);
      runAndKill(nodes, run, RestartTest::counts);
      batches += run;
    }

    for (int batch = 1; batch <= batches; batch++) {
      assertThat(records().get(batch - 1)).containsExactly(Pair.of("a", batch));
    }
    assertThat(repeated).as("seed %d", seed).isZero();
  }

  @Test
  void windowsOfEveryKindGoOn() {
    Function<StreamingTest, DStreamLike<Long, ?, RDD<Long>>> program =
        test -> input(test, batch -> List.of(batch, batch))
            .map(number -> number + 1)
            .countByWindow(Duration.ofSeconds(3), Duration.ofSeconds(1));

    runAndKill(3, 5, program);
    runAndKill(3, 4, program);

    for (int batch = 1; batch <= 9; batch++) {
      assertThat(records().get(batch - 1)).containsExactly(2L * Math.min(3, batch));
    }
  }

  @Test
  void t3_withoutADirectoryNothingIsLoggedAndNoSettingAsksForIt() {
    assertThat(ConfigFactory.defaultReference()
            .getConfig("sluice.checkpoint")
            .root()
            .keySet())
        .as("no switch can ask for a log that has no directory")
        .containsExactlyInAnyOrder(
            "directory", "sync", "keep", "keep-for", "interval", "drop-unclaimed");
    for (int run = 0; run < 2; run++) {
      try (StreamingTest test =
          StreamingTest.builder().set("sluice.checkpoint.sync", true).build()) {
        Recorded<Pair<String, Integer>> recorded = test.output(counts(test));
        test.runBatches(1);
        test.killAll();

        assertThat(recorded.batches().get(0).records())
            .as("begins anew")
            .containsExactly(Pair.of("a", 1));
      }
    }
  }

  @Test
  void k6_restartedContextHasTheSettingsOfItsProgramNow() {
    runAndKill(1, 2, RestartTest::counts);

    try (StreamingTest test = StreamingTest.builder()
        .nodes(1)
        .startTime(now)
        .set("sluice.checkpoint.directory", directory.toString())
        .set("sluice.checkpoint.keep", 1)
        .set("sluice.rate.max-rate", 200)
        .set("sluice.cluster.data-port", 0)
        .build()) {
      Recorded<Pair<String, Integer>> recorded = test.output(counts(test));
      test.runBatches(1);

      assertThat(recorded.batches().get(0).records())
          .as("and the state of the run before, with its number of partitions")
          .containsExactly(Pair.of("a", 3));
      assertThat(test.context().defaultPartitions()).isEqualTo(4);
    }
  }

  @Test
  void s8_mappedStateGoesOnAfterThreeOfSeven() {
    List<List<String>> words = List.of(
        List.of(),
        List.of("a"),
        List.of("a", "b"),
        List.of("a", "b", "c"),
        List.of("a", "b"),
        List.of("a"),
        List.of());
    Function<StreamingTest, DStreamLike<Pair<String, Integer>, ?, PairRDD<String, Integer>>>
        program = test -> input(test, batch -> words.get(batch - 1))
        .mapToPair(word -> Pair.of(word, 1))
        .mapWithState(StateSpec.<String, Integer, Integer, Integer>function((key, value, state) -> {
          int sum = value.orElse(0) + (state.exists() ? state.get() : 0);
          state.update(sum);
          return sum;
        }))
        .stateSnapshots();

    runAndKill(2, 3, program);
    runAndKill(2, 4, program);

    List<Map<String, Integer>> expected = List.of(
        Map.of(),
        Map.of("a", 1),
        Map.of("a", 2, "b", 1),
        Map.of("a", 3, "b", 2, "c", 1),
        Map.of("a", 4, "b", 3, "c", 1),
        Map.of("a", 5, "b", 3, "c", 1),
        Map.of("a", 5, "b", 3, "c", 1));
    for (int batch = 0; batch < 7; batch++) {
      Map<Object, Object> snapshot = new TreeMap<>();
      for (Object record : records().get(batch)) {
        snapshot.put(((Pair<?, ?>) record).key(), ((Pair<?, ?>) record).value());
      }
      assertThat(snapshot).isEqualTo(expected.get(batch));
    }
  }

  /** Gives numbers from 0 on, one block each, as far as the test allows; each is counted before the next. */
  static final class Numbers extends Receiver<Integer> {
    private static final long serialVersionUID = 1L;
    static final AtomicLong allowed = new AtomicLong();
    static final AtomicLong stored = new AtomicLong();

    @Override
    public void onStart() {
      Thread thread = new Thread(this::give, "test-numbers");
      thread.setDaemon(true);
      thread.start();
    }

    private void give() {
      long next = position().orElse(0);
      try {
        while (!isStopped()) {
          if (next < allowed.get()) {
            store(List.of((int) next), ++next);
            stored.accumulateAndGet(next, Math::max);
          } else {
            Thread.onSpinWait();
          }
        }
      } catch (RuntimeException killed) {
        // A killed node's store gives no more.
      }
    }

    @Override
    public void onStop() {}
  }

  private static void give(int numbers) {
    Numbers.allowed.set(numbers);
    long deadline = System.nanoTime() + 20_000_000_000L;
    while (Numbers.stored.get() < numbers && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
    assertThat(Numbers.stored.get()).isEqualTo(numbers);
  }

  private StreamingTest waiting() {
    return StreamingTest.builder()
        .nodes(2)
        .startTime(now)
        .set("sluice.checkpoint.directory", directory.toString())
        .set("sluice.batch.partitions", 4)
        .set("sluice.batch.max-waiting", 20)
        .build();
  }

  /** All numbers so far, summed up, each batch's sum noted; the third batch waits if it shall. */
  private static void sums(StreamingTest test, List<Integer> noted, CountDownLatch third) {
    PairDStream<String, Integer> totals = test.context()
        .receiverStream(new Numbers())
        .mapToPair(number -> Pair.of("sum", number))
        .updateStateByKey((values, state) -> Optional.of(
            state.orElse(0) + values.stream().mapToInt(Integer::intValue).sum()));
    totals.foreachRDD((sums, time) -> {
      if (time.getEpochSecond() == 3) {
        third.await();
      }
      sums.collect().forEach(sum -> noted.add(sum.value()));
    });
  }

  @Test
  void g1_blocksOfABlockedBatchOutliveTenLaterOnesAndAKill() {
    Numbers.stored.set(0);
    Numbers.allowed.set(0);
    List<Integer> noted = new CopyOnWriteArrayList<>();
    try (StreamingTest test = waiting()) {
      sums(test, noted, new CountDownLatch(1));
      test.start();
      give(10);
      test.runBatches(2);
      for (int batch = 3; batch <= 13; batch++) {
        give(10 * batch);
        test.clock().advance(Duration.ofSeconds(1));
        Instant time = test.clock().now();
        test.awaitEvent(
            StreamingEvent.BatchSubmitted.class, cut -> cut.batch().batchTime().equals(time));
      }
      now = test.clock().now();
      test.killAll();
    }
    assertThat(noted).as("sums of two batches").hasSize(2);

    try (StreamingTest test = waiting()) {
      sums(test, noted, new CountDownLatch(0));
      test.runBatches(1);
    }

    assertThat(noted).hasSize(14);
    for (int batch = 3; batch <= 13; batch++) {
      int given = 10 * batch;
      assertThat(noted.get(batch - 1)).as("batch %d", batch).isEqualTo(given * (given - 1) / 2);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void g1_receivedBlocksThatNoBatchHasAreNotLost(int nodes) {
    Numbers.stored.set(0);
    Numbers.allowed.set(0);
    int given = 0;
    for (int run = 0; run < 4; run++) {
      try (StreamingTest test = test(nodes)) {
        Recorded<Pair<String, Integer>> sums = test.output(test.context()
            .receiverStream(new Numbers())
            .mapToPair(number -> Pair.of("sum", number))
            .updateStateByKey((values, state) -> Optional.of(
                state.orElse(0) + values.stream().mapToInt(Integer::intValue).sum())));
        test.start();
        for (int batch = 0; batch < 3; batch++) {
          given += 10;
          give(given);
          test.runBatches(1);
        }
        Object last = sums.batches().get(sums.batches().size() - 1).records().get(0);
        assertThat(last).isEqualTo(Pair.of("sum", given * (given - 1) / 2));
        given += 7;
        give(given);
        now = test.clock().now();
        test.killAll();
      }
    }
  }
}
