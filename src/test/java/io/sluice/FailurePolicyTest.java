package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.ErrorCode;
import io.sluice.api.Pair;
import io.sluice.api.SluiceException;
import io.sluice.api.StreamingEvent;
import io.sluice.testkit.Recorded;
import io.sluice.testkit.StreamingTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FailurePolicyTest {

  private static final List<List<String>> INPUT =
      List.of(List.of("1", "2"), List.of("3", "bad", "5", "6"), List.of("7", "8"));

  @TempDir
  private Path directory = Path.of("");

  @Test
  void batchGoesOnWithoutThePartitionThatFailsAndItsRecordsCanBeReadBack() throws Exception {
    try (StreamingTest test = deadLetters(1)) {
      Recorded<Integer> numbers = test.output(test.input(INPUT, 2).map(Integer::parseInt));

      test.runBatches(3);

      assertThat(numbers.records()).containsExactly(List.of(1, 2), List.of(5, 6), List.of(7, 8));
      StreamingEvent.InputSkipped skipped =
          test.events(StreamingEvent.InputSkipped.class).get(0);
      assertThat(skipped.skipped().batchTime().getEpochSecond()).isEqualTo(2);
      assertThat(skipped.skipped().reason()).contains("bad");
      List<Path> files = files(".obj");
      assertThat(files).hasSize(1);
      assertThat(files.get(0).getParent()).endsWith(Path.of("batch-2000"));
      assertThat(files.get(0)).hasFileName(skipped.skipped().inputs().get(0) + ".obj");
      assertThat(test.context().<String>objectFile(files.get(0).toString()).collect())
          .containsExactly("3", "bad");
      assertThat(files(".txt"))
          .singleElement()
          .satisfies(reason -> assertThat(Files.readString(reason)).contains("\"bad\""));
    }
  }

  @Test
  void skippedInputIsGoneWithoutATrace() throws Exception {
    try (StreamingTest test =
        StreamingTest.builder().set("sluice.task.on-failure", "skip").build()) {
      Recorded<Integer> numbers = test.output(test.input(INPUT, 2).map(Integer::parseInt));

      test.runBatches(3);

      assertThat(numbers.records()).containsExactly(List.of(1, 2), List.of(5, 6), List.of(7, 8));
      assertThat(test.events(StreamingEvent.InputSkipped.class))
          .singleElement()
          .matches(event -> event.skipped().directory().isEmpty());
    }
  }

  @Test
  void partitionOfAShuffleIsLeftOutUnmerged() throws Exception {
    try (StreamingTest test = deadLetters(3)) {
      Recorded<Pair<String, Integer>> sums = test.output(
          test.input(List.of(List.of("1", "2"), List.of("bad", "4"), List.of("5", "6")), 2)
              .mapToPair(text -> Pair.of("k", text.length()))
              .reduceByKey((left, right) -> {
                if (left + right > 2) {
                  throw new IllegalStateException("too much");
                }
                return left + right;
              }));

      test.runBatches(3);

      assertThat(sums.records())
          .containsExactly(List.of(Pair.of("k", 2)), List.of(), List.of(Pair.of("k", 2)));
      Path file = files(".obj").get(0);
      assertThat(file.getFileName().toString()).startsWith("shuffle-");
      assertThat(
              test.context().<Pair<String, Integer>>objectFile(file.toString()).collect())
          .containsExactlyInAnyOrder(Pair.of("k", 3), Pair.of("k", 1));
    }
  }

  @Test
  void stateOfAPartitionThatFailsStaysAsItWasAndGoesOn() {
    try (StreamingTest test = deadLetters(2)) {
      Recorded<Pair<String, Integer>> totals = test.output(test.input(
              List.of(List.of("a", "b"), List.of("a", "bad"), List.of("a", "b")), 1)
          .mapToPair(text -> Pair.of(text.substring(0, 1), text))
          .updateStateByKey(
              (values, state) -> {
                if (values.contains("bad")) {
                  throw new IllegalStateException("bad");
                }
                return Optional.of(state.orElse(0) + values.size());
              },
              1));

      test.runBatches(3);

      assertThat(totals.records().get(1))
          .containsExactlyInAnyOrder(Pair.of("a", 1), Pair.of("b", 1));
      assertThat(totals.records().get(2))
          .containsExactlyInAnyOrder(Pair.of("a", 2), Pair.of("b", 2));
    }
  }

  @Test
  void windowHasEverythingButWhatFailed() throws Exception {
    try (StreamingTest test = deadLetters(3)) {
      Recorded<Pair<String, Integer>> window = test.output(test.input(INPUT, 2)
          .mapToPair(text -> Pair.of("sum", Integer.parseInt(text)))
          .reduceByKeyAndWindow(
              Integer::sum, (a, b) -> a - b, Duration.ofSeconds(3), Duration.ofSeconds(1)));
      test.beforeBatch(3, () -> test.killNode("node-2"));

      test.runBatches(3);

      assertThat(window.records().get(1)).containsExactly(Pair.of("sum", 14));
      assertThat(window.records().get(2)).containsExactly(Pair.of("sum", 29));
      assertThat(files(".obj")).hasSize(1);
    }
  }

  @Test
  void twoOutputsThatFailOnTheSameRecordsWriteThemOnce() throws Exception {
    try (StreamingTest test = deadLetters(1)) {
      var texts = test.input(INPUT, 2);
      Recorded<Integer> numbers = test.output(texts.map(Integer::parseInt));
      Recorded<Long> longs = test.output(texts.map(Long::parseLong));

      test.runBatches(2);

      assertThat(numbers.records().get(1)).containsExactly(5, 6);
      assertThat(longs.records().get(1)).containsExactly(5L, 6L);
      assertThat(files(".obj")).hasSize(1);
    }
  }

  @Test
  void contextEndsIfDeadLettersCannotBeWritten() throws Exception {
    Files.writeString(directory.resolve("occupied"), "");
    try (StreamingTest test = StreamingTest.builder()
        .set("sluice.task.on-failure", "dead-letter")
        .set("sluice.task.dead-letter-directory", directory.resolve("occupied").toString())
        .build()) {
      test.output(test.input(INPUT, 2).map(Integer::parseInt));

      assertThatThrownBy(() -> test.runBatches(3))
          .isInstanceOfSatisfying(
              SluiceException.class,
              failure -> assertThat(failure.code()).isEqualTo(ErrorCode.STORAGE_FULL))
          .hasMessageContaining("occupied")
          .hasMessageContaining("sluice.task.dead-letter-directory");
    }
  }

  private StreamingTest deadLetters(int nodes) {
    return StreamingTest.builder()
        .nodes(nodes)
        .set("sluice.task.on-failure", "dead-letter")
        .set("sluice.task.dead-letter-directory", directory.toString())
        .build();
  }

  private List<Path> files(String ending) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(file -> file.toString().endsWith(ending)).toList();
    }
  }
}
