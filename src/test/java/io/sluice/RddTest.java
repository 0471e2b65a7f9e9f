package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.ErrorCode;
import io.sluice.api.Pair;
import io.sluice.api.SluiceException;
import io.sluice.testkit.StreamingTest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.AbstractMap.SimpleEntry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Every operation of an RDD in a driver program, on one node and on three. */
@ParameterizedClass(name = "{0} nodes")
@ValueSource(ints = {1, 3})
class RddTest {

  private static final AtomicInteger CALLS = new AtomicInteger();

  private final int nodes;
  private StreamingTest test = StreamingTest.create();
  private StreamingContext context = test.context();

  @TempDir
  private Path directory;

  RddTest(int nodes) {
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
    CALLS.set(0);
  }

  @AfterEach
  void stop() {
    test.close();
  }

  private RDD<Integer> upTo(int last, int partitions) {
    return context.parallelize(IntStream.rangeClosed(1, last).boxed().toList(), partitions);
  }

  @Test
  void mapFlatMapFilterKeepTheOrder() {
    assertThat(upTo(4, 2).map(x -> x * 10).collect()).containsExactly(10, 20, 30, 40);
    assertThat(upTo(3, 2).flatMap(x -> List.of(x, -x).iterator()).collect())
        .containsExactly(1, -1, 2, -2, 3, -3);
    assertThat(upTo(6, 3).filter(x -> x % 2 == 0).collect()).containsExactly(2, 4, 6);
  }

  @Test
  void mapToPairAndFlatMapToPairGivePairs() {
    assertThat(upTo(2, 2).mapToPair(x -> Pair.of(x, "v" + x)).collectAsMap())
        .isEqualTo(Map.of(1, "v1", 2, "v2"));
    assertThat(upTo(2, 2)
            .flatMapToPair(x -> List.of(Pair.of(x, 0), Pair.of(x, 1)).iterator())
            .collect())
        .containsExactly(Pair.of(1, 0), Pair.of(1, 1), Pair.of(2, 0), Pair.of(2, 1));
  }

  @Test
  void mapPartitionsSeesEachPartitionOnce() {
    assertThat(upTo(6, 3).mapPartitions(RddTest::sum).collect()).containsExactly(3, 7, 11);
    assertThat(upTo(4, 2)
            .mapPartitionsToPair(
                part -> List.of(Pair.of("sum", sum(part).next())).iterator())
            .collect())
        .containsExactly(Pair.of("sum", 3), Pair.of("sum", 7));
    assertThat(upTo(5, 2).glom().collect()).containsExactly(List.of(1, 2), List.of(3, 4, 5));
  }

  private static Iterator<Integer> sum(Iterator<Integer> part) {
    int sum = 0;
    while (part.hasNext()) {
      sum += part.next();
    }
    return List.of(sum).iterator();
  }

  @Test
  void mapPartitionsWithIndexNumbersThePartitionsOfAUnionOneAfterTheOther() {
    RDD<Integer> three = upTo(3, 3);

    RDD<String> numbered = three
        .union(three)
        .union(upTo(2, 2))
        .map(x -> x)
        .mapPartitionsWithIndex(
            (index, records) -> List.of(index + ":" + records.next()).iterator());

    assertThat(numbered.collect())
        .containsExactly("0:1", "1:2", "2:3", "3:1", "4:2", "5:3", "6:1", "7:2");
  }

  @Test
  void keyByAndGroupByUseTheFunction() {
    assertThat(upTo(3, 2).keyBy(x -> x % 2).collect())
        .containsExactly(Pair.of(1, 1), Pair.of(0, 2), Pair.of(1, 3));
    assertThat(upTo(4, 2).groupBy(x -> x % 2).mapValues(Conformance::sorted).collectAsMap())
        .isEqualTo(Map.of(0, List.of(2, 4), 1, List.of(1, 3)));
    assertThat(upTo(4, 2).groupBy(x -> x % 2, 7).getNumPartitions()).isEqualTo(7);
  }

  @Test
  void unionKeepsRepetitionsAndDistinctDropsThem() {
    RDD<Integer> both = upTo(2, 2).union(upTo(3, 1));

    assertThat(both.collect()).containsExactly(1, 2, 1, 2, 3);
    assertThat(both.getNumPartitions()).isEqualTo(3);
    assertThat(both.distinct().collect()).containsExactlyInAnyOrder(1, 2, 3);
    assertThat(both.distinct(2).glom().collect()).hasSize(2);
  }

