package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.Pair;
import io.sluice.api.SluiceException;
import io.sluice.api.Triple;
import io.sluice.testkit.StreamingTest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Every operation of an RDD of pairs in a driver program, on one node and on three. */
@ParameterizedClass(name = "{0} nodes")
@ValueSource(ints = {1, 3})
class PairRddTest {

  private final int nodes;
  private StreamingTest test = StreamingTest.create();
  private StreamingContext context = test.context();

  PairRddTest(int nodes) {
    this.nodes = nodes;
  }

  @BeforeEach
  void start() {
    test.close();
    test =
        StreamingTest.builder().nodes(nodes).set("sluice.batch.partitions", 4).build();
    context = test.context();
    test.output(test.input(List.of()));
    test.start();
  }

  @AfterEach
  void stop() {
    test.close();
  }

  /** a1 a2 b3 and null4. */
  private PairRDD<String, Integer> left() {
    return context.parallelizePairs(
        List.of(Pair.of("a", 1), Pair.of("a", 2), Pair.of("b", 3), pair(null, 4)), 3);
  }

  /** aX cY and nullZ. */
  private PairRDD<String, String> right() {
    return context.parallelizePairs(
        List.of(Pair.of("a", "X"), Pair.of("c", "Y"), pair(null, "Z")), 2);
  }

  @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"}) // null is a value like any other
  private static <T> T nothing() {
    @Nullable T nothing = null;
    return nothing;
  }

  @SuppressWarnings("NullAway") // null is a key like any other
  private static <V> Pair<String, V> pair(@Nullable String key, V value) {
    return Pair.of(key, value);
  }

  @Test
  void keysValuesAndTheirMapping() {
    assertThat(left().keys().collect()).containsExactly("a", "a", "b", null);
    assertThat(left().values().collect()).containsExactly(1, 2, 3, 4);
    assertThat(left().mapValues(v -> v * 10).values().collect()).containsExactly(10, 20, 30, 40);
    assertThat(left().flatMapValues(v -> List.of(v, -v).iterator()).take(3))
        .containsExactly(Pair.of("a", 1), Pair.of("a", -1), Pair.of("a", 2));
  }

  @Test
  void rddOperationsGivePairs() {
    PairRDD<String, Integer> pairs = left();

    assertThat(pairs.filter(pair -> pair.value() > 2).keys().collect()).containsExactly("b", null);
    assertThat(pairs.union(pairs).distinct().countByKey())
        .containsOnlyKeys("a", "b", null)
        .containsEntry("a", 2L);
    assertThat(pairs.union(pairs).distinct(3).keys().count()).isEqualTo(4);
    assertThat(pairs.repartition(2).keys().glom().collect()).hasSize(2);
    assertThat(pairs.coalesce(1).keys().collect()).containsExactly("a", "a", "b", null);
    assertThat(pairs.coalesce(2, true).values().getNumPartitions()).isEqualTo(2);
    assertThat(pairs.sample(false, 1).values().collect()).containsExactly(1, 2, 3, 4);
    assertThat(pairs.sample(false, 1, 5).values().count()).isEqualTo(4);
    assertThat(pairs.subtract(left()).values().collect()).isEmpty();
    assertThat(pairs.subtract(left(), 2).keys().getNumPartitions()).isEqualTo(2);
    assertThat(pairs.intersection(left()).values().collect()).containsExactlyInAnyOrder(1, 2, 3, 4);
    assertThat(PairRDD.fromRDD(pairs.map(pair -> pair)).keys().count()).isEqualTo(4);
    assertThat(PairRDD.fromRDD(pairs)).isSameAs(pairs);
  }

  @Test
  void reduceFoldAggregateAndCombineByKey() {
    assertThat(left().reduceByKey(Integer::sum).collect())
        .containsExactlyInAnyOrder(Pair.of("a", 3), Pair.of("b", 3), pair(null, 4));
    assertThat(left().reduceByKey(Integer::sum, 2).getNumPartitions()).isEqualTo(2);
    assertThat(left().coalesce(1).foldByKey(10, Integer::sum).collect())
        .containsExactlyInAnyOrder(Pair.of("a", 13), Pair.of("b", 13), pair(null, 14));
    assertThat(left().foldByKey(0, 3, Integer::sum).lookup("a")).containsExactly(3);
    assertThat(left()
            .aggregateByKey("", (text, v) -> text + v, (one, other) -> one + other)
            .collect())
        .containsExactlyInAnyOrder(Pair.of("a", "12"), Pair.of("b", "3"), pair(null, "4"));
    assertThat(left()
            .combineByKey(v -> "<" + v, (text, v) -> text + v, (one, other) -> one + other)
            .lookup("b"))
        .containsExactly("<3");
    assertThat(left()
            .combineByKey(
                v -> "<" + v, (text, v) -> text + v, (one, other) -> "never called", 2, false)
            .lookup("a"))
        .containsExactly("<12");
  }

