package io.sluice;

import static io.sluice.Conformance.counts;
import static io.sluice.Conformance.ints;
import static io.sluice.Conformance.words;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.ErrorCode;
import io.sluice.api.Pair;
import io.sluice.api.SluiceException;
import io.sluice.testkit.Recorded;
import io.sluice.testkit.StreamingTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows B1 to B28, B38 to B46 and B49 of the conformance cases, on one node and on three. */
@ParameterizedClass(name = "{0} nodes")
@ValueSource(ints = {1, 3})
class BasicOperationsTest {

  private static final List<List<Integer>> NUMBERS = ints("1..4 | 5..8 | 9..12");
  private static final List<List<Integer>> HUNDREDS = ints("1..4 | 101..104 | 201..204");
  private static final List<List<Integer>> HUNDREDS_AND_NONE =
      ints("1..4 | 101..104 | 201..204 | ∅");
  private static final List<List<String>> WORDS = words("a a b | _ _ | -");
  private static final List<List<String>> LEFT = words("a b | a _ | _ | -");
  private static final List<List<String>> RIGHT = words("a b | b _ | - | _");

  private static final Optional<Integer> ONE = Optional.of(1);
  private static final Optional<String> X = Optional.of("x");
  private static final Pair<Integer, String> BOTH = Pair.of(1, "x");
  private static final List<List<String>> TEAMS =
      List.of(List.of("giants", "dodgers"), List.of("yankees", "red sox"));
  private static final List<List<Pair<String, Integer>>> SALES =
      counts("cal1 cal3 ny4 ny1 | cal5 cal5 ny3 ny1");

  private final int nodes;

  BasicOperationsTest(int nodes) {
    this.nodes = nodes;
  }

  @Test
  void b1_map_toString() {
    Conformance.on(nodes)
        .ordered()
        .check(NUMBERS, s -> s.map(Object::toString), words("1 2 3 4 | 5 6 7 8 | 9 10 11 12"));
  }

  @Test
  void b2_flatMap_oneToTwo() {
    Conformance.on(nodes)
        .ordered()
        .check(
            NUMBERS,
            s -> s.flatMap(x -> List.of(x, 2 * x).iterator()),
            ints("1 2 2 4 3 6 4 8 | 5 10 6 12 7 14 8 16 | 9 18 10 20 11 22 12 24"));
  }

  @Test
  void b3_filter_even() {
    Conformance.on(nodes).check(NUMBERS, s -> s.filter(x -> x % 2 == 0), ints("2 4 | 6 8 | 10 12"));
  }

  @Test
  void b4_glom() {
    Conformance.on(nodes)
        .ordered()
        .check(
            NUMBERS, s -> s.glom(), List.of(ints("1 2|3 4"), ints("5 6|7 8"), ints("9 10|11 12")));
  }

  @Test
  void b5_mapPartitions_sum() {
    Conformance.on(nodes)
        .check(
            NUMBERS,
            s -> s.mapPartitions(part -> {
              int sum = 0;
              while (part.hasNext()) {
                sum += part.next();
              }
              return List.of(sum).iterator();
            }),
            ints("3 7 | 11 15 | 19 23"));
  }

  @Test
  void b6_repartition_more() {
    repartitions(2, 5);
  }

  @Test
  void b7_repartition_fewer() {
    repartitions(5, 2);
  }

  private void repartitions(int from, int to) {
    List<List<Integer>> input = ints("1..100 | 101..200 | 201..300");

    List<Recorded.Batch<Integer>> output =
        Conformance.on(nodes).partitions(from).run(input, s -> s.repartition(to));

    assertThat(output).hasSize(3);
    for (int i = 0; i < 3; i++) {
      assertThat(output.get(i).partitions()).hasSize(to).noneMatch(List::isEmpty);
      assertThat(output.get(i).records()).containsExactlyInAnyOrderElementsOf(input.get(i));
    }
  }

  @Test
  void b8_groupByKey() {
    Conformance.on(nodes)
        .check(
            WORDS,
            s -> s.mapToPair(x -> Pair.of(x, 1)).groupByKey().mapValues(Conformance::sorted),
            List.of(
                List.of(Pair.of("a", List.of(1, 1)), Pair.of("b", List.of(1))),
                List.of(Pair.of("", List.of(1, 1))),
                List.of()));
  }

