package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.ErrorCode;
import io.sluice.api.Pair;
import io.sluice.api.SluiceException;
import io.sluice.testkit.Recorded;
import io.sluice.testkit.StreamingTest;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Shuffles for which memory has no room put out what they put out otherwise. */
class ShuffleSpillTest {

  private static final int BATCHES = 3;

  /** A record of the program's own. */
  record Order(String customer, int amount) implements Serializable {}

  @TempDir
  private Path directory = Path.of("");

  @ParameterizedTest
  @CsvSource({"1, 1", "1, 20000", "3, 1", "3, 20000"})
  void everyKindOfShuffleGivesTheSameWithoutRoom(int nodes, long memory) {
    List<List<List<String>>> expected = outputs(1, 0, false);

    assertThat(outputs(nodes, memory, false)).isEqualTo(expected);
    assertThat(outputs(nodes, memory, true)).isEqualTo(expected);
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void whatFindsNoRoomIsInAFileUntilTheBatchIsDone() {
    try (StreamingTest test = test(1, 1)) {
      String watched = directory.toString();
      Recorded<Long> files = test.output(orders(test)
          .repartition(2)
          .mapPartitions(records -> List.of(bytesBelow(Path.of(watched))).iterator()));

      test.runBatches(BATCHES);

      assertThat(files.records())
          .allSatisfy(sizes ->
              assertThat(sizes).allSatisfy(bytes -> assertThat(bytes).isBetween(1000L, 100_000L)));
      assertThat(bytesBelow(directory)).isLessThan(100_000);
    }
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void batchIsTriedAgainWhileTheDiskIsFullAndThenEndsWithWhatToDo() throws IOException {
    Path occupied = Files.writeString(directory.resolve("occupied"), "");
    try (StreamingTest test = StreamingTest.builder()
        .set("sluice.shuffle.memory", 1)
        .set("sluice.block.directory", occupied.toString())
        .build()) {
      test.output(orders(test).repartition(2));

      assertThatThrownBy(() -> test.runBatches(1))
          .isInstanceOfSatisfying(
              SluiceException.class,
              full -> assertThat(full.code()).isEqualTo(ErrorCode.STORAGE_FULL))
          .hasMessageContaining("sluice.shuffle.memory")
          .hasMessageContaining("occupied")
          .hasMessageContaining("attempt 4 of 4");
    }
  }

  @ParameterizedTest
  @CsvSource({"1", "3"})
  void nothingIsLeftOutWhenTheDiskWasFullForAWhile(int nodes) throws IOException {
    Path blocks = Files.writeString(directory.resolve("occupied"), "");
    try (StreamingTest test = StreamingTest.builder()
        .nodes(nodes)
        .set("sluice.shuffle.memory", 1)
        .set("sluice.task.on-failure", "skip")
        .set("sluice.block.directory", blocks.toString())
        .faults((worker, batch, stage, partition, attempt) -> {
          if (attempt == 3) {
            Files.deleteIfExists(blocks);
          }
        })
        .build()) {
      Recorded<Pair<String, Integer>> sums = test.output(pairs(test).reduceByKey(Integer::sum));

      test.runBatches(1);

      assertThat(sums.records().get(0).stream().mapToInt(Pair::value).sum())
          .isEqualTo(ordersOf(0).stream().mapToInt(Order::amount).sum());
    }
  }

  private List<List<List<String>>> outputs(int nodes, long memory, boolean failing) {
    try (StreamingTest test = test(nodes, memory)) {
      if (failing) {
        test.failTask(0, 1, 1);
        test.failTask(1, 0, 2);
      }
      PairDStream<String, Integer> pairs = pairs(test);
      List<Recorded<?>> recorded = List.of(
          test.output(orders(test).countByValue()),
          test.output(pairs.reduceByKey(Integer::sum)),
          test.output(pairs.groupByKey().mapValues(values -> sorted(values))),
          test.output(
              pairs.combineByKey(value -> (long) value, (sum, value) -> sum + value, Long::sum)),
          test.output(pairs.join(pairs.reduceByKey(Integer::sum))),
          test.output(pairs.transformToPair(rdd -> rdd.sortByKey())),
          test.output(pairs.reduceByKeyAndWindow(
              Integer::sum, java.time.Duration.ofSeconds(2), java.time.Duration.ofSeconds(1))));
      test.runBatches(BATCHES);
      return recorded.stream()
          .map(output -> output.records().stream()
              .map(batch -> batch.stream().map(String::valueOf).sorted().toList())
              .collect(Collectors.toList()))
          .collect(Collectors.toList());
    }
  }

  private StreamingTest test(int nodes, long memory) {
    return StreamingTest.builder()
        .nodes(nodes)
        .set("sluice.shuffle.memory", memory)
        .set("sluice.block.directory", directory.toString())
        .set("sluice.batch.partitions", 4)
        .build();
  }

  private static DStream<Order> orders(StreamingTest test) {
    return test.input(List.of(ordersOf(0), ordersOf(1), ordersOf(2)), 4);
  }

  private static PairDStream<String, Integer> pairs(StreamingTest test) {
    return orders(test).mapToPair(order -> Pair.of(order.customer, order.amount));
  }

  private static List<Order> ordersOf(int batch) {
    List<Order> orders = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      orders.add(new Order("customer-" + (i * 7 + batch) % 50, i));
    }
    return orders;
  }

  private static List<Integer> sorted(Iterable<Integer> values) {
    List<Integer> sorted = new ArrayList<>();
    values.forEach(sorted::add);
    sorted.sort(null);
    return sorted;
  }

  private static long bytesBelow(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      return files
          .mapToLong(file -> file.toFile().isFile() ? file.toFile().length() : 0)
          .sum();
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }
}
