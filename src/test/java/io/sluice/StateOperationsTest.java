package io.sluice;

import static io.sluice.Conformance.counts;
import static io.sluice.Conformance.empty;
import static io.sluice.Conformance.words;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.ErrorCode;
import io.sluice.api.Function3;
import io.sluice.api.Function4;
import io.sluice.api.Pair;
import io.sluice.api.SluiceException;
import io.sluice.api.State;
import io.sluice.testkit.Recorded;
import io.sluice.testkit.StreamingTest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows B29 to B32, B47, B48 and S1 to S6 of the conformance cases, on one node and on three. */
@ParameterizedClass(name = "{0} nodes")
@ValueSource(ints = {1, 3})
class StateOperationsTest {

  private static final List<List<Pair<String, Integer>>> GROWING =
      counts("a1 | a1 b1 | a1 b1 c1 | a1 b1 | a1 | -");
  private static final List<List<Pair<String, Integer>>> M =
      counts("- | a1 | a1 b1 | a1 b1 c1 | a1 b1 | a1 | -");
  private static final List<List<Pair<String, Integer>>> SUMS =
      counts("- | a1 | a2 b1 | a3 b2 c1 | a4 b3 c1 | a5 b3 c1 | a5 b3 c1");
  private static final List<List<Pair<String, Integer>>> CAL =
      counts("cal1 cal3 ny4 ny1 | cal5 cal5 ny3 ny1 | -");

  private final int nodes;

  StateOperationsTest(int nodes) {
    this.nodes = nodes;
  }

  private static Optional<Integer> sum(List<Integer> values, Optional<Integer> state) {
    return Optional.of(
        state.orElse(0) + values.stream().mapToInt(Integer::intValue).sum());
  }

  private static int addTo(Optional<Integer> value, State<Integer> state) {
    int total = state.getOption().orElse(0) + value.orElse(0);
    state.update(total);
    return total;
  }

  @Test
  void b29_updateStateByKey_runningSum() {
    Conformance.on(nodes)
        .checkPairs(
            GROWING,
            s -> s.updateStateByKey(StateOperationsTest::sum),
            counts("a1 | a2 b1 | a3 b2 c1 | a4 b3 c1 | a5 b3 c1 | a5 b3 c1"));
  }

  @Test
  void b30_updateStateByKey_withInitialState() {
    List<List<Pair<String, Integer>>> expected =
        counts("a2 c2 | a3 b1 c2 | a4 b2 c3 | a5 b3 c3 | a6 b3 c3 | a6 b3 c3");

    Conformance.on(nodes)
        .checkPairs(
            GROWING,
            s -> s.updateStateByKey(StateOperationsTest::sum, 3, initial(s, "a1 c2")),
            expected);
    Conformance.on(nodes)
        .checkPairs(
            GROWING,
            s -> {
              Function4<Instant, String, List<Integer>, Optional<Integer>, Optional<Integer>> sum =
                  (time, key, values, state) -> sum(values, state);
              return s.updateStateByKey(sum, 2, initial(s, "a1 c2"));
            },
            expected);
  }

  @Test
  void b31_updateStateByKey_withTime() {
    Function4<Instant, String, List<Integer>, Optional<Integer>, Optional<Integer>> addTime =
        (time, key, values, state) ->
            Optional.of(state.orElse(0) + (values.isEmpty() ? 0 : (int) time.toEpochMilli()));

    Conformance.on(nodes)
        .checkPairs(
            GROWING,
            s -> s.updateStateByKey(addTime, 2, initial(s, "a0 c0")),
            counts(
                "a1000 c0 | a3000 b2000 c0 | a6000 b5000 c3000 | a10000 b9000 c3000 | a15000 b9000 c3000 | a15000 b9000 c3000"));
  }

  /** A count, and in how many batches in a row there was nothing to count. */
  record Counted(int count, int idleBatches) {}

  private static Optional<Counted> dropWhenIdle(List<Integer> values, Optional<Counted> before) {
    Counted state = before.orElse(new Counted(0, 0));
    Counted after = values.isEmpty()
        ? new Counted(state.count, state.idleBatches + 1)
        : new Counted(state.count + values.size(), 0);
    return Optional.of(after).filter(counted -> counted.idleBatches < 2);
  }

