package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.Batch;
import io.sluice.api.BatchPartition;
import io.sluice.api.Pair;
import io.sluice.api.SaveOptions;
import io.sluice.testkit.StreamingTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Outputs that are told which batch, and which partition of it, they get. */
class BatchOutputsTest {

  private static final Map<BatchPartition, List<Integer>> WRITTEN = new ConcurrentHashMap<>();

  @Test
  void foreachBatchGetsTheBatchAndItsRecords() {
    List<Pair<Batch, List<Integer>>> seen = new ArrayList<>();
    try (StreamingTest test = StreamingTest.create()) {
      test.input(List.of(List.of(1, 2), List.of(3)), 2)
          .foreachBatch((rdd, batch) -> seen.add(Pair.of(batch, rdd.collect())));

      test.runBatches(2);
    }

    assertThat(seen)
        .containsExactly(
            Pair.of(new Batch(1, Instant.ofEpochSecond(1)), List.of(1, 2)),
            Pair.of(new Batch(2, Instant.ofEpochSecond(2)), List.of(3)));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void foreachBatchPartitionIsToldBatchPartitionAndAttempt(int nodes) {
    WRITTEN.clear();
    try (StreamingTest test = StreamingTest.builder().nodes(nodes).build()) {
      DStream<Integer> input = test.input(List.of(List.of(1, 2), List.of(3, 4)), 2);
      input.union(input.map(x -> -x)).foreachBatchPartition((records, partition) -> {
        List<Integer> all = new ArrayList<>();
        records.forEachRemaining(all::add);
        WRITTEN.put(partition, all);
        if (partition.partition() == 3 && partition.batchId() == 2 && partition.attempt() < 3) {
          throw new IllegalStateException("made to fail");
        }
      });

      test.runBatches(2);
    }

    Instant first = Instant.ofEpochSecond(1);
    Instant second = Instant.ofEpochSecond(2);
    assertThat(WRITTEN)
        .containsOnly(
            Map.entry(new BatchPartition(1, first, 0, 1), List.of(1)),
            Map.entry(new BatchPartition(1, first, 1, 1), List.of(2)),
            Map.entry(new BatchPartition(1, first, 2, 1), List.of(-1)),
            Map.entry(new BatchPartition(1, first, 3, 1), List.of(-2)),
            Map.entry(new BatchPartition(2, second, 0, 1), List.of(3)),
            Map.entry(new BatchPartition(2, second, 1, 1), List.of(4)),
            Map.entry(new BatchPartition(2, second, 2, 1), List.of(-3)),
            Map.entry(new BatchPartition(2, second, 3, 1), List.of(-4)),
            Map.entry(new BatchPartition(2, second, 3, 2), List.of(-4)),
            Map.entry(new BatchPartition(2, second, 3, 3), List.of(-4)),
            Map.entry(new BatchPartition(2, second, 1, 2), List.of(4)),
            Map.entry(new BatchPartition(2, second, 1, 3), List.of(4)));
  }

  @Test
  void saveAsObjectFilesWritesADirectoryABatch(@TempDir Path directory) {
    String prefix = directory.resolve("numbers").toString();
    try (StreamingTest test = StreamingTest.create()) {
      test.input(List.of(List.of(1, 2), List.of(3)), 2).saveAsObjectFiles(prefix, "obj");
      test.input(List.of(List.of("a")))
          .saveAsObjectFiles(directory.resolve("words").toString());

      test.runBatches(2);

      StreamingContext context = test.context();
      assertThat(context.objectFile(prefix + "-1000.obj").collect()).isEqualTo(List.of(1, 2));
      assertThat(context.objectFile(prefix + "-2000.obj").collect()).isEqualTo(List.of(3));
      assertThat(context.objectFile(directory + "/words-1000").collect()).isEqualTo(List.of("a"));
    }
  }

  @Test
  void emptyBatchesAreNotSavedIfSoChosen(@TempDir Path directory) throws Exception {
    SaveOptions options = SaveOptions.usual().suffix("d").skipEmptyBatches();
    try (StreamingTest test = StreamingTest.builder().nodes(2).build()) {
      DStream<Integer> input = test.input(List.of(List.of(1), List.of(), List.of(2)), 2);
      input.saveAsTextFiles(directory.resolve("text").toString(), options);
      input.saveAsObjectFiles(directory.resolve("objects").toString(), options);
      input.saveAsTextFiles(directory.resolve("all").toString());

      test.runBatches(3);
    }

    assertThat(names(directory))
        .containsExactly(
            "all-1000",
            "all-2000",
            "all-3000",
            "objects-1000.d",
            "objects-3000.d",
            "text-1000.d",
            "text-3000.d");
  }

  @Test
  void aFileThatCouldNotBeFinishedLeavesNothingBehind(@TempDir Path directory) throws Exception {
    try (StreamingTest test = StreamingTest.create()) {
      test.input(List.of(List.of(1, 0, 2), List.of(1)))
          .map(number -> {
            if (number == 0 && TaskContext.current().attempt() == 1) {
              throw new IllegalStateException("in the middle of a file");
            }
            return number;
          })
          .saveAsTextFiles(directory.resolve("text").toString());

      test.runBatches(1);
    }

    assertThat(names(directory.resolve("text-1000"))).containsExactly("_SUCCESS", "part-00000");
    assertThat(Files.readAllLines(directory.resolve("text-1000/part-00000")))
        .containsExactly("1", "0", "2");
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
