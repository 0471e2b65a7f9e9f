package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.Pair;
import io.sluice.api.Receiver;
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