  @Test
  void b32_updateStateByKey_dropsAKeyWithoutValuesForTwoBatches() {
    Conformance.on(nodes)
        .batches(6)
        .checkPairs(
            counts("a1 b1 | - | a1 c1 a1 | c1 | - | -"),
            s -> s.updateStateByKey(StateOperationsTest::dropWhenIdle).mapValues(Counted::count),
            counts("a1 b1 | a1 b1 | a3 c1 | a3 c2 | c2 | -"));
  }

  @Test
  void b47_updateStateByKey_sum() {
    Conformance.on(nodes)
        .checkPairs(
            CAL,
            s -> s.updateStateByKey(StateOperationsTest::sum),
            counts("cal4 ny5 | cal14 ny9 | cal14 ny9"));
  }

  @Test
  void b48_updateStateByKey_sumWithInitialState() {
    Conformance.on(nodes)
        .checkPairs(
            CAL,
            s -> s.updateStateByKey(StateOperationsTest::sum, 2, initial(s, "cal1 ny2")),
            counts("cal5 ny7 | cal15 ny11 | cal15 ny11"));
  }

  @Test
  void s1_mapWithState_sum() {
    Function3<String, Optional<Integer>, State<Integer>, Integer> sum =
        (key, value, state) -> addTo(value, state);

    checkMapped(
        StateSpec.function(sum), M, Conformance.ints("- | 1 | 2 1 | 3 2 1 | 4 3 | 5 | -"), SUMS);
  }

  @Test
  void s2_mapWithState_withTime() {
    Function4<Instant, String, Optional<Integer>, State<Integer>, Optional<String>> twice =
        (time, key, value, state) -> {
          addTo(value, state);
          return Optional.of(key + key);
        };

    checkMapped(
        StateSpec.function(twice), M, words("- | aa | aa bb | aa bb cc | aa bb | aa | -"), SUMS);
  }

  @Test
  void s3_mapWithState_givesPairs() {
    Function3<String, Optional<Integer>, State<Integer>, Pair<String, Integer>> sum =
        (key, value, state) -> Pair.of(key, addTo(value, state));

    checkMapped(
        StateSpec.function(sum), M, counts("- | a1 | a2 b1 | a3 b2 c1 | a4 b3 | a5 | -"), SUMS);
  }

  @Test
  void s4_mapWithState_initialState_givesNothing() {
    Function4<Instant, String, Optional<Integer>, State<Integer>, Optional<String>> silent =
        (time, key, value, state) -> {
          addTo(value, state);
          return Optional.empty();
        };

    checkMapped(
        context -> StateSpec.function(silent)
            .initialState(
                context.parallelize(counts("a5 b10 c-20 d0").get(0), 2).mapToPair(pair -> pair)),
        M,
        empty(7),
        counts(
            "a5 b10 c-20 d0 | a6 b10 c-20 d0 | a7 b11 c-20 d0 | a8 b12 c-19 d0 | a9 b13 c-19 d0 | a10 b13 c-19 d0 | a10 b13 c-19 d0"));
  }

  @Test
  void s5_mapWithState_toggle() {
    Function4<Instant, String, Optional<Integer>, State<Integer>, Optional<String>> toggle =
        (time, key, value, state) -> {
          if (state.exists()) {
            state.remove();
            return Optional.of(key);
          }
          state.update(value.orElseThrow());
          return Optional.empty();
        };

    checkMapped(
        StateSpec.function(toggle),
        counts("- | a1 | a1 b1 | a1 b1 c1 | a1 b1 c1 | a1 b1 | a1 | -"),
        words("- | - | a | b | a c | b | a | -"),
        counts("- | a1 | b1 | a1 c1 | b1 | a1 | - | -"));
  }

  @Test
  void s6_mapWithState_timeout() {
    Function4<Instant, String, Optional<Integer>, State<Integer>, Optional<String>> timingOut =
        (time, key, value, state) -> {
          if (state.isTimingOut()) {
            return Optional.of(key);
          }
          state.update(value.orElseThrow());
          return Optional.empty();
        };

    checkMapped(
        StateSpec.function(timingOut).timeout(Duration.ofSeconds(3)),
        counts("a1 b1 c1 | a1 b1 | a1 | - | - | a1 | a1 | a1"),
        words("- | - | - | - | c | b | - | -"),
        counts("a1 b1 c1 | a1 b1 c1 | a1 b1 c1 | a1 b1 c1 | a1 b1 | a1 | a1 | a1"));
  }

