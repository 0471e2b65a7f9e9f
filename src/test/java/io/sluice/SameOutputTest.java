package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.Faults;
import io.sluice.api.Pair;
import io.sluice.testkit.Recorded;
import io.sluice.testkit.StreamingTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.RepeatedTest;

/** Whatever the program and its input: one node, and three with failing tasks or a killed node, give the same output. */
class SameOutputTest {

  private static final int BATCHES = 5;

  /** A step of a random program, with the name under which a failure reports it. */
  private record Step(String name, UnaryOperator<DStream<Integer>> apply) {}

  /** What goes wrong in a run: from the beginning, by plan, and how it is told that it did. */
  private record Trouble(
      Function<CompletableFuture<StreamingTest>, Faults> faults,
      Consumer<StreamingTest> plan,
      Consumer<StreamingTest> check) {

    static final Trouble NONE = new Trouble(test -> Faults.NONE, test -> {}, test -> {});
  }

  @RepeatedTest(12)
  void outputDoesNotDependOnTheNumberOfNodesNorOnATaskThatFailsOnce() {
    compareWith(random -> new Trouble(
        test -> Faults.NONE,
        test -> {
          test.failTask(0, 0, 1);
          test.failTask(1, random.nextInt(2), 1);
        },
        test -> assertThat(test.failedTasks()).isPositive()));
  }

  @RepeatedTest(12)
  void outputDoesNotDependOnANodeThatIsKilledBeforeSomeTask() {
    compareWith(random -> {
      AtomicInteger tasksLeft = new AtomicInteger(1 + random.nextInt(12));
      return new Trouble(
          test -> (worker, batch, stage, partition, attempt) -> {
            if (tasksLeft.decrementAndGet() == 0) {
              test.join().killNode(worker);
            }
          },
          test -> {},
          test -> assertThat(test.nodes()).hasSize(tasksLeft.get() > 0 ? 3 : 2));
    });
  }

  private static void compareWith(Function<Random, Trouble> trouble) {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<List<Integer>> input = randomInput(random);
    List<Step> program = randomProgram(random);
    int partitions = 1 + random.nextInt(4);
    String what = "seed %d: %s in %d partitions of %s"
        .formatted(seed, program.stream().map(Step::name).toList(), partitions, input);

    List<List<Integer>> expected = run(1, input, partitions, program, Trouble.NONE);
    List<List<Integer>> actual;
    try {
      actual = run(3, input, partitions, program, trouble.apply(random));
    } catch (RuntimeException failure) {
      throw new AssertionError(what, failure);
    }

    assertThat(actual).as(what).isEqualTo(expected);
    assertThat(expected).as(what).hasSize(BATCHES);
  }

  private static List<List<Integer>> run(
      int nodes, List<List<Integer>> input, int partitions, List<Step> program, Trouble trouble) {
    CompletableFuture<StreamingTest> self = new CompletableFuture<>();
    try (StreamingTest test =
        StreamingTest.builder().nodes(nodes).faults(trouble.faults.apply(self)).build()) {
      self.complete(test);
      DStream<Integer> stream = test.input(input, partitions);
      for (Step step : program) {
        stream = step.apply.apply(stream);
      }
      Recorded<Integer> output = test.output(stream);
      trouble.plan.accept(test);

      test.runBatches(BATCHES);

      trouble.check.accept(test);
      return output.records().stream().map(Conformance::sorted).toList();
    }
  }

  private static List<List<Integer>> randomInput(Random random) {
    List<List<Integer>> input = new ArrayList<>();
    for (int batch = 0; batch < BATCHES; batch++) {
      List<Integer> records = new ArrayList<>();
      for (int i = random.nextInt(20); i > 0; i--) {
        records.add(random.nextInt(10));
      }
      input.add(records);
    }
    return input;
  }

  private static List<Step> randomProgram(Random random) {
    List<Step> program = new ArrayList<>();
    for (int i = 1 + random.nextInt(4); i > 0; i--) {
      program.add(randomStep(random));
    }
    return program;
  }

  private static Step randomStep(Random random) {
    int number = 1 + random.nextInt(5);
    Duration length = Duration.ofSeconds(1 + random.nextInt(3));
    Duration slide = Duration.ofSeconds(1);
    return switch (random.nextInt(12)) {
      case 0 -> new Step("map", s -> s.map(x -> x * 3 + 1));
      case 1 -> new Step("filter", s -> s.filter(x -> x % 3 != 0));
      case 2 -> new Step("flatMap", s -> s.flatMap(x -> List.of(x, x + 1).iterator()));
      case 3 -> new Step("repartition " + number, s -> s.repartition(number));
      case 4 -> new Step("union", s -> s.union(s.map(x -> x + 5)));
      case 5 ->
        new Step("reduceByKey " + number, s -> flat(keyed(s).reduceByKey(Integer::sum, number)));
      case 6 ->
        new Step(
            "groupByKey " + number,
            s -> flat(keyed(s).groupByKey(number).mapValues(SameOutputTest::sum)));
      case 7 -> new Step("window " + length, s -> s.window(length));
      case 8 ->
        new Step(
            "reduceByKeyAndWindow " + length,
            s -> flat(keyed(s).reduceByKeyAndWindow(Integer::sum, length, slide, number)));
      case 9 ->
        new Step(
            "reduceByKeyAndWindow with inverse " + length,
            s -> flat(keyed(s)
                .reduceByKeyAndWindow(
                    Integer::sum, (total, gone) -> total - gone, length, slide, number)));
      case 10 -> new Step("transform distinct", s -> s.transform(rdd -> rdd.distinct()));
      default -> new Step("countByWindow", s -> s.countByWindow(length, slide).map(Long::intValue));
    };
  }

  private static PairDStream<Integer, Integer> keyed(DStream<Integer> stream) {
    return stream.mapToPair(x -> Pair.of(x % 4, x));
  }

  private static DStream<Integer> flat(PairDStream<Integer, Integer> stream) {
    return stream.map(pair -> pair.key() + 10 * pair.value());
  }

  private static Integer sum(Iterable<Integer> values) {
    int sum = 0;
    for (int value : values) {
      sum += value;
    }
    return sum;
  }
}
