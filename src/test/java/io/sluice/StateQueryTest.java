package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.Pair;
import io.sluice.testkit.StreamingTest;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What operators remember can be read by name, as one batch has left it. */
class StateQueryTest {

  private static final List<List<Pair<String, Integer>>> ORDERS = List.of(
      List.of(Pair.of("a", 1), Pair.of("b", 2)),
      List.of(Pair.of("a", 10)),
      List.of(Pair.of("c", 5)));

  private static Optional<Integer> sum(List<Integer> values, Optional<Integer> state) {
    return Optional.of(
        state.orElse(0) + values.stream().mapToInt(value -> value).sum());
  }

  private static Instant batch(int number) {
    return Instant.EPOCH.plusSeconds(number);
  }

  @ParameterizedTest(name = "{0} nodes")
  @ValueSource(ints = {1, 3})
  void aKeyAndAScanAreAsOfTheLastCommittedBatch(int nodes) {
    try (StreamingTest test = StreamingTest.builder().nodes(nodes).build()) {
      test.pairInput(ORDERS)
          .updateStateByKey(StateQueryTest::sum)
          .named("orders")
          .print();
      test.start();
      StateQuery<String, Integer> orders = test.context().query("orders");

      test.runBatches(2);
      assertThat(orders.get("a")).isEqualTo(new StateQuery.Answer<>(batch(2), Optional.of(11)));
      assertThat(orders.get("c")).isEqualTo(new StateQuery.Answer<>(batch(2), Optional.empty()));
      test.runBatches(1);
      StateQuery.Answer<List<Pair<String, Integer>>> all = orders.scan(10);
      assertThat(all.batchTime()).isEqualTo(batch(3));
      assertThat(all.value())
          .containsExactlyInAnyOrder(Pair.of("a", 11), Pair.of("b", 2), Pair.of("c", 5));
      assertThat(orders.scan(2).value()).hasSize(2);
    }
  }

  @Test
  void whatABatchHasDoneIsNotSeenBeforeItsCommit() {
    try (StreamingTest test = StreamingTest.create()) {
      StreamingContext context = test.context();
      List<Object> seen = new CopyOnWriteArrayList<>();
      test.pairInput(ORDERS)
          .updateStateByKey(StateQueryTest::sum)
          .named("orders")
          .foreachRDD(rdd -> {
            // The state of this batch is complete when its output has read it.
            rdd.count();
            StateQuery<String, Integer> orders = context.query("orders");
            seen.add(orders.get("a"));
            seen.add(orders.scan(10).value().size());
          });
      test.runBatches(3);

      assertThat(seen)
          .containsExactly(
              new StateQuery.Answer<>(Instant.EPOCH, Optional.empty()),
              0,
              new StateQuery.Answer<>(batch(1), Optional.of(1)),
              2,
              new StateQuery.Answer<>(batch(2), Optional.of(11)),
              2);
    }
  }

  @Test
  void theTotalsOfAnIncrementalWindowCanBeRead() {
    try (StreamingTest test = StreamingTest.create()) {
      test.pairInput(ORDERS)
          .reduceByKeyAndWindow(
              Integer::sum,
              (total, left) -> total - left,
              Duration.ofSeconds(2),
              Duration.ofSeconds(1))
          .named("recent")
          .print();
      test.start();
      test.runBatches(3);

      StateQuery<String, Integer> recent = test.context().query("recent");
      assertThat(recent.get("a").value()).contains(10);
      assertThat(recent.get("c").value()).contains(5);
    }
  }

  @Test
  void stateOutlivesItsWorkerForQueriesToo() {
    try (StreamingTest test = StreamingTest.builder().nodes(3).build()) {
      test.pairInput(ORDERS)
          .updateStateByKey(StateQueryTest::sum)
          .named("orders")
          .print();
      test.start();
      test.runBatches(2);
      test.killNode(test.nodes().get(1));
      test.runBatches(1);

      StateQuery<String, Integer> orders = test.context().query("orders");
      assertThat(orders.scan(10).value())
          .containsExactlyInAnyOrder(Pair.of("a", 11), Pair.of("b", 2), Pair.of("c", 5));
    }
  }

  @Test
  void afterARestartAQueryWaitsForTheStateThatWasKept(@TempDir Path directory) {
    for (boolean again : new boolean[] {false, true}) {
      try (StreamingTest test = StreamingTest.builder()
          .set("sluice.checkpoint.directory", directory.toString())
          .build()) {
        test.pairInput(ORDERS)
            .updateStateByKey(StateQueryTest::sum)
            .named("orders")
            .print();
        test.start();
        StateQuery<String, Integer> orders = test.context().query("orders");
        if (again) {
          assertThat(orders.get("a")).isEqualTo(new StateQuery.Answer<>(batch(2), Optional.of(11)));
        } else {
          test.runBatches(2);
          test.killAll();
        }
      }
    }
  }

  @Test
  void namesThatAreNotThereAreToldWithThoseThatAre() {
    try (StreamingTest test = StreamingTest.create()) {
      test.pairInput(ORDERS)
          .updateStateByKey(StateQueryTest::sum)
          .named("orders")
          .print();

      assertThat(test.context().queryable()).containsExactly("orders");
      assertThatThrownBy(() -> test.context().query("oders"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("'oders'")
          .hasMessageContaining("[orders]");
      assertThatThrownBy(() -> test.context().query("orders").scan(0))
          .hasMessageContaining("at least 1");
    }
  }
}
