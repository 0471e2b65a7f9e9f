package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.sluice.api.Pair;
import io.sluice.api.PlanInfo;
import io.sluice.api.StreamingEvent;
import io.sluice.api.StreamingListener.StageInfo;
import io.sluice.api.StreamingListener.TaskInfo;
import io.sluice.testkit.StreamingTest;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** A completed batch tells what its tasks did, and the plan of the program what they read. */
class BatchStagesTest {

  private static long sum(StageInfo stage, ToLongFunction<TaskInfo> figure) {
    return stage.tasks().stream().mapToLong(figure).sum();
  }

  @Test
  void stagesHaveTheRecordsThatTheirTasksReadAndMade() {
    try (StreamingTest test = StreamingTest.create()) {
      PairDStream<String, Integer> pairs = test.input(List.of(List.of("a b a", "b c")))
          .flatMap(line -> Arrays.asList(line.split(" ")).iterator())
          .mapToPair(word -> Pair.of(word, 1));
      pairs.reduceByKey(Integer::sum, 2).foreachRDD(rdd -> rdd.collect());
      PlanInfo plan = test.context().plan();
      test.runBatches(1);

      List<StageInfo> stages =
          test.events(StreamingEvent.BatchCompleted.class).get(0).batch().stages();
      assertThat(stages)
          .extracting(StageInfo::job, StageInfo::reads)
          .containsExactly(tuple(0, "driver"), tuple(0, "shuffle"), tuple(1, "dataset"));
      StageInfo map = stages.get(0);
      StageInfo reduce = stages.get(1);
      assertThat(sum(map, TaskInfo::recordsIn)).isEqualTo(2);
      // Each map task sends a word once, however often it has it.
      assertThat(sum(reduce, TaskInfo::recordsIn)).isEqualTo(sum(map, TaskInfo::recordsOut));
      assertThat(sum(reduce, TaskInfo::recordsOut)).isEqualTo(3);
      assertThat(sum(map, TaskInfo::bytesOut)).isPositive();
      assertThat(reduce.tasks()).hasSize(2).allSatisfy(task -> {
        assertThat(task.attempt()).isEqualTo(1);
        assertThat(task.ranNanos()).isPositive();
        assertThat(task.worker()).isNotEmpty();
      });
      Map<Integer, String> steps =
          plan.steps().stream().collect(Collectors.toMap(PlanInfo.Step::id, PlanInfo.Step::text));
      assertThat(steps).containsEntry(reduce.dataset(), "shuffle in 2 partitions");
      assertThat(steps.getOrDefault(map.dataset(), "")).startsWith("made on the driver by");
    }
  }

  @Test
  void keysWhoseStateChangesAreCounted() {
    try (StreamingTest test = StreamingTest.create()) {
      test.input(List.of(List.of(1, 2, 3, 3), List.of(3)))
          .mapToPair(number -> Pair.of(number, number))
          .updateStateByKey((values, state) -> values.isEmpty()
              ? state
              : Optional.of(values.stream().mapToInt(n -> n).sum()))
          .foreachRDD(rdd -> rdd.count());
      test.runBatches(2);

      assertThat(test.events(StreamingEvent.BatchCompleted.class))
          .extracting(event -> event.batch().stages().stream()
              .mapToLong(stage -> sum(stage, TaskInfo::keysTouched))
              .sum())
          .containsExactly(3L, 1L);
      assertThat(test.context().plan().steps())
          .filteredOn(PlanInfo.Step::remembers)
          .hasSize(1);
    }
  }

  @Test
  void thePlanGroupsStepsByStages() {
    try (StreamingTest test = StreamingTest.create()) {
      test.input(List.of(List.of("a")))
          .mapToPair(word -> Pair.of(word, 1))
          .reduceByKey(Integer::sum)
          .map(pair -> pair.key())
          .print();

      PlanInfo plan = test.context().plan();

      assertThat(plan.steps().stream().map(PlanInfo.Step::stage).distinct()).hasSize(2);
      assertThat(plan.outputs()).singleElement().satisfies(output -> {
        int last = output.step();
        assertThat(plan.steps()).anySatisfy(step -> {
          assertThat(step.id()).isEqualTo(last);
          assertThat(step.text()).startsWith("map");
        });
      });
    }
  }

  @Test
  void whatATransformIsGivenKeepsItsOwnSteps() {
    try (StreamingTest test = StreamingTest.create()) {
      test.input(List.of(List.of("a", "b")))
          .mapToPair(word -> Pair.of(word, 1))
          .reduceByKey(Integer::sum, 2)
          .transform(rdd -> rdd.map(pair -> pair.key()))
          .foreachRDD(rdd -> rdd.collect());
      PlanInfo plan = test.context().plan();
      test.runBatches(1);

      assertThat(test.events(StreamingEvent.BatchCompleted.class).get(0).batch().stages())
          .filteredOn(stage -> stage.reads().equals("shuffle"))
          .singleElement()
          .satisfies(stage -> assertThat(plan.steps())
              .filteredOn(step -> step.id() == stage.dataset())
              .extracting(PlanInfo.Step::text)
              .containsExactly("shuffle in 2 partitions"));
    }
  }
}
