package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.ErrorCode;
import io.sluice.api.Pair;
import io.sluice.api.SluiceException;
import io.sluice.testkit.StreamingTest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Programs that compile and do what hardly anybody means neither hang nor lose records in silence. */
@Timeout(60)
@SuppressWarnings("NullAway") // null is what some of these tests are about
class OddProgramTest {

  private StreamingTest test;
  private StreamingContext context;

  @TempDir
  private Path directory;

  @BeforeEach
  void open() {
    test = StreamingTest.builder().set("sluice.task.max-attempts", 1).build();
    context = test.context();
  }

  @AfterEach
  void close() {
    test.close();
  }

  private static void fails(ThrowingCallable call, String message) {
    assertThatThrownBy(call).isInstanceOf(SluiceException.class).hasMessageContaining(message);
  }

  @Test
  void functionThatReturnsNoIteratorIsNamed() {
    RDD<Integer> one = context.parallelize(List.of(1), 1);

    fails(() -> one.flatMap(x -> null).collect(), "flatMap at OddProgramTest.java");
    fails(() -> one.flatMap(x -> null).collect(), "returned null; it must return an iterator");
    fails(
        () -> one.mapPartitions(x -> null).collect(), "returned null; it must return an iterator");
  }

  @Test
  void functionThatThrowsWhenItsIteratorIsReadIsNamed() {
    RDD<Integer> zero = context.parallelize(List.of(0), 1);

    fails(
        () -> zero.flatMap(x -> List.of(x).stream().map(y -> 1 / y).iterator()).collect(),
        "flatMap at OddProgramTest.java");
    fails(
        () -> zero.mapPartitions(all -> Functions.stream(all).map(y -> 1 / y).iterator())
            .collect(),
        "mapPartitions at OddProgramTest.java");
  }

  @Test
  void iteratorWithoutEndIsReadAsFarAsItIsWanted() {
    RDD<Integer> one = context.parallelize(List.of(1), 1);

    assertThat(one.flatMap(x -> IntStream.iterate(x, y -> y + 1).iterator()).take(3))
        .containsExactly(1, 2, 3);
    assertThat(one.mapPartitions(all -> IntStream.iterate(0, y -> y + 1).iterator())
            .first())
        .isZero();
  }

  @Test
  void nullAmongPairsThatAreTogetherAlreadyIsNotLost() {
    PairRDD<Integer, Integer> together =
        context.parallelizePairs(List.of(Pair.of(1, 1)), 1).reduceByKey(Integer::sum, 2);
    PairRDD<Integer, Integer> nulls = together.mapPartitionsToPair(
        all -> Arrays.asList((Pair<Integer, Integer>) null).iterator(), true);

    fails(() -> nulls.reduceByKey(Integer::sum, 2).collect(), "Only pairs can be combined by key");
  }

  @Test
  void nullHasItsPlaceInTheOrder() {
    RDD<Integer> records = context.parallelize(Arrays.asList(1, null, 5, 3), 2);

    assertThat(records.top(4)).containsExactly(5, 3, 1, null);
    assertThat(records.takeOrdered(2)).containsExactly(null, 1);
  }

  @Test
  void stateFunctionThatReturnsNullIsNamed() {
    PairDStream<String, Integer> pairs =
        test.input(List.of(List.of(1))).mapToPair(x -> Pair.of("k", x));
    test.output(pairs.<Integer>updateStateByKey((values, state) -> null));

    fails(() -> test.runBatches(1), "returned null; it must return an Optional");
  }

  @Test
  void mappingThatReturnsNullInsteadOfNothingIsNamed() {
    StateSpec<String, Integer, Integer, String> spec =
        StateSpec.<String, Integer, Integer, String>function(
            (time, key, value, state) -> (Optional<String>) null);
    test.output(test.input(List.of(List.of(1))).mapToPair(x -> Pair.of("k", x)).mapWithState(spec));

    fails(() -> test.runBatches(1), "returned null; it must return an Optional");
  }

  @Test
  void planThatIsTooDeepIsRefusedAndTheContextGoesOn() {
    RDD<Integer> deep = context.parallelize(List.of(1), 1);
    for (int i = 0; i < 20_000; i++) {
      deep = deep.map(x -> x + 1);
    }

    assertThatThrownBy(deep::collect)
        .isInstanceOfSatisfying(
            SluiceException.class,
            refused -> assertThat(refused.code()).isEqualTo(ErrorCode.PLAN_INVALID))
        .hasMessageContaining("too many steps");
    assertThat(context.parallelize(List.of(1)).count()).isEqualTo(1);
  }

  @Test
  void streamThatIsTooDeepIsRefused() {
    DStream<Integer> deep = test.input(List.of(List.of(1)));
    for (int i = 0; i < 20_000; i++) {
      deep = deep.map(x -> x + 1);
    }
    test.output(deep);

    fails(test::start, "A stream is made in too many steps");
  }

  @Test
  void filesThatAnEarlierSaveHadMoreAreRemoved() throws Exception {
    Path saved = directory.resolve("saved");
    context.parallelize(List.of(1, 2, 3), 3).saveAsTextFile(saved.toString());
    Files.writeString(saved.resolve("part-x"), "mine");

    context.parallelize(List.of(9), 1).saveAsTextFile(saved.toString());

    assertThat(context.textFile(saved + "/part-0*").collect()).containsExactly("9");
    assertThat(saved.resolve("part-x")).exists();
  }

  @Test
  void pathsThatNameNothingAreRefusedByName() {
    for (String path : Arrays.asList(null, "", "file:x", "[a")) {
      assertThatThrownBy(() -> context.textFile(path))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(path == null ? "null" : path.isEmpty() ? "empty" : path);
    }
  }

  @Test
  void durationsBeyondAllTimesAreRefused() {
    Duration endless = Duration.ofSeconds(Long.MAX_VALUE);

    for (ThrowingCallable call : List.<ThrowingCallable>of(
        () -> context.remember(endless), () -> StreamingContext.local("x", endless))) {
      assertThatThrownBy(call)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("must be at most 36500000 days");
    }
  }
}