  @Test
  void subtractKeepsRepetitionsAndIntersectionDropsThem() {
    RDD<Integer> left = context.parallelize(Arrays.asList(1, 1, 2, 3, null, null), 3);
    RDD<Integer> right = context.parallelize(Arrays.asList(2, null, null, 9), 2);

    assertThat(left.subtract(right).collect()).containsExactlyInAnyOrder(1, 1, 3);
    assertThat(left.subtract(right, 2).getNumPartitions()).isEqualTo(2);
    assertThat(left.intersection(right).collect()).containsExactlyInAnyOrder(2, null);
  }

  @Test
  void cartesianGivesAllPairs() {
    RDD<String> letters = context.parallelize(List.of("a", "b"), 2);

    assertThat(upTo(3, 2).cartesian(letters).collect())
        .containsExactlyInAnyOrder(
            Pair.of(1, "a"),
            Pair.of(1, "b"),
            Pair.of(2, "a"),
            Pair.of(2, "b"),
            Pair.of(3, "a"),
            Pair.of(3, "b"));
    assertThat(upTo(3, 2).cartesian(context.emptyRDD()).collect()).isEmpty();
  }

  @Test
  void sortByPutsPartitionsInOrder() {
    List<Integer> shuffled = new ArrayList<>(IntStream.range(0, 1000).boxed().toList());
    Collections.shuffle(shuffled, new Random(7));
    RDD<Integer> records = context.parallelize(shuffled, 5);

    assertThat(records.sortBy(x -> x, true, 4).collect()).isSorted().hasSize(1000);
    assertThat(records.sortBy(x -> x, true, 4).glom().collect())
        .hasSize(4)
        .allSatisfy(part -> assertThat(part).hasSizeBetween(100, 500));
    assertThat(records.sortBy(x -> x, false, 3).collect())
        .isSortedAccordingTo(Comparator.reverseOrder());
    assertThat(records.sortBy(x -> -x, true, 1).take(2)).containsExactly(999, 998);
  }

  @Test
  void sortByPutsNullFirstAndKeepsTheOrderOfEqualKeys() {
    RDD<String> words = context.parallelize(Arrays.asList("bb", "a", "cc", null, "d"), 3);

    assertThat(words.sortBy(RddTest::lengthOrNull, true, 3).collect())
        .containsExactly(null, "a", "d", "bb", "cc");
    assertThat(context.<String>emptyRDD().sortBy(word -> word, true, 3).collect())
        .isEmpty();
  }

  @Test
  void sampleTakesAboutTheFractionAndTheSameForTheSameSeed() {
    RDD<Integer> records = upTo(10_000, 4);

    List<Integer> some = records.sample(false, 0.1, 42).collect();
    List<Integer> repeated = records.sample(true, 2.0, 42).collect();

    assertThat(some).hasSizeBetween(800, 1200).doesNotHaveDuplicates().isSorted();
    assertThat(records.sample(false, 0.1, 42).collect()).isEqualTo(some);
    assertThat(records.sample(false, 0.1, 43).collect()).isNotEqualTo(some);
    assertThat(repeated).hasSizeBetween(19_000, 21_000);
    assertThat(new HashSet<>(repeated)).hasSizeLessThan(9_500);
    assertThat(records.sample(false, 0).collect()).isEmpty();
    assertThat(records.sample(false, 1).count()).isEqualTo(10_000);
  }

  @Test
  void takeSampleTakesExactlyTheNumber() {
    RDD<Integer> records = upTo(100, 4);

    assertThat(records.takeSample(false, 10, 1))
        .hasSize(10)
        .doesNotHaveDuplicates()
        .isSubsetOf(records.collect())
        .isEqualTo(records.takeSample(false, 10, 1));
    assertThat(records.takeSample(false, 200))
        .containsExactlyInAnyOrderElementsOf(records.collect());
    assertThat(records.takeSample(true, 300, 1)).hasSize(300).isSubsetOf(records.collect());
    assertThat(context.emptyRDD().takeSample(true, 3)).isEmpty();
  }

  @Test
  void zipWithIndexNumbersInTheOrderOfThePartitions() {
    RDD<String> words = context.parallelize(List.of("a", "b", "c", "d", "e"), 3).map(x -> x + x);

    assertThat(words.zipWithIndex().collect())
        .containsExactly(
            Pair.of("aa", 0L),
            Pair.of("bb", 1L),
            Pair.of("cc", 2L),
            Pair.of("dd", 3L),
            Pair.of("ee", 4L));
    assertThat(words.coalesce(1).zipWithIndex().values().collect())
        .containsExactly(0L, 1L, 2L, 3L, 4L);
    assertThat(words.union(words).distinct(7).zipWithIndex().values().collect())
        .containsExactly(0L, 1L, 2L, 3L, 4L);
  }