  @Test
  void aggregateByKeyGivesEachKeyAZeroOfItsOwn() {
    PairRDD<String, ArrayList<Integer>> lists = left()
        .aggregateByKey(
            new ArrayList<Integer>(),
            2,
            (list, v) -> {
              list.add(v);
              return list;
            },
            (one, other) -> {
              one.addAll(other);
              return one;
            });

    for (int i = 0; i < 2; i++) {
      assertThat(lists.collect())
          .containsExactlyInAnyOrder(
              Pair.of("a", new ArrayList<>(List.of(1, 2))),
              Pair.of("b", new ArrayList<>(List.of(3))),
              pair(null, new ArrayList<>(List.of(4))));
    }
  }

  @Test
  void groupByKeyGivesAllValues() {
    assertThat(left().groupByKey().mapValues(Conformance::sorted).collect())
        .containsExactlyInAnyOrder(
            Pair.of("a", List.of(1, 2)), Pair.of("b", List.of(3)), pair(null, List.of(4)));
    assertThat(left().groupByKey(9).getNumPartitions()).isEqualTo(9);
  }

  @Test
  void sortByKeyPutsAllInOrder() {
    PairRDD<Integer, Integer> pairs =
        context.parallelize(List.of(3, 1, 4, 1, 5, 9, 2, 6), 3).mapToPair(x -> Pair.of(x, -x));

    assertThat(pairs.sortByKey().keys().collect()).containsExactly(1, 1, 2, 3, 4, 5, 6, 9);
    assertThat(pairs.sortByKey(false).keys().collect()).containsExactly(9, 6, 5, 4, 3, 2, 1, 1);
    assertThat(pairs.sortByKey(true, 2).getNumPartitions()).isEqualTo(2);
    assertThat(pairs.sortByKey(Comparator.reverseOrder()).keys().first()).isEqualTo(9);
    assertThat(pairs.sortByKey(Comparator.reverseOrder(), false).keys().first()).isEqualTo(1);
    assertThat(pairs.sortByKey(Comparator.reverseOrder(), true, 3).keys().take(2))
        .containsExactly(9, 6);
    assertThat(left().sortByKey().keys().collect()).containsExactly(null, "a", "a", "b");
  }

  @Test
  void sortedPairsAreStillGroupedByKeyAfterwards() {
    assertThat(left().sortByKey(true, 4).reduceByKey(Integer::sum, 4).collect())
        .containsExactlyInAnyOrder(Pair.of("a", 3), Pair.of("b", 3), pair(null, 4));
  }

  @Test
  void joins() {
    assertThat(left().join(right()).collect())
        .containsExactlyInAnyOrder(
            Pair.of("a", Pair.of(1, "X")),
            Pair.of("a", Pair.of(2, "X")),
            pair(null, Pair.of(4, "Z")));
    assertThat(left().leftOuterJoin(right()).collect())
        .containsExactlyInAnyOrder(
            Pair.of("a", Pair.of(1, Optional.of("X"))),
            Pair.of("a", Pair.of(2, Optional.of("X"))),
            Pair.of("b", Pair.of(3, Optional.empty())),
            pair(null, Pair.of(4, Optional.of("Z"))));
    assertThat(left().rightOuterJoin(right()).collect())
        .containsExactlyInAnyOrder(
            Pair.of("a", Pair.of(Optional.of(1), "X")),
            Pair.of("a", Pair.of(Optional.of(2), "X")),
            Pair.of("c", Pair.of(Optional.empty(), "Y")),
            pair(null, Pair.of(Optional.of(4), "Z")));
    assertThat(left().fullOuterJoin(right()).collect())
        .containsExactlyInAnyOrder(
            Pair.of("a", Pair.of(Optional.of(1), Optional.of("X"))),
            Pair.of("a", Pair.of(Optional.of(2), Optional.of("X"))),
            Pair.of("b", Pair.of(Optional.of(3), Optional.empty())),
            Pair.of("c", Pair.of(Optional.empty(), Optional.of("Y"))),
            pair(null, Pair.of(Optional.of(4), Optional.of("Z"))));
  }

