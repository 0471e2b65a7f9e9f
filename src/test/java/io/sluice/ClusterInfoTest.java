package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.ClusterInfo;
import io.sluice.api.ErrorCode;
import io.sluice.api.Pair;
import io.sluice.api.SluiceException;
import io.sluice.api.StreamingEvent;
import io.sluice.testkit.StreamingTest;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a context tells of its nodes, and how it is paused. */
class ClusterInfoTest {

  private static ClusterInfo cluster(StreamingTest test) throws Exception {
    return test.context().cluster().toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  private static Optional<Integer> count(List<Integer> values, Optional<Integer> state) {
    return Optional.of(state.orElse(0) + values.size());
  }

  private static StreamingTest counting(int nodes) {
    StreamingTest test = StreamingTest.builder().nodes(nodes).build();
    test.input(List.of(List.of("a", "b", "c"), List.of("a", "d"), List.of("e"), List.of("f")))
        .mapToPair(word -> Pair.of(word, 1))
        .updateStateByKey(ClusterInfoTest::count)
        .foreachRDD(rdd -> rdd.count());
    return test;
  }

  @Test
  void keysAreCountedWhereTheyAreOwnedAndNotWhereTheirCopiesAre() throws Exception {
    try (StreamingTest test = counting(3)) {
      test.start();
      test.runBatches(2);
      ClusterInfo info = cluster(test);

      assertThat(info.workers()).hasSize(3).allSatisfy(worker -> {
        assertThat(worker.load().heapBytes()).isPositive();
        assertThat(worker.load().blockLimit()).isPositive();
        assertThat(worker.leaving()).isFalse();
      });
      int step = test.context().plan().steps().stream()
          .filter(some -> some.remembers())
          .findFirst()
          .orElseThrow()
          .id();
      assertThat(info.workers().stream()
              .mapToLong(worker -> worker.keys().getOrDefault(step, 0L))
              .sum())
          .isEqualTo(4);
      assertThat(info.partitions())
          .isNotEmpty()
          .allSatisfy(partition -> assertThat(info.workers().stream().map(ClusterInfo.Worker::id))
              .contains(partition.owner()));
      assertThat(info.epoch()).isPositive();
    }
  }

  @Test
  void aContextThatHasEndedHasNoNodes() throws Exception {
    try (StreamingTest test = counting(1)) {
      test.start();
      test.context().stop();

      assertThatThrownBy(() -> test.context().cluster().toCompletableFuture().join())
          .isInstanceOf(CompletionException.class)
          .cause()
          .isInstanceOfSatisfying(
              SluiceException.class,
              failure -> assertThat(failure.code()).isEqualTo(ErrorCode.CONTEXT_STOPPED));
    }
  }

  @Test
  void whilePausedBatchesWaitAndThenAllAreRun() throws Exception {
    try (StreamingTest test = counting(1)) {
      test.start();
      test.runBatches(1);
      test.context().pause();
      test.awaitEvent(StreamingEvent.Paused.class, event -> true);
      test.clock().advance(test.context().batchInterval().multipliedBy(3));
      test.awaitEvent(
          StreamingEvent.BatchSubmitted.class,
          event -> event.batch().batchTime().equals(test.clock().now()));
      // The driver has heard all that was told before it answers.
      assertThat(cluster(test).paused()).isTrue();
      assertThat(test.events(StreamingEvent.BatchStarted.class)).hasSize(1);

      test.context().resume();
      test.awaitEvent(
          StreamingEvent.BatchCompleted.class,
          event -> event.batch().batchTime().equals(test.clock().now()));
      assertThat(test.events(StreamingEvent.BatchCompleted.class)).hasSize(4);
      assertThat(cluster(test).paused()).isFalse();
    }
  }

  @Test
  void onlyWhatRunsCanBePaused() {
    try (StreamingTest test = counting(1)) {
      assertThatThrownBy(() -> test.context().pause())
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("INITIALIZED");
    }
  }

  @Test
  void aPausedContextStopsGracefullyWithAllThatHasWaited() throws Exception {
    try (StreamingTest test = counting(1)) {
      test.start();
      test.context().pause();
      test.awaitEvent(StreamingEvent.Paused.class, event -> true);
      test.clock().advance(test.context().batchInterval());
      test.awaitEvent(StreamingEvent.BatchSubmitted.class, event -> true);
      test.context().stop(true);

      assertThat(test.events(StreamingEvent.BatchCompleted.class)).hasSize(1);
    }
  }
}
