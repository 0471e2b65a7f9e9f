package io.sluice.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.DStreamLike;
import io.sluice.RDD;
import io.sluice.api.Faults;
import io.sluice.testkit.Recorded;
import io.sluice.testkit.StreamingTest;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/**
 * A random program puts out the same however it is partitioned, on however many nodes, whatever fails. One that does
 * not is reduced and printed in the language of the files, with its seed: {@code -Dsluice.seed} runs it again.
 */
class RandomProgramsTest {

  private static final int BATCHES = 6;
  private static final int MAX_REDUCING_RUNS = 300;

  /**
   * How a program is run.
   *
   * @param killAt before which task, counted from 1, its node is killed; 0 for never
   * @param failEvery how many tasks go well between two that fail; 0 for all
   * @param shuffleMemory bytes of what shuffles bring that a node holds in memory; 0 for plenty
   */
  private record Way(
      int nodes,
      int inputPartitions,
      int partitions,
      int killAt,
      int failEvery,
      long shuffleMemory) {
    static final Way PLAIN = new Way(1, 1, 1, 0, 0, 0);
  }

  @RepeatedTest(15)
  void outputDoesNotDependOnPartitionsAndNodes() {
    check(random ->
        new Way(1 + random.nextInt(4), 1 + random.nextInt(4), 1 + random.nextInt(6), 0, 0, 0));
  }

  @RepeatedTest(15)
  void outputDoesNotDependOnFailingTasks() {
    check(random ->
        new Way(1 + random.nextInt(3), 2, 1 + random.nextInt(4), 0, 3 + random.nextInt(9), 0));
  }

  @RepeatedTest(15)
  void outputDoesNotDependOnAKilledNode() {
    check(random -> new Way(3, 2, 1 + random.nextInt(5), 1 + random.nextInt(40), 0, 0));
  }

  @RepeatedTest(15)
  void outputDoesNotDependOnRoomForShuffles() {
    check(random ->
        new Way(1 + random.nextInt(3), 2, 1 + random.nextInt(5), 0, 0, 1 + random.nextInt(3000)));
  }

  @Test
  void failingProgramIsReducedToWhatMakesItFail() {
    ObjectNode program = RandomProgram.of(new Random(11), BATCHES);
    while (!program.toString().contains("\"updateStateByKey\"")) {
      program = RandomProgram.of(new Random(program.hashCode()), BATCHES);
    }

    ObjectNode reduced = new Shrinker(
            candidate -> candidate.get("steps").toString().contains("updateStateByKey"), 10_000)
        .shrink(program);

    assertThat(reduced.get("steps")).hasSize(1);
    assertThat(reduced.get("batches").asInt()).isEqualTo(1);
    reduced
        .get("inputs")
        .forEach(input -> assertThat(input.get("batches")).allMatch(JsonNode::isEmpty));
  }

  private static void check(java.util.function.Function<Random, Way> ways) {
    long seed = Long.getLong("sluice.seed", System.nanoTime());
    Random random = new Random(seed);
    ObjectNode program = RandomProgram.of(random, BATCHES);
    Way way = ways.apply(random);
    if (!differs(program, way)) {
      return;
    }
    ObjectNode reduced =
        new Shrinker(candidate -> differs(candidate, way), MAX_REDUCING_RUNS).shrink(program);
    assertThat(outcome(reduced, way))
        .as("seed %d, %s, reduced to %s", seed, way, reduced)
        .isEqualTo(outcome(reduced, Way.PLAIN));
    throw new AssertionError(
        "Seed %d, %s differs only now and then: %s".formatted(seed, way, reduced));
  }

  private static boolean differs(ObjectNode program, Way way) {
    List<List<String>> expected;
    try {
      expected = run(program, Way.PLAIN);
    } catch (RuntimeException notAProgram) {
      return false;
    }
    return !expected.toString().equals(outcome(program, way));
  }

  private static String outcome(ObjectNode program, Way way) {
    try {
      return run(program, way).toString();
    } catch (RuntimeException | AssertionError failure) {
      return failure.toString();
    }
  }

  private static List<List<String>> run(JsonNode program, Way way) {
    CompletableFuture<StreamingTest> self = new CompletableFuture<>();
    AtomicInteger tasks = new AtomicInteger();
    Faults faults = (worker, batch, stage, partition, attempt) -> {
      int task = tasks.incrementAndGet();
      if (task == way.killAt) {
        self.join().killNode(worker);
      }
      if (way.failEvery > 0 && task % way.failEvery == 0 && attempt < 3) {
        throw new IllegalStateException("Task " + task + " failed on purpose");
      }
    };
    try (StreamingTest test = StreamingTest.builder()
        .nodes(way.nodes)
        .faults(faults)
        .set("sluice.batch.partitions", way.partitions)
        .set("sluice.shuffle.memory", way.shuffleMemory)
        .build()) {
      self.complete(test);
      Recorded<?> output =
          record(test, new ProgramBuilder(test, way.inputPartitions).build(program).stream());
      test.runBatches(program.get("batches").asInt());
      return output.batches().stream()
          .map(
              batch -> batch.records().stream().map(RecordType::actual).sorted().toList())
          .toList();
    }
  }

  private static <T, R extends RDD<T>> Recorded<T> record(
      StreamingTest test, DStreamLike<T, ?, R> stream) {
    return test.output(stream);
  }
}
