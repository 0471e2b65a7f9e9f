package io.sluice.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.DStream;
import io.sluice.PairDStream;
import io.sluice.api.ErrorCode;
import io.sluice.api.Pair;
import io.sluice.api.SluiceException;
import io.sluice.api.StreamingEvent;
import io.sluice.api.StreamingListener.BatchInfo;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamingTestTest {

  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final List<List<Pair<String, Integer>>> ONES = ones(8);

  @Test
  void outputIsRecordedByBatchAndPartition() {
    try (StreamingTest test = StreamingTest.create()) {
      Recorded<Integer> output =
          test.output(test.input(Arrays.asList(List.of(1, 2, 3, 4), null), 2));

      List<BatchInfo> batches = test.runBatches(3);

      assertThat(output.records()).containsExactly(List.of(1, 2, 3, 4), List.of(), List.of());
      assertThat(output.batches().get(0).time()).isEqualTo(Instant.ofEpochSecond(1));
      assertThat(output.batches().get(0).partitions())
          .containsExactly(List.of(1, 2), List.of(3, 4));
      assertThat(batches)
          .extracting(BatchInfo::batchTime)
          .containsExactly(
              Instant.ofEpochSecond(1), Instant.ofEpochSecond(2), Instant.ofEpochSecond(3));
    }
  }

  @Test
  void failedTaskIsTriedAgain() {
    try (StreamingTest test = StreamingTest.builder().nodes(3).build()) {
      Recorded<Pair<String, Integer>> output =
          test.output(test.pairInput(ONES).reduceByKey(Integer::sum, 2));
      test.failTask(0, 0, 1);
      test.failTask(1, 1, 1);

      test.runBatches(2);

      assertThat(test.failedTasks()).isEqualTo(2);
      assertThat(output.records().get(1))
          .containsExactlyInAnyOrder(Pair.of("a", 1), Pair.of("b", 2));
    }
  }

  @Test
  void taskThatFailsOnEveryAttemptEndsTheContextWithItsError() {
    try (StreamingTest test =
        StreamingTest.builder().set("sluice.task.max-attempts", 2).build()) {
      test.output(test.input(List.of(List.of(1), List.of(2))));
      test.runBatches(1);
      test.failTask(0, 0, 2);

      assertThatThrownBy(() -> test.runBatches(1))
          .isInstanceOf(SluiceException.class)
          .hasMessageContaining("Task of stage 0, partition 0, failed on purpose on node-1")
          .hasMessageContaining("attempt 2 of 2");
    }
  }

  @Test
  void functionThatThrowsEndsTheContextAndItsLineIsNamed() {
    try (StreamingTest test = StreamingTest.create()) {
      DStream<Integer> input = test.input(List.of(List.of(0)));
      test.output(input.map(number -> 1 / number));

      assertThatThrownBy(() -> test.runBatches(1))
          .isInstanceOfSatisfying(
              SluiceException.class,
              failure -> assertThat(failure.code()).isEqualTo(ErrorCode.TASK_FAILED))
          .hasMessageContaining("Function passed to map at StreamingTestTest.java:")
          .hasMessageContaining("/ by zero");
    }
  }

  @Test
  void attemptsAreCountedForTheFaultsOfATest() {
    List<Integer> attempts = new ArrayList<>();
    try (StreamingTest test = StreamingTest.builder()
        .faults((worker, batch, stage, partition, attempt) -> {
          synchronized (attempts) {
            if (stage == 1 && attempts.size() < 3) {
              attempts.add(attempt);
              throw new IllegalStateException("not yet");
            }
          }
        })
        .build()) {
      test.output(test.pairInput(ONES).reduceByKey(Integer::sum, 1));

      test.runBatches(1);

      assertThat(attempts).containsExactly(1, 2, 3);
    }
  }

  @Test
  void batchThatDoesNotEndIsAnErrorThatSaysHowFarItCame() {
    CountDownLatch release = new CountDownLatch(1);
    try (StreamingTest test =
        StreamingTest.builder().timeout(Duration.ofMillis(300)).build()) {
      test.input(List.of(List.of(1))).foreachRDD(rdd -> release.await());

      assertThatThrownBy(() -> test.runBatches(1))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("Waited 300 ms for batch 1970-01-01T00:00:01Z in vain")
          .hasMessageContaining("batch 1970-01-01T00:00:01Z started");
    } finally {
      release.countDown();
    }
  }

  @Test
  void programWithoutOutputDoesNotStart() {
    try (StreamingTest test = StreamingTest.create()) {
      test.input(List.of(List.of(1)));

      assertThatThrownBy(() -> test.runBatches(1))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith("Nothing to run");
    }
  }

  @Test
  void nodesAreAddedAndKilledByName() {
    try (StreamingTest test = StreamingTest.builder().nodes(2).build()) {
      Recorded<Pair<String, Integer>> output =
          test.output(test.pairInput(ONES).reduceByKey(Integer::sum));
      assertThat(test.nodes()).containsExactly("node-1", "node-2");
      test.runBatches(1);

      assertThat(test.addNode()).isEqualTo("node-3");
      test.killNode("node-1");
      test.runBatches(1);

      assertThat(test.nodes()).containsExactly("node-2", "node-3");
      assertThat(output.records().get(1))
          .containsExactlyInAnyOrder(Pair.of("a", 1), Pair.of("b", 2));
      assertThatThrownBy(() -> test.killNode("node-1"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("There is no node 'node-1'; the nodes are [node-2, node-3].");
    }
  }

  @Test
  void windowsSurviveTheLossOfOneNodeAfterAnother() {
    try (StreamingTest test = StreamingTest.builder().nodes(3).build()) {
      PairDStream<String, Integer> input = test.pairInput(ONES, 3);
      Recorded<Pair<String, Integer>> totals = test.output(input.reduceByKeyAndWindow(
          Integer::sum, (total, gone) -> total - gone, SECOND.multipliedBy(3), SECOND));
      Recorded<Pair<String, Integer>> recomputed =
          test.output(input.reduceByKeyAndWindow(Integer::sum, SECOND.multipliedBy(3), SECOND));

      test.runBatches(3);
      test.killNode("node-2");
      test.runBatches(2);
      test.killNode("node-1");
      test.runBatches(2);

      for (Recorded<Pair<String, Integer>> output : List.of(totals, recomputed)) {
        assertThat(output.records()).hasSize(7);
        for (int batch = 1; batch <= 7; batch++) {
          int length = Math.min(3, batch);
          assertThat(output.records().get(batch - 1))
              .as("batch %d", batch)
              .containsExactlyInAnyOrder(Pair.of("a", length), Pair.of("b", 2 * length));
        }
      }
    }
  }

  @Test
  void nodeThatIsKilledInTheMiddleOfABatchCostsNoRecord() {
    CompletableFuture<StreamingTest> self = new CompletableFuture<>();
    AtomicBoolean killed = new AtomicBoolean();
    try (StreamingTest test = StreamingTest.builder()
        .nodes(3)
        .faults((worker, batch, stage, partition, attempt) -> {
          if (batch == 3000 && worker.equals("node-2") && killed.compareAndSet(false, true)) {
            self.join().killNode("node-2");
          }
        })
        .build()) {
      self.complete(test);
      Recorded<Pair<String, Integer>> totals = test.output(test.pairInput(ONES, 3)
          .reduceByKeyAndWindow(
              Integer::sum, (total, gone) -> total - gone, SECOND.multipliedBy(2), SECOND));

      test.runBatches(5);

      assertThat(killed).isTrue();
      assertThat(test.nodes()).containsExactly("node-1", "node-3");
      assertThat(totals.records().subList(1, 5))
          .allSatisfy(batch ->
              assertThat(batch).containsExactlyInAnyOrder(Pair.of("a", 2), Pair.of("b", 4)));
    }
  }

  @Test
  void lossOfANodeIsNoFailedAttempt() {
    CompletableFuture<StreamingTest> self = new CompletableFuture<>();
    AtomicBoolean killed = new AtomicBoolean();
    AtomicBoolean failed = new AtomicBoolean();
    try (StreamingTest test = StreamingTest.builder()
        .nodes(3)
        .set("sluice.task.max-attempts", 2)
        .faults((worker, batch, stage, partition, attempt) -> {
          if (stage == 1 && killed.compareAndSet(false, true)) {
            self.join().killNode(worker);
          } else if (stage == 1 && attempt == 2 && failed.compareAndSet(false, true)) {
            throw new IllegalStateException("not yet");
          }
        })
        .build()) {
      self.complete(test);
      Recorded<Pair<String, Integer>> output =
          test.output(test.pairInput(ONES, 3).reduceByKey(Integer::sum));

      test.runBatches(1);

      assertThat(failed).isTrue();
      assertThat(output.records().get(0))
          .containsExactlyInAnyOrder(Pair.of("a", 1), Pair.of("b", 2));
    }
  }

  @Test
  void expectedOutputIsComparedInAnyOrder() {
    try (StreamingTest test = StreamingTest.builder().nodes(2).build()) {
      PairDStream<String, Integer> counts =
          test.pairInput(ONES.subList(0, 2), 2).reduceByKey(Integer::sum);
      DStream<Integer> numbers = test.input(List.of(List.of(1, 2), List.of(3)), 2);
      test.expect(
          counts,
          List.of(
              List.of(Pair.of("b", 2), Pair.of("a", 1)),
              List.of(Pair.of("a", 1), Pair.of("b", 2)),
              List.of()));
      test.expectInOrder(numbers.map(x -> x * 10), List.of(List.of(10, 20)));
      test.expect(
          numbers.window(SECOND.multipliedBy(2), SECOND.multipliedBy(2)),
          List.of(List.of(1, 2, 3), List.of()));

      assertThat(test.run()).hasSize(4);
    }
  }

  @Test
  void outputThatDiffersIsShownWithItsBatch() {
    try (StreamingTest test = StreamingTest.create()) {
      DStream<String> input = test.input(List.of(List.of("a"), List.of("a", "b", "b")));
      test.expect(input, List.of(List.of("a"), List.of("b", "c")));

      assertThatThrownBy(test::run).isInstanceOf(AssertionError.class).hasMessageMatching("""
              Output expected at StreamingTestTest.java:\\d+ differs in batch 1970-01-01T00:00:02Z, its 2nd:
                missing  \\[c]
                too many \\[b, a]
                expected \\[b, c]
                got      \\[a, b, b]""");
    }
  }

  @Test
  void firstRecordThatDiffersInOrderIsNamed() {
    try (StreamingTest test = StreamingTest.create()) {
      test.expectInOrder(test.input(List.of(List.of(1, 2, 3))), List.of(List.of(1, 3, 2)));

      assertThatThrownBy(test::run)
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("batch 1970-01-01T00:00:01Z, its 1st")
          .hasMessageContaining("at record 2: expected 3, got 2");
    }
  }

  @Test
  void stepsAreTakenBeforeBatchesAndBeforeTasks() {
    try (StreamingTest test = StreamingTest.builder().nodes(3).build()) {
      test.expect(
          test.pairInput(ONES, 3).reduceByKeyAndWindow(Integer::sum, SECOND.multipliedBy(2)),
          List.of(
              List.of(Pair.of("a", 1), Pair.of("b", 2)),
              List.of(Pair.of("a", 2), Pair.of("b", 4)),
              List.of(Pair.of("a", 2), Pair.of("b", 4)),
              List.of(Pair.of("a", 2), Pair.of("b", 4)),
              List.of(Pair.of("a", 2), Pair.of("b", 4))));
      test.beforeTask(2, () -> test.killNode("node-1"));
      test.beforeBatch(3, test::addNode);
      test.beforeBatch(5, () -> test.killNode("node-2"));

      test.run();

      assertThat(test.nodes()).containsExactly("node-3", "node-4");
      assertThat(test.events(StreamingEvent.WorkerLost.class))
          .extracting(lost -> lost.worker().id())
          .containsExactly("node-1", "node-2");
    }
  }

  @Test
  void tasksThatMeetAConditionFail() {
    try (StreamingTest test = StreamingTest.builder().nodes(2).build()) {
      test.expect(
          test.pairInput(ONES, 2).reduceByKey(Integer::sum),
          List.of(
              List.of(Pair.of("a", 1), Pair.of("b", 2)),
              List.of(Pair.of("a", 1), Pair.of("b", 2))));
      test.failTasks(task -> task.batchTime().equals(Optional.of(Instant.ofEpochSecond(2)))
          && task.stage() == 1
          && task.partition() == 0
          && task.attempt() < 3);

      List<BatchInfo> batches = test.run();

      assertThat(test.failedTasks()).isEqualTo(2);
      assertThat(batches).extracting(BatchInfo::attempts).containsExactly(1, 3);
      assertThat(test.events(StreamingEvent.Recovery.class))
          .hasSize(2)
          .allSatisfy(event -> assertThat(event.recovery().reason()).contains("failed on purpose"));
    }
  }

  @Test
  void stepBeforeWhatIsOverIsAnError() {
    try (StreamingTest test = StreamingTest.create()) {
      test.output(test.input(List.of(List.of(1))));
      test.runBatches(2);

      assertThatThrownBy(() -> test.beforeBatch(2, () -> {}))
          .hasMessage("Batch 2 has run already: 2 batches have.");
      assertThatThrownBy(() -> test.beforeTask(1, () -> {}))
          .hasMessageStartingWith("Task 1 has begun already");
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void randomFaultsOfASeedDoNotChangeWhatACorrectProgramPutsOut(long seed) {
    try (StreamingTest test =
        StreamingTest.builder().nodes(4).randomFaults(seed).build()) {
      List<List<Pair<String, Integer>>> expected = new ArrayList<>();
      for (int batch = 1; batch <= 20; batch++) {
        int length = Math.min(3, batch);
        expected.add(List.of(Pair.of("a", length), Pair.of("b", 2 * length)));
      }
      PairDStream<String, Integer> input = test.pairInput(ones(20), 3);
      test.expect(
          input.reduceByKeyAndWindow(
              Integer::sum, (total, gone) -> total - gone, SECOND.multipliedBy(3), SECOND),
          expected);

      test.run();

      assertThat(test.failedTasks()).isPositive();
      assertThat(test.events(StreamingEvent.WorkerLost.class)).isNotEmpty();
      assertThat(test.nodes()).hasSize(4);
    }
  }

  @Test
  void seedOfRandomFaultsIsToldWithAFailure() {
    try (StreamingTest test = StreamingTest.builder().randomFaults(17).build()) {
      test.expect(test.input(List.of(List.of(1))), List.of(List.of(2)));

      assertThatThrownBy(test::run)
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining(
              "The random faults had the seed 17; randomFaults(17L) repeats them.");
    }
    try (StreamingTest test = StreamingTest.builder().randomFaults(18).build()) {
      test.output(test.input(List.of(List.of(0))).map(x -> 1 / x));

      assertThatThrownBy(() -> test.runBatches(1))
          .isInstanceOfSatisfying(
              SluiceException.class,
              failure -> assertThat(failure.getSuppressed())
                  .singleElement()
                  .asString()
                  .contains("randomFaults(18L)"));
    }
  }

  @Test
  void aThousandBatchesRunOnFiveNodes() {
    int count = 1000;
    try (StreamingTest test = StreamingTest.builder().nodes(5).build()) {
      List<List<Pair<String, Integer>>> expected = new ArrayList<>();
      for (int batch = 1; batch <= count; batch++) {
        int length = Math.min(3, batch);
        expected.add(List.of(Pair.of("a", length), Pair.of("b", 2 * length)));
      }
      test.expect(
          test.pairInput(ones(count), 5)
              .reduceByKeyAndWindow(
                  Integer::sum, (total, gone) -> total - gone, SECOND.multipliedBy(3), SECOND),
          expected);
      long start = System.nanoTime();

      List<BatchInfo> batches = test.run();

      double seconds = (System.nanoTime() - start) / 1e9;
      System.out.printf("%d batches on 5 nodes: %.0f a second%n", count, count / seconds);
      assertThat(batches).hasSize(count);
    }
  }

  @Test
  void eventsAreWaitedFor() {
    try (StreamingTest test = StreamingTest.create()) {
      test.output(test.input(List.of(List.of(1))));
      test.runBatches(1);

      StreamingEvent.BatchCompleted done =
          test.awaitEvent(StreamingEvent.BatchCompleted.class, event -> true);

      assertThat(done.batch().batchTime()).isEqualTo(Instant.ofEpochSecond(1));
    }
    try (StreamingTest test =
        StreamingTest.builder().timeout(Duration.ofMillis(100)).build()) {
      test.output(test.input(List.of(List.of(1))));
      test.start();

      assertThatThrownBy(() -> test.awaitEvent(StreamingEvent.BlockLost.class, event -> true))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("Waited 100 ms for BlockLost in vain");
    }
  }

  @Test
  void contextOfNoRealClusterHasSimulatedNodes() {
    try (StreamingTest test = StreamingTest.create()) {
      assertThat(test.context().simulatedNodes().names()).containsExactly("node-1");
    }
  }

  @Test
  void closeAfterAFailureIsQuiet() {
    StreamingTest test = StreamingTest.create();
    test.output(test.input(List.of(List.of(0))).map(number -> 1 / number));
    assertThatThrownBy(() -> test.runBatches(1)).isInstanceOf(SluiceException.class);

    assertThatCode(test::close).doesNotThrowAnyException();
    assertThatCode(test::close).doesNotThrowAnyException();
  }

  private static List<List<Pair<String, Integer>>> ones(int batches) {
    List<List<Pair<String, Integer>>> all = new ArrayList<>();
    for (int i = 0; i < batches; i++) {
      all.add(List.of(Pair.of("a", 1), Pair.of("b", 1), Pair.of("b", 1)));
    }
    return all;
  }
}