  @Test
  void joinsInAGivenNumberOfPartitions() {
    assertThat(left().join(right(), 5).getNumPartitions()).isEqualTo(5);
    assertThat(left().leftOuterJoin(right(), 5).glom().collect()).hasSize(5);
    assertThat(left().rightOuterJoin(right(), 5).glom().collect()).hasSize(5);
    assertThat(left().fullOuterJoin(right(), 5).glom().collect()).hasSize(5);
    assertThat(left().cogroup(right(), 5).glom().collect()).hasSize(5);
  }

  @Test
  void outerJoinsOfShuffledRdds() {
    PairRDD<String, Integer> totals = left().reduceByKey(Integer::sum);

    assertThat(totals
            .leftOuterJoin(right().groupByKey())
            .mapValues(v -> v.value().isPresent())
            .collect())
        .containsExactlyInAnyOrder(Pair.of("a", true), Pair.of("b", false), pair(null, true));
    assertThat(totals
            .leftOuterJoin(right())
            .repartition(3)
            .values()
            .filter(v -> v.value().isEmpty())
            .collect())
        .containsExactly(Pair.of(3, Optional.empty()));
  }

  @Test
  void nullValueOfTheOtherSideCountsAsNone() {
    PairRDD<String, String> nulls = right().mapValues(v -> PairRddTest.<String>nothing());

    assertThat(left().leftOuterJoin(nulls).lookup("a"))
        .containsExactly(Pair.of(1, Optional.empty()), Pair.of(2, Optional.empty()));
  }

  @Test
  void cogroupOfTwoAndThree() {
    assertThat(left().cogroup(right()).mapValues(v -> v.toString()).collect())
        .containsExactlyInAnyOrder(
            Pair.of("a", "([1, 2],[X])"),
            Pair.of("b", "([3],[])"),
            Pair.of("c", "([],[Y])"),
            pair(null, "([4],[Z])"));
    PairRDD<String, Triple<Iterable<Integer>, Iterable<String>, Iterable<Integer>>> three =
        left().cogroup(right(), left().mapValues(v -> -v));
    assertThat(three.mapValues(v -> v.toString()).collectAsMap())
        .containsEntry("a", "([1, 2],[X],[-1, -2])")
        .containsEntry("c", "([],[Y],[])");
    assertThat(left().cogroup(right(), right(), 6).getNumPartitions()).isEqualTo(6);
  }

  @Test
  void subtractByKeyKeepsTheKeysOfOneSide() {
    assertThat(left().subtractByKey(right()).collect()).containsExactly(Pair.of("b", 3));
    assertThat(right().subtractByKey(left(), 2).collect()).containsExactly(Pair.of("c", "Y"));
  }

  @Test
  void countByKeyLookupCollectAsMapAndReduceByKeyLocally() {
    assertThat(left().countByKey()).hasSize(3).containsEntry("a", 2L).containsEntry(null, 1L);
    assertThat(left().lookup("a")).containsExactly(1, 2);
    assertThat(left().lookup(PairRddTest.<String>nothing())).containsExactly(4);
    assertThat(left().lookup("x")).isEmpty();
    assertThat(left().collectAsMap()).hasSize(3).containsEntry("a", 2).containsEntry(null, 4);
    assertThat(left().reduceByKeyLocally(Integer::sum))
        .hasSize(3)
        .containsEntry("a", 3)
        .containsEntry(null, 4);
  }

  @Test
  void keyedOperationOnWhatIsDividedAlreadyStaysInPlace() {
    PairRDD<String, Integer> totals = left().reduceByKey(Integer::sum, 3);

    assertThat(totals
            .mapValues(v -> v + 1)
            .groupByKey(3)
            .mapValues(v -> v.toString())
            .collect())
        .containsExactlyInAnyOrder(Pair.of("a", "[4]"), Pair.of("b", "[4]"), pair(null, "[5]"));
    assertThat(totals.cache().groupByKey(3).mapValues(v -> v.toString()).collect())
        .containsExactlyInAnyOrder(Pair.of("a", "[3]"), Pair.of("b", "[3]"), pair(null, "[4]"));
    assertThat(totals.groupByKey(3).mapValues(v -> v.toString()).lookup("a"))
        .containsExactly("[3]");
  }

  @Test
  void arraysAreNoKeys() {
    PairRDD<byte[], Integer> pairs =
        context.parallelize(Arrays.asList(1, 2)).mapToPair(x -> Pair.of(new byte[1], x));

    assertThatThrownBy(() -> pairs.reduceByKey(Integer::sum).collect())
        .isInstanceOf(SluiceException.class)
        .hasMessageContaining("A key must not be an array (byte[])");
  }
}