  @Test
  void zipPairsRecordsByPosition() {
    RDD<Integer> numbers = upTo(4, 2);

    assertThat(numbers.zip(numbers.map(x -> "n" + x)).collect())
        .containsExactly(Pair.of(1, "n1"), Pair.of(2, "n2"), Pair.of(3, "n3"), Pair.of(4, "n4"));
  }

  @Test
  void repartitionAndCoalesceChangeTheNumberOfPartitions() {
    RDD<Integer> four = upTo(8, 4);

    assertThat(four.repartition(3).glom().collect())
        .hasSize(3)
        .allSatisfy(part -> assertThat(part).hasSizeBetween(2, 4));
    assertThat(four.repartition(3).collect()).containsExactlyInAnyOrder(1, 2, 3, 4, 5, 6, 7, 8);
    assertThat(four.coalesce(2).glom().collect())
        .containsExactly(List.of(1, 2, 3, 4), List.of(5, 6, 7, 8));
    assertThat(four.coalesce(9).getNumPartitions()).isEqualTo(4);
    assertThat(four.coalesce(9, true).glom().collect()).hasSize(9);
  }

  @Test
  void collectTakeFirstAndCount() {
    assertThat(upTo(5, 2).take(3)).containsExactly(1, 2, 3);
    assertThat(upTo(5, 2).take(0)).isEmpty();
    assertThat(upTo(5, 2).first()).isEqualTo(1);
    assertThat(upTo(5, 2).count()).isEqualTo(5);
    assertThat(upTo(5, 2).isEmpty()).isFalse();
    assertThat(upTo(5, 2).filter(x -> x > 5).isEmpty()).isTrue();
    assertThat(context.emptyRDD().count()).isZero();
    assertThat(context.emptyRDD().getNumPartitions()).isZero();
  }

  @Test
  void countByValueCountsNullsToo() {
    Map<String, Long> counts =
        context.parallelize(Arrays.asList("a", null, "a", null, "b"), 3).countByValue();

    assertThat(counts).containsOnly(Map.entry("a", 2L), Map.entry("b", 1L), nullEntry(2L));
  }

  @SuppressWarnings("NullAway") // null is a record like any other
  private static Map.Entry<String, Long> nullEntry(long count) {
    return new SimpleEntry<>(null, count);
  }

  @SuppressWarnings("NullAway") // null is a key like any other
  private static Integer lengthOrNull(@Nullable String word) {
    return word == null ? null : word.length();
  }

  @Test
  void reduceFoldAndAggregate() {
    assertThat(upTo(5, 3).reduce(Integer::sum)).isEqualTo(15);
    assertThat(upTo(5, 2).fold(100, Integer::sum)).isEqualTo(315);
    assertThat(context.<Integer>emptyRDD().fold(7, Integer::sum)).isEqualTo(7);
    assertThat(upTo(4, 2)
            .aggregate(
                new ArrayList<Integer>(),
                (list, x) -> {
                  list.add(x);
                  return list;
                },
                (left, right) -> {
                  left.addAll(right);
                  return left;
                }))
        .containsExactly(1, 2, 3, 4);
  }

  @Test
  void aggregateGivesEachPartitionAZeroOfItsOwn() {
    RDD<Integer> records = upTo(3, 3);

    for (int i = 0; i < 3; i++) {
      assertThat(records.map(x -> x)
              .aggregate(
                  new int[1],
                  (sum, x) -> {
                    sum[0] += x;
                    return sum;
                  },
                  (left, right) -> new int[] {left[0] + right[0]})[0])
          .isEqualTo(6);
    }
  }

  @Test
  void topAndTakeOrderedAndMaxAndMin() {
    RDD<Integer> records = context.parallelize(List.of(3, 1, 4, 1, 5, 9), 3);

    assertThat(records.top(2)).containsExactly(9, 5);
    assertThat(records.top(2, Comparator.reverseOrder())).containsExactly(1, 1);
    assertThat(records.top(0)).isEmpty();
    assertThat(records.takeOrdered(3)).containsExactly(1, 1, 3);
    assertThat(records.takeOrdered(2, Comparator.reverseOrder())).containsExactly(9, 5);
    assertThat(records.max(Comparator.naturalOrder())).isEqualTo(9);
    assertThat(records.min(Comparator.naturalOrder())).isEqualTo(1);
  }

