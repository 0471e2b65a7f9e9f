package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.Pair;
import io.sluice.api.SluiceException;
import io.sluice.api.StorageLevel;
import io.sluice.testkit.Recorded;
import io.sluice.testkit.StreamingTest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a program asks to keep is computed once, again when it is lost, and goes when it is not wanted. */
@Timeout(60)
class KeptRddTest {

  private static final AtomicInteger CALLS = new AtomicInteger();
  private static final AtomicInteger FAILURES = new AtomicInteger();

  @BeforeEach
  void reset() {
    CALLS.set(0);
    FAILURES.set(0);
  }

  private static StreamingTest start(int nodes) {
    StreamingTest test =
        StreamingTest.builder().nodes(nodes).set("sluice.batch.partitions", 3).build();
    test.output(test.input(List.of()));
    test.start();
    return test;
  }

  private static RDD<Integer> counted(StreamingTest test) {
    return test.context()
        .parallelize(IntStream.rangeClosed(1, 12).boxed().toList(), 4)
        .map(KeptRddTest::countedTen);
  }

  private static int countedTen(int x) {
    CALLS.incrementAndGet();
    return x * 10;
  }

  @ParameterizedTest
  @EnumSource(StorageLevel.class)
  void isComputedOnceAtEveryLevel(StorageLevel level) {
    try (StreamingTest test = start(3)) {
      RDD<Integer> kept = counted(test).persist(level);

      assertThat(kept.count()).isEqualTo(12);
      assertThat(kept.first()).isEqualTo(10);
      assertThat(kept.map(x -> x + 1).collect()).startsWith(11, 21).hasSize(12);
      assertThat(kept.union(kept).count()).isEqualTo(24);
      assertThat(CALLS).hasValue(12);
    }
  }

  @Test
  void isComputedOnceWhereOneJobUsesItTwice() {
    try (StreamingTest test = start(3)) {
      RDD<Integer> kept = counted(test).cache();

      assertThat(kept.zip(kept).count()).isEqualTo(12);
      assertThat(CALLS).hasValue(12);
    }
  }

  @Test
  void staysOverBatches() {
    try (StreamingTest test = start(3)) {
      RDD<Integer> kept = counted(test).cache();
      kept.count();
      test.runBatches(3);

      assertThat(kept.count()).isEqualTo(12);
      assertThat(CALLS).hasValue(12);
    }
  }

  @Test
  void isComputedAgainWhenAWorkerThatHadPartOfItIsKilled() {
    try (StreamingTest test = start(3)) {
      RDD<Integer> kept = counted(test).cache();
      PairRDD<Integer, Integer> totals =
          kept.mapToPair(x -> Pair.of(x % 3, x)).reduceByKey(Integer::sum).cache();
      List<Integer> before = kept.collect();
      List<Pair<Integer, Integer>> totalsBefore = sortedByKey(totals.collect());

      for (String node : List.of("node-2", "node-1")) {
        test.killNode(node);
        assertThat(kept.collect()).isEqualTo(before);
        assertThat(sortedByKey(totals.collect())).isEqualTo(totalsBefore);
      }

      assertThat(CALLS.get()).isGreaterThan(12);
    }
  }

  @Test
  void isNotComputedAgainWhenACopyIsLeft() {
    try (StreamingTest test = start(3)) {
      RDD<Integer> kept = counted(test).persist(StorageLevel.MEMORY_AND_DISK_2);
      kept.count();
      test.killNode("node-2");

      assertThat(kept.count()).isEqualTo(12);
      assertThat(CALLS).hasValue(12);
    }
  }

  @Test
  void isComputedForEachUseWhenItIsNotWantedAnyMore() {
    try (StreamingTest test = start(2)) {
      RDD<Integer> kept = counted(test).cache();
      RDD<Integer> derived = kept.map(x -> x);
      kept.count();

      assertThat(kept.unpersist()).isSameAs(kept);
      assertThat(kept.count() + derived.count() + derived.count()).isEqualTo(36);
      assertThat(CALLS).hasValue(48);
      assertThat(kept.cache().count() + kept.count()).isEqualTo(24);
      assertThat(CALLS).hasValue(60);
    }
  }

  @Test
  void cannotChangeItsLevelWhileItIsKept() {
    try (StreamingTest test = start(1)) {
      RDD<Integer> kept = counted(test).cache();

      assertThat(kept.persist(StorageLevel.MEMORY_AND_DISK)).isSameAs(kept);
      assertThatThrownBy(() -> kept.persist(StorageLevel.DISK_ONLY))
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining("persisted at MEMORY_AND_DISK")
          .hasMessageContaining("DISK_ONLY");
      assertThat(kept.unpersist().persist(StorageLevel.DISK_ONLY).count()).isEqualTo(12);
    }
  }