  @Test
  void b9_reduceByKey() {
    Conformance.on(nodes)
        .check(
            WORDS,
            s -> s.mapToPair(x -> Pair.of(x, 1)).reduceByKey(Integer::sum),
            counts("a2 b1 | _2 | -"));
  }

  @Test
  void b10_reduce() {
    Conformance.on(nodes).check(NUMBERS, s -> s.reduce(Integer::sum), ints("10 | 26 | 42"));
  }

  @Test
  void b11_count() {
    Conformance.on(nodes)
        .check(
            ints("- | 1 | 1 2 | 1..3 | 1..4"),
            s -> s.count().map(Long::intValue),
            ints("0 | 1 | 2 | 3 | 4"));
  }

  @Test
  void b12_countByValue() {
    Conformance.on(nodes)
        .check(
            ints("1 | 1 1 1 | 1 2 | 1 1 2 2"),
            s -> s.countByValue(),
            List.of(
                List.of(Pair.of(1, 1L)),
                List.of(Pair.of(1, 3L)),
                List.of(Pair.of(1, 1L), Pair.of(2, 1L)),
                List.of(Pair.of(1, 2L), Pair.of(2, 2L))));
  }

  @Test
  void b13_mapValues() {
    Conformance.on(nodes)
        .check(
            WORDS,
            s -> s.mapToPair(x -> Pair.of(x, 1)).reduceByKey(Integer::sum).mapValues(v -> v + 10),
            counts("a12 b11 | _12 | -"));
  }

  @Test
  void b14_flatMapValues() {
    Conformance.on(nodes)
        .check(
            WORDS,
            s -> s.mapToPair(x -> Pair.of(x, 1))
                .reduceByKey(Integer::sum)
                .flatMapValues(v -> List.of(v, v + 10).iterator()),
            counts("a2 a12 b1 b11 | _2 _12 | -"));
  }

  @Test
  void b15_union() {
    Conformance.on(nodes)
        .ordered()
        .check(HUNDREDS, s -> s.union(s.map(x -> x + 4)), ints("1..8 | 101..108 | 201..208"));
  }

  /** Differs on purpose: a batch without a dataset counts as empty. */
  @Test
  void b16_union_withoutDataset_countsAsEmpty() {
    Conformance.on(nodes)
        .ordered()
        .check(
            HUNDREDS_AND_NONE,
            s -> s.union(s.map(x -> x + 4)),
            ints("1..8 | 101..108 | 201..208 | -"));
  }

  @Test
  void b17_union_ofThree() {
    Conformance.on(nodes)
        .check(
            HUNDREDS,
            s -> s.context().union(List.of(s, s.map(x -> x + 4), s.map(x -> x + 8))),
            ints("1..12 | 101..112 | 201..212"));
  }

  @Test
  void b18_transform() {
    Conformance.on(nodes)
        .ordered()
        .check(
            NUMBERS,
            s -> s.transform(rdd -> rdd.map(Object::toString)),
            words("1 2 3 4 | 5 6 7 8 | 9 10 11 12"));
  }