  @Test
  void foreachAndForeachPartitionRunOnTheWorkers() {
    upTo(5, 2).foreach(x -> CALLS.addAndGet(x));
    assertThat(CALLS).hasValue(15);

    upTo(5, 2).foreachPartition(part -> CALLS.incrementAndGet());
    assertThat(CALLS).hasValue(17);
  }

  @Test
  void toLocalIteratorComputesOnceAndFetchesPartitionByPartition() {
    Iterator<Integer> all = upTo(6, 3)
        .map(x -> {
          CALLS.incrementAndGet();
          return x;
        })
        .toLocalIterator();

    List<Integer> records = new ArrayList<>();
    all.forEachRemaining(records::add);

    assertThat(records).containsExactly(1, 2, 3, 4, 5, 6);
    assertThat(CALLS).hasValue(6);
  }

  @Test
  void textFilesAreWrittenAndReadAgain() throws Exception {
    Path saved = directory.resolve("saved");
    upTo(6, 3).union(upTo(2, 2)).map(x -> "line " + x).saveAsTextFile(saved.toString());

    assertThat(saved)
        .isDirectoryContaining("glob:**/part-00004")
        .isDirectoryContaining("glob:**/_SUCCESS");
    assertThat(context.textFile(saved.toString()).collect())
        .containsExactly(
            "line 1", "line 2", "line 3", "line 4", "line 5", "line 6", "line 1", "line 2");
    assertThat(context.textFile(saved + "/part-0000[34]").collect())
        .containsExactly("line 1", "line 2");
    assertThat(context.textFile(directory + "/sav*").count()).isEqualTo(8);
    assertThat(context.textFile(saved.resolve("part-00003").toUri().toString()).collect())
        .containsExactly("line 1");
  }

  @Test
  void everyLineIsReadOnceWhereverAFileIsDivided() throws Exception {
    Path file = directory.resolve("lines.txt");
    Files.writeString(file, "first\r\n\nthird öäü\nx\nlast without end");
    List<String> lines = List.of("first", "", "third öäü", "x", "last without end");

    for (int parts = 1; parts <= 40; parts++) {
      assertThat(context.textFile(file.toString(), parts).collect())
          .as("%d", parts)
          .isEqualTo(lines);
    }
    assertThat(context.textFile(file.toString(), 5).getNumPartitions()).isBetween(5, 6);
  }

  @Test
  void emptyTextFileHasNoLines() throws Exception {
    Path file = Files.createFile(directory.resolve("empty.txt"));

    assertThat(context.textFile(file.toString()).collect()).isEmpty();
  }

  @Test
  void objectFilesAreWrittenAndReadAgain() {
    String saved = directory.resolve("objects").toString();
    RDD<Pair<Integer, List<String>>> records =
        upTo(2500, 2).map(x -> Pair.of(x, Arrays.asList("a" + x, null)));
    records.saveAsObjectFile(saved);

    RDD<Pair<Integer, List<String>>> read = context.objectFile(saved);

    assertThat(read.collect()).isEqualTo(records.collect());
    assertThat(read.getNumPartitions()).isEqualTo(2);
  }

  @Test
  void countOfAnRddThatIsUsedTwiceIsTheSame() {
    RDD<Integer> sorted = upTo(20, 4).sortBy(x -> -x, true, 3);

    assertThat(
            sorted.zip(sorted).filter(pair -> !pair.key().equals(pair.value())).count())
        .isZero();
    assertThat(sorted.sortBy(x -> x, true, 2).zipWithIndex().lookup(20)).containsExactly(19L);
  }