  @Test
  void stateOperatorsFollowOneAnother() {
    Conformance.on(nodes)
        .checkPairs(
            GROWING,
            s -> s.updateStateByKey(StateOperationsTest::sum)
                .updateStateByKey(StateOperationsTest::sum),
            counts("a1 | a3 b1 | a6 b3 c1 | a10 b6 c2 | a15 b9 c3 | a20 b12 c4"));
  }

  @Test
  void stateAboveATransformIsKeptToo() {
    Conformance.on(nodes)
        .checkPairs(
            GROWING,
            s -> s.transformToPair(rdd -> rdd.mapValues(value -> value * 10))
                .updateStateByKey(StateOperationsTest::sum),
            counts("a10 | a20 b10 | a30 b20 c10 | a40 b30 c10 | a50 b30 c10 | a50 b30 c10"));
  }

  @Test
  void stateSlidesWithItsStream() {
    Conformance.on(nodes)
        .checkPairs(
            GROWING,
            s -> s.window(Duration.ofSeconds(2), Duration.ofSeconds(2))
                .updateStateByKey(StateOperationsTest::sum),
            counts("a2 b1 | a4 b3 c1 | a5 b3 c1"));
  }

  @Test
  void stateSurvivesFailingTasksAndKilledNodes() {
    if (nodes == 1) {
      return;
    }
    try (StreamingTest test = StreamingTest.builder().nodes(nodes).build()) {
      Recorded<Pair<String, Integer>> output =
          test.output(test.pairInput(GROWING, 2).updateStateByKey(StateOperationsTest::sum, 4));
      for (int batch = 0; batch < 6; batch++) {
        test.failTask(1, batch % 4, 1);
        if (batch == 2 || batch == 4) {
          test.killNode(test.nodes().get(batch / 2));
        }
        test.runBatches(1);
        if (batch == 3) {
          test.addNode();
        }
      }

      assertThat(test.failedTasks()).isEqualTo(6);
      assertThat(sorted(output.records()))
          .isEqualTo(sorted(counts("a1 | a2 b1 | a3 b2 c1 | a4 b3 c1 | a5 b3 c1 | a5 b3 c1")));
    }
  }

  @Test
  void functionThatUpdatesStateAfterItsRemovalFailsTheBatchAndSaysWhy() {
    Function3<String, Optional<Integer>, State<Integer>, Integer> wrong = (key, value, state) -> {
      state.remove();
      state.update(1);
      return 1;
    };

    try (StreamingTest test = StreamingTest.builder().nodes(nodes).build()) {
      test.output(test.pairInput(GROWING).mapWithState(StateSpec.function(wrong)));

      assertThatThrownBy(() -> test.runBatches(1))
          .isInstanceOf(SluiceException.class)
          .hasMessageContaining("State that was removed cannot be updated")
          .hasMessageContaining("mapWithState at StateOperationsTest.java")
          .extracting(failure -> ((SluiceException) failure).code())
          .isEqualTo(ErrorCode.TASK_FAILED);
    }
  }

  private static PairRDD<String, Integer> initial(PairDStream<?, ?> stream, String pairs) {
    return stream.context().parallelize(counts(pairs).get(0), 2).mapToPair(pair -> pair);
  }

  private <M> void checkMapped(
      StateSpec<String, Integer, Integer, M> spec,
      List<List<Pair<String, Integer>>> input,
      List<List<M>> mapped,
      List<List<Pair<String, Integer>>> snapshots) {
    checkMapped(context -> spec, input, mapped, snapshots);
  }

  private <M> void checkMapped(
      Function<StreamingContext, StateSpec<String, Integer, Integer, M>> spec,
      List<List<Pair<String, Integer>>> input,
      List<List<M>> mapped,
      List<List<Pair<String, Integer>>> snapshots) {
    try (StreamingTest test = StreamingTest.builder().nodes(nodes).build()) {
      MapWithStateDStream<String, Integer, Integer, M> stream =
          test.pairInput(input, 2).mapWithState(spec.apply(test.context()));
      Recorded<M> output = test.output(stream);
      Recorded<Pair<String, Integer>> states = test.output(stream.stateSnapshots());

      test.runBatches(input.size());

      assertThat(sorted(output.records())).isEqualTo(sorted(mapped));
      assertThat(sorted(states.records())).isEqualTo(sorted(snapshots));
    }
  }

  private static List<List<String>> sorted(List<? extends List<?>> batches) {
    List<List<String>> sorted = new ArrayList<>();
    batches.forEach(
        batch -> sorted.add(batch.stream().map(String::valueOf).sorted().toList()));
    return sorted;
  }
}
