package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.Pair;
import io.sluice.testkit.Recorded;
import io.sluice.testkit.StreamingTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class DriverLossTest {

  private static final int BATCHES = 8;

  @Test
  void stateAndWindowsGoOnUnderAnotherDriver() {
    assertGoesOn(test -> test.beforeBatch(4, test::killDriver));
  }

  @Test
  void batchOfKilledDriverIsRunAgain() {
    assertGoesOn(test -> test.beforeTask(20, test::killDriver));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 7, 14, 23, 31, 46, 60})
  void driverMayBeKilledBeforeAnyTask(long task) {
    assertGoesOn(test -> test.beforeTask(task, test::killDriver));
  }

  static Stream<Arguments> everyDecision() {
    return IntStream.rangeClosed(4, 24)
        .boxed()
        .flatMap(number -> Stream.of(Arguments.of(number, false), Arguments.of(number, true)));
  }

  @ParameterizedTest
  @MethodSource("everyDecision")
  void driverMayBeKilledBeforeAndAfterAnyDecision(int number, boolean kept) {
    assertGoesOn(test -> test.killDriverAtDecision(number, kept));
  }

  @Test
  void driverAndWorkerMayBeKilledTogether() {
    assertGoesOn(test -> test.beforeBatch(5, () -> {
      test.killNode("node-2");
      test.killDriver();
    }));
  }

  @Test
  void manyDriversFollowOneAnother() {
    assertGoesOn(test -> {
      for (int batch = 2; batch <= BATCHES; batch++) {
        test.beforeBatch(batch, test::killDriver);
      }
    });
  }

  private interface Faults {
    void prepare(StreamingTest test);
  }

  private static void assertGoesOn(Faults faults) {
    try (StreamingTest test =
        StreamingTest.builder().nodes(3).set("sluice.batch.partitions", 4).build()) {
      List<List<String>> input = new ArrayList<>();
      for (int batch = 1; batch <= BATCHES; batch++) {
        input.add(List.of("a", "b", "k" + batch));
      }
      PairDStream<String, Integer> ones = test.input(input, 2).mapToPair(word -> Pair.of(word, 1));
      Recorded<Pair<String, Integer>> totals = test.output(
          ones.updateStateByKey((values, state) -> Optional.of(state.orElse(0) + values.size())));
      Recorded<Pair<String, Integer>> window = test.output(
          ones.reduceByKeyAndWindow(Integer::sum, Duration.ofSeconds(3), Duration.ofSeconds(1)));
      Recorded<Pair<String, Integer>> sliding = test.output(ones.reduceByKeyAndWindow(
          Integer::sum, (a, b) -> a - b, Duration.ofSeconds(3), Duration.ofSeconds(1)));
      faults.prepare(test);

      test.runBatches(BATCHES);

      for (int batch = 1; batch <= BATCHES; batch++) {
        assertThat(new TreeMap<>(map(totals, batch)).subMap("a", "b" + Character.MAX_VALUE))
            .isEqualTo(Map.of("a", batch, "b", batch));
        assertThat(map(totals, batch)).hasSize(2 + batch);
        int panes = Math.min(3, batch);
        assertThat(map(window, batch)).containsEntry("a", panes).hasSize(2 + panes);
        assertThat(map(sliding, batch)).containsEntry("b", panes);
      }
    }
  }

  private static Map<String, Integer> map(Recorded<Pair<String, Integer>> output, int batch) {
    Map<String, Integer> map = new TreeMap<>();
    output.batches().get(batch - 1).records().forEach(pair -> map.put(pair.key(), pair.value()));
    return map;
  }
}