  @Test
  void whatDoesNotFitIsComputedForEachUse() {
    try (StreamingTest test =
        StreamingTest.builder().nodes(2).set("sluice.block.memory", "2 MiB").build()) {
      test.output(test.input(List.of()));
      test.start();
      RDD<String> kept = test.context()
          .parallelize(List.of(1, 2, 3, 4), 2)
          .map(x -> "x".repeat(countedTen(x) * 100_000))
          .persist(StorageLevel.MEMORY_ONLY);

      for (int i = 1; i <= 3; i++) {
        assertThat(kept.map(String::length).collect())
            .containsExactly(1_000_000, 2_000_000, 3_000_000, 4_000_000);
      }
      assertThat(CALLS.get()).isGreaterThanOrEqualTo(8);
    }
  }

  @Test
  void jobThatFailsWhileItMakesOneLeavesNothingToWaitFor() {
    try (StreamingTest test = start(2)) {
      FAILURES.set(Integer.MAX_VALUE);
      RDD<Integer> kept = counted(test).map(KeptRddTest::failing).cache();

      assertThatThrownBy(kept::count).isInstanceOf(SluiceException.class);
      FAILURES.set(0);
      assertThat(kept.count()).isEqualTo(12);
      CALLS.set(0);
      assertThat(kept.count()).isEqualTo(12);
      assertThat(CALLS).hasValue(0);
    }
  }

  private static int failing(int x) {
    if (x == 120 && FAILURES.getAndDecrement() > 0) {
      throw new IllegalStateException("made to fail");
    }
    return x;
  }

  @Test
  void taskThatMakesOneIsTriedAgain() {
    try (StreamingTest test = start(2)) {
      FAILURES.set(2);
      RDD<Integer> kept = counted(test).map(KeptRddTest::failing).cache();

      assertThat(kept.count()).isEqualTo(12);
      assertThat(kept.collect()).hasSize(12).endsWith(120);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void jobsThatMakeTheSameAtOnceDoNotDisturbEachOther(int nodes) throws Exception {
    try (StreamingTest test = start(nodes)) {
      for (int round = 0; round < 10; round++) {
        RDD<Integer> kept = counted(test).cache();
        CountDownLatch ready = new CountDownLatch(4);
        List<CompletableFuture<List<Integer>>> results = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
          results.add(CompletableFuture.supplyAsync(() -> {
            ready.countDown();
            await(ready);
            return kept.collect();
          }));
        }
        for (CompletableFuture<List<Integer>> result : results) {
          assertThat(result.get()).hasSize(12).startsWith(10, 20).endsWith(120);
        }
        assertThat(kept.unpersist().count()).isEqualTo(12);
      }
    }
  }

  private static List<Pair<Integer, Integer>> sortedByKey(List<Pair<Integer, Integer>> pairs) {
    return pairs.stream().sorted(Comparator.comparing(Pair::key)).toList();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void thatOfABatchIsComputedOnceABatchAndGoesWithIt(int nodes) {
    try (StreamingTest test = StreamingTest.builder().nodes(nodes).build()) {
      List<Long> counts = new ArrayList<>();
      test.input(List.of(List.of(1, 2, 3), List.of(4)), 2)
          .map(KeptRddTest::countedTen)
          .foreachRDD(rdd -> {
            rdd.cache();
            counts.add(rdd.count());
            counts.add(rdd.filter(x -> x > 20).count());
          });

      test.runBatches(2);

      assertThat(counts).containsExactly(3L, 1L, 1L, 1L);
      assertThat(CALLS).hasValue(4);
    }
  }

  @Test
  void oneOfTheDriverServesAllBatches() {
    try (StreamingTest test = StreamingTest.builder().nodes(2).build()) {
      PairRDD<Integer, String> names = test.context()
          .parallelize(List.of(1, 2, 3))
          .mapToPair(x -> Pair.of(countedTen(x), "n" + x))
          .cache();
      Recorded<Pair<Integer, Pair<Integer, String>>> output =
          test.output(test.input(List.of(List.of(10), List.of(20), List.of(30)), 2)
              .mapToPair(x -> Pair.of(x, x))
              .transformToPair(rdd -> rdd.join(names)));

      test.runBatches(3);

      assertThat(output.records().get(2)).containsExactly(Pair.of(30, Pair.of(30, "n3")));
      assertThat(CALLS).hasValue(3);
    }
  }

  @Test
  void zipWithIndexIsRightAfterAWorkerIsKilled() {
    try (StreamingTest test = start(3)) {
      PairRDD<Integer, Long> indexed = counted(test).zipWithIndex();
      test.killNode("node-2");

      assertThat(indexed.collect())
          .allSatisfy(pair -> assertThat(pair.key()).isEqualTo((int) (pair.value() * 10 + 10)))
          .hasSize(12);
    }
  }
}
