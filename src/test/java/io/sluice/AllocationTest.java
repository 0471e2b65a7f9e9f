package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.sluice.api.Pair;
import io.sluice.testkit.StreamingTest;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * What the engine allocates for a batch and for a record, which is the same on every machine. The functions here allocate nothing,
 * and the bounds leave room for code that is not compiled yet.
 */
class AllocationTest {

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static final int BATCHES = 60;
  private static final int RECORDS = 20_000;
  private static final List<Pair<Integer, Integer>> PAIRS =
      IntStream.range(0, 1000).mapToObj(key -> Pair.of(key, 1)).toList();

  @Test
  void emptyBatchOfTwoStagesTakesAHundredKilobytes() {
    assertThat(bytesOfABatch(List.of(), AllocationTest::countWords)).isBetween(1_000L, 100_000L);
  }

  @Test
  void filteredRecordTakesNothingOfItsOwn() {
    assertThat(bytesOfARecord(
            numbers -> numbers.filter(number -> number % 2 == 0).foreachRDD(RDD::count)))
        .isLessThan(16);
  }

  @Test
  void countedRecordTakesNothingOfItsOwn() {
    assertThat(bytesOfARecord(AllocationTest::countWords)).isLessThan(16);
  }

  @Test
  void recordOfAGroupTakesItsPlaceInLists() {
    assertThat(bytesOfARecord(
            numbers -> numbers.mapToPair(AllocationTest::pair).groupByKey().foreachRDD(RDD::count)))
        .isLessThan(64);
  }

  @Test
  void recordThatUpdatesStateTakesAHundredBytes() {
    assertThat(bytesOfARecord(numbers -> numbers
            .mapToPair(AllocationTest::pair)
            .mapWithState(
                StateSpec.<Integer, Integer, Integer, Integer>function((key, value, state) -> {
                  state.update(1);
                  return key;
                }))
            .foreachRDD(RDD::count)))
        .isLessThan(100);
  }

  private static void countWords(DStream<Integer> numbers) {
    numbers
        .mapToPair(AllocationTest::pair)
        .reduceByKey((left, right) -> left)
        .foreachRDD(RDD::count);
  }

  private static Pair<Integer, Integer> pair(int number) {
    return PAIRS.get(number % PAIRS.size());
  }

  private static long bytesOfARecord(Consumer<DStream<Integer>> program) {
    List<Integer> records = IntStream.range(0, RECORDS).boxed().toList();
    long empty = bytesOfABatch(List.of(), program);
    return (bytesOfABatch(records, program) - empty) / RECORDS;
  }

  private static long bytesOfABatch(List<Integer> records, Consumer<DStream<Integer>> program) {
    List<List<Integer>> batches = new ArrayList<>(Collections.nCopies(3 * BATCHES, records));
    try (StreamingTest test = StreamingTest.builder().build()) {
      program.accept(test.input(batches, 2));
      test.start();
      test.runBatches(2 * BATCHES);
      long before = allocated();
      test.runBatches(BATCHES);
      return (allocated() - before) / BATCHES;
    }
  }

  /** By all threads but this one. */
  private static long allocated() {
    long here = Thread.currentThread().getId();
    long sum = 0;
    long[] threads = THREADS.getAllThreadIds();
    long[] bytes = THREADS.getThreadAllocatedBytes(threads);
    for (int i = 0; i < threads.length; i++) {
      sum += threads[i] == here ? 0 : Math.max(0, bytes[i]);
    }
    return sum;
  }
}
