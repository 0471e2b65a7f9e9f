package io.sluice;

import static io.sluice.Conformance.ints;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.ErrorCode;
import io.sluice.api.Pair;
import io.sluice.api.SluiceException;
import io.sluice.testkit.Recorded;
import io.sluice.testkit.StreamingTest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows B33 to B36 of the conformance cases: reading batches that are over. */
@ParameterizedClass(name = "{0} nodes")
@ValueSource(ints = {1, 3})
class RememberTest {

  private final int nodes;

  RememberTest(int nodes) {
    this.nodes = nodes;
  }

  private StreamingTest test() {
    return StreamingTest.builder().nodes(nodes).build();
  }

  @Test
  void b33_slice() {
    try (StreamingTest test = test()) {
      test.context().remember(Duration.ofSeconds(10));
      DStream<Integer> stream = test.input(ints("1 | 2 | 3 | 4"), 2);
      test.output(stream);
      test.runBatches(2);

      assertThat(slice(stream, 0, 1000)).containsExactly(1);
      assertThat(slice(stream, 0, 2000)).containsExactly(1, 2);
      assertThat(slice(stream, 1000, 2000)).containsExactly(1, 2);
      test.runBatches(2);
      assertThat(slice(stream, 2000, 4000)).containsExactly(2, 3, 4);
    }
  }

  @Test
  void b34_sliceBeforeStart() {
    try (StreamingTest test = test()) {
      DStream<Integer> stream = test.input(ints("1"));

      assertThatThrownBy(() -> stream.slice(Instant.EPOCH, Instant.EPOCH))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("has not been initialized");
    }
  }

  @Test
  void b35_windowsOfWindowsKeepAsLongAsTheyAreNeeded() {
    try (StreamingTest test = test()) {
      test.context().remember(Duration.ofSeconds(3));
      DStream<Integer> mapped = test.input(tenBatches(), 2).map(x -> x);
      DStream<Integer> first = mapped.window(Duration.ofSeconds(2), Duration.ofSeconds(1));
      DStream<Integer> second = first.window(Duration.ofSeconds(4), Duration.ofSeconds(2));
      Recorded<Integer> output = test.output(second);
      test.runBatches(10);

      assertThat(output.batches()).hasSize(5);
      assertThat(times(second)).containsExactly(8L, 10L);
      assertThat(times(first)).containsExactly(4L, 5L, 6L, 7L, 8L, 9L, 10L);
      assertThat(times(mapped)).containsExactly(2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L);
      assertThat(slice(mapped, 2000, 2000)).containsExactly(2, 3);
      assertThat(slice(first, 4000, 4000)).containsExactly(3, 4, 4, 5);
      assertThat(slice(second, 8000, 8000))
          .containsExactly(4, 5, 5, 5, 6, 6, 6, 6, 7, 7, 7, 7, 8, 8, 8, 9);
    }
  }

  private static List<Long> times(DStream<Integer> stream) {
    List<Long> times = new ArrayList<>();
    for (long second = 0; second <= 10; second++) {
      if (stream.compute(Instant.ofEpochSecond(second)).isPresent()) {
        times.add(second);
      }
    }
    return times;
  }

  @Test
  void b36_stateOfRecentBatchesCanBeReadAsItWas() {
    try (StreamingTest test = test()) {
      test.context().remember(Duration.ofSeconds(6));
      PairDStream<String, Integer> totals = test.input(tenBatches(), 2)
          .mapToPair(x -> Pair.of("all", x))
          .updateStateByKey((values, state) -> Optional.of(state.orElse(0) + values.size()));
      test.output(totals);
      test.runBatches(10);

      assertThat(totals.compute(Instant.ofEpochSecond(10)).orElseThrow().collect())
          .containsExactly(Pair.of("all", 20));
      assertThat(totals.compute(Instant.ofEpochSecond(5)).orElseThrow().collect())
          .containsExactly(Pair.of("all", 10));
      assertThat(totals.compute(Instant.ofEpochSecond(4))).isEmpty();
    }
  }

  @Test
  void queriesJoinBatchesThatAreOverWithOneAnother() {
    try (StreamingTest test = test()) {
      test.context().remember(Duration.ofSeconds(10));
      DStream<Integer> stream = test.input(tenBatches(), 2);
      test.output(stream.count());
      test.runBatches(4);

      List<RDD<Integer>> all = stream.slice(Instant.ofEpochSecond(1), Instant.ofEpochSecond(4));
      RDD<Integer> together = all.get(0).union(all.get(1)).union(all.get(3));

      assertThat(together.map(x -> x * 10).distinct().collect())
          .containsExactlyInAnyOrder(10, 20, 30, 40, 50);
    }
  }

  @Test
  void windowsReadBatchesThatWereKilledWithANode() {
    if (nodes == 1) {
      return;
    }
    try (StreamingTest test = test()) {
      test.context().remember(Duration.ofSeconds(10));
      PairDStream<Integer, Long> counts = test.input(tenBatches(), 2).countByValue();
      test.output(counts);
      test.runBatches(3);
      test.killNode(test.nodes().get(1));
      test.runBatches(1);

      assertThat(counts.compute(Instant.ofEpochSecond(2)).orElseThrow().collect())
          .containsExactlyInAnyOrder(Pair.of(2, 1L), Pair.of(3, 1L));
    }
  }

  @Test
  void rddOfABatchThatIsForgottenSaysSo_andTheContextGoesOn() {
    try (StreamingTest test = test()) {
      List<RDD<Integer>> kept = new CopyOnWriteArrayList<>();
      DStream<Integer> stream = test.input(tenBatches(), 2);
      stream.foreachRDD(rdd -> {
        kept.add(rdd);
      });
      test.runBatches(2);

      assertThatThrownBy(() -> kept.get(0).count())
          .isInstanceOf(SluiceException.class)
          .hasMessageContaining("is not kept any more")
          .hasMessageContaining("StreamingContext.remember")
          .extracting(failure -> ((SluiceException) failure).code())
          .isEqualTo(ErrorCode.DATASET_FORGOTTEN);
      test.runBatches(1);
    }
  }

  @Test
  void persistedStreamIsComputedOnceForAllItsOutputs() {
    try (StreamingTest test = test()) {
      DStream<Long> stamps =
          test.input(ints("1 2 3 | 4"), 1).map(x -> System.nanoTime()).persist();
      Recorded<Long> one = test.output(stamps);
      Recorded<Long> other = test.output(stamps.filter(x -> true));
      test.runBatches(2);

      assertThat(one.records()).isEqualTo(other.records());
      assertThat(one.records().get(0)).hasSize(3);
    }
  }

  @Test
  void durationToRememberMustBePositive() {
    try (StreamingTest test = test()) {
      assertThatThrownBy(() -> test.context().remember(Duration.ZERO))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("at least 1 ms");
    }
  }

  private static List<List<Integer>> tenBatches() {
    return IntStream.rangeClosed(1, 10).mapToObj(x -> List.of(x, x + 1)).toList();
  }

  private static List<Integer> slice(DStream<Integer> stream, long from, long to) {
    List<Integer> records = new ArrayList<>();
    stream
        .slice(Instant.ofEpochMilli(from), Instant.ofEpochMilli(to))
        .forEach(rdd -> records.addAll(rdd.collect()));
    records.sort(null);
    return records;
  }
}