  @Test
  void badArgumentsAreRefusedWithValueAndRule() {
    RDD<Integer> records = upTo(4, 2);

    refuses(() -> records.sample(false, 1.5), "between 0 and 1, got 1.5");
    refuses(() -> records.sample(true, -1), "at least 0, got -1.0");
    refuses(() -> records.sample(false, Double.NaN), "got NaN");
    refuses(() -> records.take(-1), "take needs a number of records that is not negative, got -1");
    refuses(() -> records.top(-1), "top needs");
    refuses(() -> records.takeOrdered(-2), "takeOrdered needs");
    refuses(() -> records.takeSample(false, -3), "takeSample needs");
    refuses(() -> records.repartition(0), "between 1 and 65535, got 0");
    refuses(() -> records.coalesce(0), "between 1 and 65535, got 0");
    refuses(() -> records.distinct(0), "between 1 and 65535, got 0");
    refuses(() -> records.groupBy(x -> x, -1), "between 1 and 65535, got -1");
    refuses(() -> records.sortBy(x -> x, true, 0), "between 1 and 65535, got 0");
    refuses(() -> context.parallelize(List.of(1), 70_000), "between 1 and 65535, got 70000");
    refuses(() -> context.textFile("/no/such/*.txt"), "No file matches '/no/such/*.txt'");
    refuses(
        () -> context.textFile("s3://bucket/x"), "a file system that Sluice does not know, 's3'");
    refuses(() -> context.textFile("x", 0), "at least 1 partition, got 0");
    refuses(() -> context.objectFile("/no/such"), "No file matches");
    refuses(() -> records.zip(upTo(4, 3)), "RDDs with 2 and 3 partitions cannot be zipped");
  }

  private static void refuses(ThrowingCallable call, String why) {
    assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(why);
  }

  @Test
  void emptyRddsHaveNoFirstRecordAndNothingToReduce() {
    RDD<Integer> empty = upTo(4, 2).filter(x -> x > 4);

    for (Runnable action : List.<Runnable>of(
        empty::first,
        () -> empty.reduce(Integer::sum),
        () -> empty.max(Comparator.naturalOrder()),
        () -> context.<Integer>emptyRDD().min(Comparator.naturalOrder()))) {
      assertThatThrownBy(action::run)
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining("() of an empty RDD");
    }
  }

  @Test
  void partitionsOfDifferentLengthCannotBeZipped() {
    RDD<Integer> four = upTo(4, 2);

    assertThatThrownBy(() -> four.zip(four.filter(x -> x != 4)).collect())
        .isInstanceOfSatisfying(
            SluiceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TASK_FAILED))
        .hasMessageContaining("Partition 1 has 2 records in one RDD and 1 in the other");
  }

  @Test
  void orderThatCannotTravelIsRefused() {
    Comparator<Integer> order = Comparator.comparing(x -> -x);

    assertThatThrownBy(() -> upTo(4, 2).top(1, order))
        .isInstanceOfSatisfying(
            SluiceException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.FUNCTION_NOT_SERIALIZABLE));
  }

  @Test
  void fileThatHoldsNoObjectsIsNamed() throws Exception {
    Path file = Files.writeString(directory.resolve("text"), "some text");

    assertThatThrownBy(() -> context.objectFile(file.toString()).collect())
        .isInstanceOf(SluiceException.class)
        .hasMessageContaining(file + "' was not written by saveAsObjectFile");
  }

  @Test
  void rddsOfDifferentContextsDoNotMix() {
    try (StreamingTest other = StreamingTest.create()) {
      refuses(
          () -> upTo(1, 1).union(other.context().parallelize(List.of(1))),
          "must belong to the same");
    }
  }

  @Test
  void actionRunsBeforeTheStart() {
    try (StreamingTest other = StreamingTest.create()) {
      assertThat(other.context().parallelize(List.of(1)).count()).isEqualTo(1);
    }
  }

  @Test
  void failedFunctionOfAnActionIsReportedToItsCallerAndTheContextGoesOn() {
    RDD<Integer> failing = upTo(4, 2).map(x -> 1 / (x - 4));

    assertThatThrownBy(failing::collect)
        .isInstanceOf(SluiceException.class)
        .hasMessageContaining("map at RddTest.java")
        .hasMessageContaining("/ by zero");
    assertThat(upTo(4, 2).count()).isEqualTo(4);
  }

  @Test
  void randomProgramsGiveWhatListsGive() {
    Set<Integer> sizes = Set.of(0, 1, 50);
    for (int size : sizes) {
      List<Integer> numbers = new Random(size).ints(size, 0, 10).boxed().toList();
      RDD<Integer> rdd = context.parallelize(numbers, 3);
      assertThat(rdd.distinct().sortBy(x -> x, true, 2).collect())
          .isEqualTo(numbers.stream().distinct().sorted().toList());
      assertThat(rdd.subtract(upTo(5, 2)).collect())
          .containsExactlyInAnyOrderElementsOf(
              numbers.stream().filter(x -> x < 1 || x > 5).toList());
    }
  }
}