  @Test
  void b19_transform_toNull_isAnError() {
    assertThatThrownBy(() -> Conformance.on(nodes)
            .run(ints("1..4"), s -> s.transform(rdd -> BasicOperationsTest.<RDD<String>>none())))
        .isInstanceOfSatisfying(
            SluiceException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.DRIVER_FUNCTION_FAILED))
        .hasMessageContaining("transform returned null");
  }

  @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"}) // the mistake under test
  private static <T> T none() {
    @Nullable T nothing = null;
    return nothing;
  }

  /** Differs on purpose: a batch without a dataset counts as empty. */
  @Test
  void b20_transform_withoutDataset_countsAsEmpty() {
    Conformance.on(nodes)
        .check(
            ints("1..4 | 5..8 | ∅"),
            s -> s.transform(rdd -> rdd.map(Object::toString)),
            words("1 2 3 4 | 5 6 7 8 | -"));
  }

  @Test
  void b21_transformWith_join() {
    try (StreamingTest test = StreamingTest.builder().nodes(nodes).build()) {
      PairDStream<String, Integer> left = test.input(LEFT, 2).mapToPair(x -> Pair.of(x, 1));
      PairDStream<String, String> right = test.input(RIGHT, 2).mapToPair(x -> Pair.of(x, "x"));
      Recorded<Pair<String, Pair<Integer, String>>> output =
          test.output(left.transformWithToPair(right, (mine, theirs, time) -> mine.join(theirs)));

      test.runBatches(4);

      Pair<Integer, String> both = Pair.of(1, "x");
      assertThat(output.records().get(0))
          .containsExactlyInAnyOrder(Pair.of("a", both), Pair.of("b", both));
      assertThat(output.records().get(1)).containsExactly(Pair.of("", both));
      assertThat(output.records().subList(2, 4)).containsExactly(List.of(), List.of());
    }
  }

  /** Differs on purpose: a batch without a dataset counts as empty. */
  @Test
  void b22_transformWith_withoutDataset_countsAsEmpty() {
    try (StreamingTest test = StreamingTest.builder().nodes(nodes).build()) {
      DStream<String> left = test.input(words("a b | a _ | _ | ∅"), 2);
      DStream<String> right = test.input(words("a b | b _ | - | ∅"), 2);
      Recorded<String> output =
          test.output(left.transformWith(right, (mine, theirs, time) -> mine.union(theirs)));

      test.runBatches(4);

      assertThat(output.records())
          .containsExactly(
              List.of("a", "b", "a", "b"), List.of("a", "", "b", ""), List.of(""), List.of());
    }
  }

  /** Differs on purpose: a batch without a dataset counts as empty. */
  @Test
  void b23_transform_ofThree_withoutDataset_countsAsEmpty() {
    Conformance.on(nodes)
        .check(
            HUNDREDS_AND_NONE,
            s -> s.context()
                .transform(
                    List.of(s, s.map(x -> x + 4), s.map(x -> x + 8)),
                    (rdds, time) -> numbers(rdds.get(0))
                        .union(numbers(rdds.get(1)))
                        .union(numbers(rdds.get(2)))),
            ints("1..12 | 101..112 | 201..212 | -"));
  }

  @SuppressWarnings("unchecked")
  private static RDD<Integer> numbers(RDD<?> rdd) {
    return (RDD<Integer>) rdd;
  }

  @Test
  void b24_cogroup() {
    joined(
        words("a a b | a _ | _ | -"),
        words("a a b | b _ | - | -"),
        (left, right) -> left.cogroup(right).mapValues(v -> v.toString()),
        List.of(
            List.of(Pair.of("a", "([1, 1],[x, x])"), Pair.of("b", "([1],[x])")),
            List.of(Pair.of("a", "([1],[])"), Pair.of("b", "([],[x])"), Pair.of("", "([1],[x])")),
            List.of(Pair.of("", "([1],[])")),
            List.of()));
  }

  @Test
  void b25_join() {
    joined(
        LEFT,
        RIGHT,
        (left, right) -> left.join(right),
        List.of(
            List.of(Pair.of("a", BOTH), Pair.of("b", BOTH)),
            List.of(Pair.of("", BOTH)),
            List.of(),
            List.of()));
  }

  @Test
  void b26_leftOuterJoin() {
    joined(
        LEFT,
        RIGHT,
        (left, right) -> left.leftOuterJoin(right),
        List.of(
            List.of(Pair.of("a", Pair.of(1, X)), Pair.of("b", Pair.of(1, X))),
            List.of(Pair.of("", Pair.of(1, X)), Pair.of("a", Pair.of(1, Optional.empty()))),
            List.of(Pair.of("", Pair.of(1, Optional.empty()))),
            List.of()));
  }

  @Test
  void b27_rightOuterJoin() {
    joined(
        LEFT,
        RIGHT,
        (left, right) -> left.rightOuterJoin(right),
        List.of(
            List.of(Pair.of("a", Pair.of(ONE, "x")), Pair.of("b", Pair.of(ONE, "x"))),
            List.of(Pair.of("", Pair.of(ONE, "x")), Pair.of("b", Pair.of(Optional.empty(), "x"))),
            List.of(),
            List.of(Pair.of("", Pair.of(Optional.empty(), "x")))));
  }

  @Test
  void b28_fullOuterJoin() {
    joined(
        LEFT,
        RIGHT,
        (left, right) -> left.fullOuterJoin(right),
        List.of(
            List.of(Pair.of("a", Pair.of(ONE, X)), Pair.of("b", Pair.of(ONE, X))),
            List.of(
                Pair.of("", Pair.of(ONE, X)),
                Pair.of("a", Pair.of(ONE, Optional.empty())),
                Pair.of("b", Pair.of(Optional.empty(), X))),
            List.of(Pair.of("", Pair.of(ONE, Optional.empty()))),
            List.of(Pair.of("", Pair.of(Optional.empty(), X)))));
  }

  private <U, R extends RDD<U>> void joined(
      List<List<String>> leftKeys,
      List<List<String>> rightKeys,
      BiFunction<PairDStream<String, Integer>, PairDStream<String, String>, DStreamLike<U, ?, R>>
          program,
      List<List<U>> expected) {
    try (StreamingTest test = StreamingTest.builder().nodes(nodes).build()) {
      PairDStream<String, Integer> left = test.input(leftKeys, 2).mapToPair(x -> Pair.of(x, 1));
      PairDStream<String, String> right = test.input(rightKeys, 2).mapToPair(x -> Pair.of(x, "x"));
      Recorded<U> output = test.output(program.apply(left, right));

      test.runBatches(expected.size());

      for (int i = 0; i < expected.size(); i++) {
        assertThat(output.records().get(i))
            .as("batch %d", i)
            .containsExactlyInAnyOrderElementsOf(expected.get(i));
      }
    }
  }

  @Test
  void b38_count() {
    Conformance.on(nodes)
        .check(
            ints("1 2 3 4 | 3 4 5 | 3"),
            s -> s.count(),
            List.of(List.of(4L), List.of(3L), List.of(1L)));
  }

  @Test
  void b39_map_length() {
    Conformance.on(nodes)
        .ordered()
        .check(
            words("hello world | goodnight moon"), s -> s.map(String::length), ints("5 5 | 9 4"));
  }

  @Test
  void b40_filter_contains() {
    Conformance.on(nodes)
        .check(TEAMS, s -> s.filter(x -> x.contains("a")), words("giants | yankees"));
  }

  @Test
  void b41_mapPartitions_concatenation() {
    Conformance.on(nodes)
        .partitions(1)
        .check(
            TEAMS,
            s -> s.mapPartitions(part -> {
              StringBuilder all = new StringBuilder();
              part.forEachRemaining(team -> all.append(team.toUpperCase(Locale.ROOT)));
              return List.of(all.toString()).iterator();
            }),
            List.of(List.of("GIANTSDODGERS"), List.of("YANKEESRED SOX")));
  }

  @Test
  void b42_transform_plusTwo() {
    Conformance.on(nodes)
        .ordered()
        .check(
            ints("1..3 | 4..6 | 7..9"),
            s -> s.transform(rdd -> rdd.map(x -> x + 2)),
            ints("3..5 | 6..8 | 9..11"));
  }

  @Test
  void b43_transformToPair_sortByKey() {
    Conformance.on(nodes)
        .ordered()
        .checkPairs(
            List.of(
                List.of(Pair.of(3, 5), Pair.of(1, 5), Pair.of(4, 5), Pair.of(2, 5)),
                List.of(Pair.of(2, 5), Pair.of(3, 5), Pair.of(4, 5), Pair.of(1, 5))),
            s -> s.transformToPair(rdd -> rdd.sortByKey()).keys(),
            ints("1 2 3 4 | 1 2 3 4"));
  }

  @Test
  void b44_flatMapToPair() {
    List<Pair<String, Integer>> words = List.of(Pair.of("hi", 1), Pair.of("ho", 2));
    List<Pair<Integer, String>> letters =
        List.of(Pair.of(1, "h"), Pair.of(1, "i"), Pair.of(2, "h"), Pair.of(2, "o"));
    Conformance.on(nodes)
        .checkPairs(
            List.of(words, words),
            s -> s.flatMapToPair(pair -> pair.key()
                .chars()
                .mapToObj(letter -> Pair.of(pair.value(), Character.toString(letter)))
                .iterator()),
            List.of(letters, letters));
  }

  @Test
  void b45_reduceByKey_andCombineByKey() {
    List<List<Pair<String, Integer>>> totals = counts("cal4 ny5 | cal10 ny4");

    Conformance.on(nodes).checkPairs(SALES, s -> s.reduceByKey(Integer::sum), totals);
    Conformance.on(nodes)
        .checkPairs(SALES, s -> s.combineByKey(v -> v, Integer::sum, Integer::sum), totals);
    Conformance.on(nodes)
        .checkPairs(
            SALES,
            s -> s.combineByKey(
                v -> v,
                Integer::sum,
                (left, right) -> {
                  throw new AssertionError("Nothing is combined before it is sent");
                },
                3,
                false),
            totals);
  }

  @Test
  void b46_swap() {
    List<List<Pair<Integer, String>>> swapped = List.of(
        List.of(Pair.of(1, "cal"), Pair.of(3, "cal"), Pair.of(4, "ny"), Pair.of(1, "ny")),
        List.of(Pair.of(5, "cal"), Pair.of(5, "cal"), Pair.of(3, "ny"), Pair.of(1, "ny")));

    Conformance.on(nodes)
        .ordered()
        .checkPairs(SALES, s -> s.mapToPair(pair -> Pair.of(pair.value(), pair.key())), swapped);
    Conformance.on(nodes)
        .ordered()
        .checkPairs(
            SALES,
            s -> s.mapPartitionsToPair(pairs -> {
              List<Pair<Integer, String>> all = new ArrayList<>();
              pairs.forEachRemaining(pair -> all.add(Pair.of(pair.value(), pair.key())));
              return all.iterator();
            }),
            swapped);
  }

  @Test
  void b49_leftOuterJoin_count() {
    joined(
        words("cal ny | cal"),
        words("cal | ny"),
        (left, right) -> left.leftOuterJoin(right).count(),
        List.of(List.of(2L), List.of(1L)));
  }

  @Test
  void joinsHaveTheGivenNumberOfPartitions() {
    try (StreamingTest test = StreamingTest.builder().nodes(nodes).build()) {
      PairDStream<String, Integer> left = test.input(LEFT, 2).mapToPair(x -> Pair.of(x, 1));
      Recorded<?> join = test.output(left.join(left, 3));
      Recorded<?> leftOuter = test.output(left.leftOuterJoin(left, 4));
      Recorded<?> rightOuter = test.output(left.rightOuterJoin(left, 5));
      Recorded<?> fullOuter = test.output(left.fullOuterJoin(left, 6));
      Recorded<?> cogroup = test.output(left.cogroup(left, 7));

      test.runBatches(1);

      assertThat(join.batches().get(0).partitions()).hasSize(3);
      assertThat(leftOuter.batches().get(0).partitions()).hasSize(4);
      assertThat(rightOuter.batches().get(0).partitions()).hasSize(5);
      assertThat(fullOuter.batches().get(0).partitions()).hasSize(6);
      assertThat(cogroup.batches().get(0).partitions()).hasSize(7);
    }
  }

  @Test
  void streamsWithDifferentSlidesCannotBeJoined() {
    try (StreamingTest test = StreamingTest.create()) {
      PairDStream<String, Integer> left = test.input(LEFT, 2).mapToPair(x -> Pair.of(x, 1));
      PairDStream<String, Integer> right =
          left.window(Duration.ofSeconds(2), Duration.ofSeconds(2));

      for (ThrowingCallable join : List.<ThrowingCallable>of(
          () -> left.join(right),
          () -> left.leftOuterJoin(right),
          () -> left.rightOuterJoin(right),
          () -> left.fullOuterJoin(right),
          () -> left.cogroup(right))) {
        assertThatThrownBy(join)
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("different slides, 1000 ms and 2000 ms");
      }
    }
  }

  @Test
  void joinOfAWindowWithAStreamSeesBoth() {
    try (StreamingTest test = StreamingTest.builder().nodes(nodes).build()) {
      PairDStream<String, Integer> left = test.input(LEFT, 2).mapToPair(x -> Pair.of(x, 1));
      Recorded<Pair<String, Pair<Integer, Integer>>> output = test.output(
          left.reduceByKeyAndWindow(Integer::sum, Duration.ofSeconds(2)).join(left));

      test.runBatches(3);

      assertThat(output.records().get(1))
          .containsExactlyInAnyOrder(Pair.of("a", Pair.of(2, 1)), Pair.of("", Pair.of(1, 1)));
      assertThat(output.records().get(2)).containsExactly(Pair.of("", Pair.of(2, 1)));
    }
  }

  @Test
  void inputIsSpreadOverItsPartitionsInOrder() {
    List<Recorded.Batch<Integer>> output =
        Conformance.on(nodes).partitions(4).run(ints("1..10"), s -> s.map(x -> x));

    assertThat(output.get(0).partitions()).hasSize(4);
    assertThat(output.get(0).records())
        .isEqualTo(IntStream.rangeClosed(1, 10).boxed().toList());
  }
}
