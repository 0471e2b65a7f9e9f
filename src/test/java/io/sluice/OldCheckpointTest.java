package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.ErrorCode;
import io.sluice.api.Pair;
import io.sluice.api.SluiceException;
import io.sluice.testkit.Recorded;
import io.sluice.testkit.StreamingTest;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A context goes on from what an earlier build has written. {@code checkpoint-format-1} was written by {@link #write}, with
 * {@code -Dsluice.checkpoint.write=true}, and stays as it is; a new format gets a directory of its own beside it.
 */
class OldCheckpointTest {

  private static final Path WRITTEN = Path.of("src/test/resources/checkpoint-format-1");
  private static final int BATCHES = 3;

  /** State of a class of the program. */
  static final class Visits implements Serializable {
    private static final long serialVersionUID = 1L;
    private int count;
    private String last = "";
    private List<Long> seconds = List.of();

    Visits with(String place, long second) {
      Visits next = new Visits();
      next.count = count + 1;
      next.last = place;
      next.seconds = Stream.concat(seconds.stream(), Stream.of(second)).toList();
      return next;
    }

    @Override
    public String toString() {
      return count + " last " + last + " at " + seconds;
    }
  }

  private record Outputs(
      Recorded<Pair<String, Visits>> visits, Recorded<Pair<String, Integer>> window) {
    List<String> lastVisits() {
      return visits.records().get(visits.records().size() - 1).stream()
          .map(String::valueOf)
          .sorted()
          .toList();
    }
  }

  @TempDir
  private Path directory = Path.of("");

  @Test
  @EnabledIfSystemProperty(named = "sluice.checkpoint.write", matches = "true")
  void write() {
    try (StreamingTest test = test(WRITTEN, Instant.EPOCH)) {
      Outputs outputs = program(test);
      test.runBatches(BATCHES);
      assertThat(outputs.lastVisits()).contains("(ann,3 last place-3 at [1, 2, 3])");
      test.killAll();
    }
  }

  @Test
  void contextGoesOnFromWhatTheFirstFormatHas() throws IOException {
    copyWritten();
    try (StreamingTest test = test(directory, Instant.ofEpochSecond(BATCHES))) {
      Outputs outputs = program(test);

      test.runBatches(2);

      assertThat(outputs.lastVisits())
          .containsExactly(
              "(ann,5 last place-5 at [1, 2, 3, 4, 5])", "(bob,3 last place-5 at [1, 3, 5])");
      assertThat(outputs.window.records().get(0))
          .containsExactlyInAnyOrder(Pair.of("ann", 3), Pair.of("bob", 1));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ledger", "state"})
  void newerFormatIsRefusedByName(String part) throws IOException {
    copyWritten();
    Path file = firstFile(directory.resolve("test").resolve(part));
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.seek(Long.BYTES);
      bytes.writeInt(2);
    }

    assertThatThrownBy(() -> runOne(directory))
        .isInstanceOfSatisfying(
            SluiceException.class,
            refused -> assertThat(refused.code()).isEqualTo(ErrorCode.CHECKPOINT_FAILED))
        .hasMessageContaining(file.toString())
        .hasMessageContaining("another version of Sluice")
        .hasMessageContaining("format 2, this is format 1");
  }

  private static void runOne(Path directory) {
    try (StreamingTest test = test(directory, Instant.ofEpochSecond(BATCHES))) {
      Outputs unused = program(test);
      test.runBatches(1);
    }
  }

  private static StreamingTest test(Path directory, Instant start) {
    return StreamingTest.builder()
        .startTime(start)
        .set("sluice.checkpoint.directory", directory.toString())
        .set("sluice.batch.partitions", 2)
        .build();
  }

  /** Ann comes in every second, Bob in every other one. */
  private static Outputs program(StreamingTest test) {
    StreamingContext context = test.context();
    PairDStream<String, String> visits = context
        .queueStream(new ArrayDeque<RDD<String>>())
        .transform((none, time) -> context.parallelize(
            time.getEpochSecond() % 2 == 0 ? List.of("ann") : List.of("ann", "bob"), 1))
        .transformToPair((names, time) ->
            names.mapToPair(name -> Pair.of(name, "place-" + time.getEpochSecond())));
    return new Outputs(
        test.output(visits
            .updateStateByKey((List<String> places, Optional<Visits> state) -> {
              Visits next = state.orElseGet(Visits::new);
              for (String place : places) {
                next = next.with(place, Long.parseLong(place.substring("place-".length())));
              }
              return Optional.of(next);
            })
            .named("visits")),
        test.output(visits
            .mapValues(place -> 1)
            .reduceByKeyAndWindow(
                Integer::sum,
                (all, gone) -> all - gone,
                Duration.ofSeconds(3),
                Duration.ofSeconds(1))
            .named("window")));
  }

  private void copyWritten() throws IOException {
    try (Stream<Path> found = Files.walk(WRITTEN)) {
      found.filter(Files::isRegularFile).forEach(file -> {
        Path target = directory.resolve(WRITTEN.relativize(file));
        try {
          Files.createDirectories(target.getParent());
          Files.copy(file, target);
        } catch (IOException failure) {
          throw new UncheckedIOException(failure);
        }
      });
    }
  }

  private static Path firstFile(Path directory) throws IOException {
    try (Stream<Path> found = Files.list(directory)) {
      return found.sorted().findFirst().orElseThrow();
    }
  }
}
