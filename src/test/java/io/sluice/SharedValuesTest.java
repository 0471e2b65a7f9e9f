package io.sluice;

import static io.sluice.Conformance.ints;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.SluiceException;
import io.sluice.testkit.Recorded;
import io.sluice.testkit.StreamingTest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Counters, broadcast values and the task context. */
@ParameterizedClass(name = "{0} nodes")
@ValueSource(ints = {1, 3})
class SharedValuesTest {

  private final int nodes;

  SharedValuesTest(int nodes) {
    this.nodes = nodes;
  }

  private StreamingTest test() {
    return StreamingTest.builder().nodes(nodes).build();
  }

  @Test
  void counterCountsEachRecordOnceHoweverManyOutputsAndFailures() {
    try (StreamingTest test = test()) {
      Counter seen = test.context().counter("seen");
      DStream<Integer> counted = test.input(ints("1 2 3 | 4 5"), 2).map(x -> {
        seen.increment();
        return x;
      });
      test.output(counted);
      test.output(counted.filter(x -> x > 1));
      test.output(counted.countByValue());
      test.failTask(0, 0, 2);
      test.runBatches(1);
      assertThat(seen.value()).isEqualTo(3);

      if (nodes > 1) {
        test.killNode(test.nodes().get(2));
      }
      var batches = test.runBatches(1);

      assertThat(test.failedTasks()).isEqualTo(2);
      assertThat(seen.value()).isEqualTo(5);
      assertThat(test.context().counters()).isEqualTo(Map.of("seen", 5L));
      assertThat(batches.get(0).counters()).isEqualTo(Map.of("seen", 2L));
    }
  }

  @Test
  void counterInAnActionCountsOnceForEachCall() {
    try (StreamingTest test = test()) {
      Counter seen = test.context().counter("seen");
      test.input(ints("1 2 3"), 2).foreachRDD(rdd -> {
        rdd.foreach(x -> seen.add(x));
        rdd.foreach(x -> seen.add(x));
      });
      test.runBatches(1);

      assertThat(seen.value()).isEqualTo(12);
    }
  }

  @Test
  void counterSaysWhereItCanBeUsed() {
    try (StreamingTest test = test()) {
      Counter seen = test.context().counter("seen");

      assertThatThrownBy(seen::increment)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("Counter 'seen'")
          .hasMessageContaining("on workers only");

      test.output(test.input(ints("1")).map(x -> seen.value()));
      assertThatThrownBy(() -> test.runBatches(1))
          .isInstanceOf(SluiceException.class)
          .hasMessageContaining("can be read on the driver only");
    }
  }

  @Test
  void broadcastValueIsReadByTasksAndOnTheDriver() {
    try (StreamingTest test = test()) {
      Broadcast<Map<Integer, String>> names = test.context().broadcast(Map.of(1, "one", 2, "two"));
      Recorded<String> output =
          test.output(test.input(ints("1 2 3"), 3).map(x -> names.value().getOrDefault(x, "?")));
      test.runBatches(1);

      assertThat(output.records().get(0)).containsExactlyInAnyOrder("one", "two", "?");
      assertThat(names.value()).containsKey(2);
    }
  }

  @Test
  void broadcastValueIsMadeAnewAndIsTheSameForAllTasksOfABatch() {
    try (StreamingTest test = test()) {
      AtomicInteger made = new AtomicInteger();
      Broadcast<Integer> version =
          test.context().broadcast(made::incrementAndGet, Duration.ofSeconds(2));
      Recorded<Integer> output = test.output(
          test.input(ints("1 2 3 | 1 2 3 | 1 2 3 | 1 2 3 | 1 2 3"), 3).map(x -> version.value()));
      test.runBatches(5);

      assertThat(output.records())
          .containsExactly(
              List.of(2, 2, 2),
              List.of(2, 2, 2),
              List.of(3, 3, 3),
              List.of(3, 3, 3),
              List.of(4, 4, 4));
    }
  }

  @Test
  void broadcastValueThatCannotBeMadeFailsTheBatchAndSaysWhy() {
    try (StreamingTest test = test()) {
      AtomicInteger made = new AtomicInteger();
      Broadcast<Integer> value = test.context()
          .broadcast(
              () -> {
                if (made.getAndIncrement() > 0) {
                  throw new IllegalStateException("the table is locked");
                }
                return 1;
              },
              Duration.ofSeconds(1));
      test.output(test.input(ints("1")).map(x -> value.value()));

      assertThatThrownBy(() -> test.runBatches(1))
          .isInstanceOf(SluiceException.class)
          .hasMessageContaining("the table is locked");
    }
  }

  @Test
  void taskContextTellsBatchAttemptAndWorker() {
    try (StreamingTest test = test()) {
      Recorded<Instant> times = test.output(
          test.input(ints("1 2"), 2).map(x -> TaskContext.current().batchTime().orElseThrow()));
      Recorded<Integer> attempts =
          test.output(test.input(ints("1 2"), 2).map(x -> TaskContext.current().attempt()));
      Recorded<Boolean> workers = test.output(
          test.input(ints("1")).map(x -> TaskContext.current().worker().isEmpty()));
      test.failTask(0, 0, 1);
      test.runBatches(1);

      assertThat(times.records().get(0)).containsOnly(Instant.ofEpochSecond(1));
      assertThat(attempts.records().get(0)).allMatch(attempt -> attempt >= 1);
      assertThat(workers.records().get(0)).containsExactly(false);
    }
    assertThatThrownBy(TaskContext::current)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("No task runs on this thread");
  }
}
