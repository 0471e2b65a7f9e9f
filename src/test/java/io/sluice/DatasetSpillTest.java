package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.ErrorCode;
import io.sluice.api.Pair;
import io.sluice.api.SluiceException;
import io.sluice.testkit.Recorded;
import io.sluice.testkit.StreamingTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Datasets for which memory has no room are on disk as long as they are needed, and nothing is put out differently. */
class DatasetSpillTest {

  private static final int BATCHES = 5;
  private static final Duration SECOND = Duration.ofSeconds(1);

  @TempDir
  private Path directory = Path.of("");

  @ParameterizedTest
  @CsvSource({"1, 1", "1, 20000", "3, 1", "3, 20000"})
  void everyDatasetGivesTheSameWithoutRoom(int nodes, long memory) {
    List<List<List<String>>> expected = outputs(1, 0, false);

    assertThat(outputs(nodes, memory, false)).isEqualTo(expected);
    assertThat(outputs(nodes, memory, true)).isEqualTo(expected);
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void datasetIsInAFileUntilNoWindowNeedsIt() {
    try (StreamingTest test = test(1, 1)) {
      pairs(test).window(SECOND.multipliedBy(3), SECOND).count().foreachRDD(rdd -> {});

      test.runBatches(BATCHES);
      long filled = bytesBelow(directory);
      test.runBatches(BATCHES);

      assertThat(filled).isBetween(1_000L, 100_000L);
      assertThat(bytesBelow(directory)).isLessThan(filled / 2);
    }
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void batchIsTriedAgainWhileTheDiskIsFullAndThenEndsWithWhatToDo() throws IOException {
    Path occupied = Files.writeString(directory.resolve("occupied"), "");
    try (StreamingTest test = StreamingTest.builder()
        .set("sluice.block.memory", 1)
        .set("sluice.block.directory", occupied.toString())
        .build()) {
      test.output(pairs(test).window(SECOND.multipliedBy(3), SECOND));

      assertThatThrownBy(() -> test.runBatches(1))
          .isInstanceOfSatisfying(
              SluiceException.class,
              full -> assertThat(full.code()).isEqualTo(ErrorCode.STORAGE_FULL))
          .hasMessageContaining("sluice.block.directory")
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
        .set("sluice.block.memory", 1)
        .set("sluice.task.on-failure", "skip")
        .set("sluice.block.directory", blocks.toString())
        .faults((worker, batch, stage, partition, attempt) -> {
          if (attempt == 3) {
            Files.deleteIfExists(blocks);
          }
        })
        .build()) {
      Recorded<Long> counts =
          test.output(pairs(test).window(SECOND.multipliedBy(3), SECOND).count());

      test.runBatches(2);

      assertThat(counts.records()).containsExactly(List.of(300L), List.of(600L));
    }
  }

  private List<List<List<String>>> outputs(int nodes, long memory, boolean failing) {
    try (StreamingTest test = test(nodes, memory)) {
      if (failing) {
        test.failTask(0, 1, 1);
        test.failTask(1, 0, 2);
      }
      PairDStream<String, Integer> pairs = pairs(test);
      PairDStream<String, Integer> sums = pairs.reduceByKey(Integer::sum);
      PairDStream<String, Integer> totals = pairs.updateStateByKey((values, state) -> Optional.of(
          state.orElse(0) + values.stream().mapToInt(Integer::intValue).sum()));
      Duration window = SECOND.multipliedBy(3);
      List<Recorded<?>> recorded = List.of(
          test.output(pairs.window(window, SECOND)),
          test.output(sums.window(window, SECOND)),
          test.output(pairs.reduceByKeyAndWindow(Integer::sum, window, SECOND)),
          test.output(pairs.reduceByKeyAndWindow(
              Integer::sum, (sum, value) -> sum - value, window, SECOND)),
          test.output(totals),
          test.output(sums.transformToPair(rdd -> rdd.sortByKey())));
      test.runBatches(BATCHES);
      return recorded.stream()
          .map(output -> output.records().stream()
              .map(batch -> batch.stream().map(String::valueOf).sorted().toList())
              .toList())
          .toList();
    }
  }

  private StreamingTest test(int nodes, long memory) {
    return StreamingTest.builder()
        .nodes(nodes)
        .set("sluice.block.memory", memory)
        .set("sluice.block.directory", directory.toString())
        .set("sluice.batch.partitions", 4)
        .build();
  }

  private static PairDStream<String, Integer> pairs(StreamingTest test) {
    List<List<Pair<String, Integer>>> batches = IntStream.range(0, BATCHES)
        .mapToObj(batch -> IntStream.range(0, 300)
            .mapToObj(i -> Pair.of("customer-" + (i * 7 + batch) % 50, i))
            .toList())
        .toList();
    return test.pairInput(batches, 4);
  }

  private static long bytesBelow(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      return files
          .filter(Files::isRegularFile)
          .mapToLong(file -> file.toFile().length())
          .sum();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
