package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.ErrorCode;
import io.sluice.api.Pair;
import io.sluice.api.ReplayedBatch;
import io.sluice.api.SluiceException;
import io.sluice.testkit.Recorded;
import io.sluice.testkit.StreamingTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class ReplayTest {

  private static final int BATCHES = 6;

  @TempDir
  private Path files;

  @TempDir
  private Path checkpoints;

  private final List<String> carriedOut = new ArrayList<>();
  private final Map<Instant, List<Object>> totals = new TreeMap<>();
  private final Map<Instant, List<Object>> windows = new TreeMap<>();

  private StreamingTest test(int nodes) {
    return StreamingTest.builder()
        .nodes(nodes)
        .set("sluice.checkpoint.directory", checkpoints.toString())
        .set("sluice.batch.partitions", 4)
        .build();
  }

  /** Totals of the numbers in files, and a window over them. */
  private List<Recorded<Pair<String, Integer>>> write(StreamingTest test, int factor) {
    PairDStream<String, Integer> numbers = test.context()
        .textFileStream(files.toString())
        .mapToPair(line -> Pair.of("all", factor * Integer.parseInt(line)));
    Recorded<Pair<String, Integer>> sums = test.output(numbers
        .updateStateByKey((List<Integer> values, Optional<Integer> state) -> Optional.of(
            state.orElse(0) + values.stream().mapToInt(Integer::intValue).sum()))
        .named("sums"));
    Recorded<Pair<String, Integer>> window = test.output(
        numbers.reduceByKeyAndWindow(Integer::sum, Duration.ofSeconds(3), Duration.ofSeconds(1)));
    numbers.foreachRDD((rdd, time) -> carriedOut.add(time.toString()));
    return List.of(sums, window);
  }

  private void run(int nodes) {
    try (StreamingTest test = test(nodes)) {
      List<Recorded<Pair<String, Integer>>> recorded = write(test, 1);
      for (int batch = 1; batch <= BATCHES; batch++) {
        file(batch);
        test.runBatches(1);
      }
      recorded.get(0).batches().forEach(batch -> totals.put(batch.time(), asObjects(batch)));
      recorded.get(1).batches().forEach(batch -> windows.put(batch.time(), asObjects(batch)));
      test.killAll();
    }
    carriedOut.clear();
  }

  private static List<Object> asObjects(Recorded.Batch<?> batch) {
    return new ArrayList<>(batch.records());
  }

  private void file(int number) {
    try {
      Path unfinished = Files.writeString(files.resolve(".unfinished"), number + "\n");
      Files.move(unfinished, files.resolve("" + number), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }

  private ReplayedBatch replay(Instant time, int factor) throws InterruptedException {
    try (StreamingTest test = test(1)) {
      write(test, factor);
      return test.context().replay(time);
    }
  }

  private Map<Path, Long> directory() {
    Map<Path, Long> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(checkpoints)) {
      all.filter(Files::isRegularFile)
          .forEach(file -> files.put(file, file.toFile().length()));
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
    return files;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void everyBatchPutsOutAgainWhatItDid(int nodes) throws InterruptedException {
    run(nodes);
    Map<Path, Long> before = directory();
    file(100);

    for (int batch = 1; batch <= BATCHES; batch++) {
      Instant time = Instant.ofEpochSecond(batch);
      ReplayedBatch replayed = replay(time, 1);

      assertThat(replayed.outputs())
          .containsOnlyKeys("foreachRDD-0", "foreachRDD-1", "foreachRDD-2")
          .containsEntry("foreachRDD-0", totals.get(time))
          .containsEntry("foreachRDD-1", windows.get(time))
          .containsEntry("foreachRDD-2", List.of(Pair.of("all", batch)));
    }

    assertThat(carriedOut).as("outputs are collected instead").isEmpty();
    assertThat(directory()).as("nothing is changed").isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void aBatchIsRunAgainBesideTheContextThatRuns(int nodes) throws InterruptedException {
    try (StreamingTest test = test(nodes)) {
      List<Recorded<Pair<String, Integer>>> recorded = write(test, 1);
      for (int batch = 1; batch <= BATCHES; batch++) {
        file(batch);
        test.runBatches(1);
      }
      int carried = carriedOut.size();
      ReplayedBatch replayed = test.context().replayAside(Instant.ofEpochSecond(4));

      assertThat(replayed.outputs())
          .containsEntry("foreachRDD-0", asObjects(recorded.get(0).batches().get(3)))
          .containsEntry("foreachRDD-1", asObjects(recorded.get(1).batches().get(3)));
      assertThat(carriedOut).hasSize(carried);
      file(BATCHES + 1);
      test.runBatches(1);
      assertThat(asObjects(recorded.get(0).batches().get(BATCHES)))
          .containsExactly(Pair.of("all", 28));
    }
  }

  @Test
  void withoutADirectoryNothingCanBeRunAgain() {
    try (StreamingTest test = StreamingTest.create()) {
      test.input(List.of(List.of(1))).foreachRDD(rdd -> rdd.count());
      test.runBatches(1);

      assertThatThrownBy(() -> test.context().replayAside(Instant.ofEpochSecond(1)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("sluice.checkpoint.directory");
    }
  }

  @Test
  void anotherVersionOfTheProgramCanBeCompared() throws InterruptedException {
    run(1);

    ReplayedBatch changed = replay(Instant.ofEpochSecond(4), 10);

    assertThat(changed.outputs().get("foreachRDD-2")).containsExactly(Pair.of("all", 40));
    assertThat(changed.outputs().get("foreachRDD-0"))
        .as("state of the three batches before, made by the program that ran")
        .containsExactly(Pair.of("all", 1 + 2 + 3 + 40));
    assertThat(changed.toString())
        .contains("batch 1970-01-01T00:00:04Z", "output foreachRDD-2: 1 records", "  (all,40)");
  }

  @Test
  void batchThatIsNotThereIsRefusedAndThoseThatAreAreNamed() {
    run(1);

    assertThatThrownBy(() -> replay(Instant.ofEpochSecond(99), 1))
        .isInstanceOfSatisfying(
            SluiceException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.CHECKPOINT_FAILED))
        .hasMessageContaining("Batch 1970-01-01T00:01:39Z is not in the checkpoint")
        .hasMessageContaining("1970-01-01T00:00:06Z");
  }

  @Test
  void nothingIsKeptOfAContextThatNeverRan() {
    assertThatThrownBy(() -> replay(Instant.ofEpochSecond(1), 1))
        .hasMessageContaining("Nothing of context 'test' is kept in");
  }

  @Test
  void batchOfAContextThatRunsCanBeReplayed() throws InterruptedException {
    try (StreamingTest running = test(1)) {
      List<Recorded<Pair<String, Integer>>> recorded = write(running, 1);
      file(1);
      running.runBatches(1);
      file(2);
      running.runBatches(1);

      ReplayedBatch replayed = replay(Instant.ofEpochSecond(2), 1);

      assertThat(replayed.outputs().get("foreachRDD-0")).containsExactly(Pair.of("all", 3));
      file(3);
      running.runBatches(1);
      assertThat(recorded.get(0).records().get(2)).containsExactly(Pair.of("all", 6));
    }
  }

  @Test
  void inputThatWouldBeWrittenAwayIsOnlyLeftOut() throws Exception {
    run(1);
    Path letters = Files.createDirectory(files.resolve("letters"));

    try (StreamingTest test = StreamingTest.builder()
        .set("sluice.checkpoint.directory", checkpoints.toString())
        .set("sluice.checkpoint.drop-unclaimed", true)
        .set("sluice.task.on-failure", "dead-letter")
        .set("sluice.task.dead-letter-directory", letters.toString())
        .build()) {
      test.output(test.context()
          .textFileStream(files.toString())
          .map(line -> 1 / (Integer.parseInt(line) - 3)));
      ReplayedBatch replayed = test.context().replay(Instant.ofEpochSecond(3));

      assertThat(replayed.outputs()).containsEntry("foreachRDD-0", List.of());
    }

    try (Stream<Path> written = Files.list(letters)) {
      assertThat(written).isEmpty();
    }
  }

  @Test
  void failureOfTheBatchIsThatOfTheReplay() {
    run(1);

    assertThatThrownBy(() -> {
          try (StreamingTest test = test(1)) {
            test.output(test.context()
                .textFileStream(files.toString())
                .mapToPair(line -> Pair.of("all", 1 / (Integer.parseInt(line) - 3)))
                .updateStateByKey((List<Integer> values, Optional<Integer> state) -> state)
                .named("sums"));
            test.context().replay(Instant.ofEpochSecond(3));
          }
        })
        .hasMessageContaining("/ by zero");
  }
}
