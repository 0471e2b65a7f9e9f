package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.Pair;
import io.sluice.checkpoint.SegmentFiles;
import io.sluice.checkpoint.StateArchive;
import io.sluice.plan.CheckpointPace;
import io.sluice.plan.Program;
import io.sluice.testkit.StreamingTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CheckpointIntervalTest {

  @TempDir
  private Path directory;

  private static PairDStream<String, Integer> counts(DStream<String> words) {
    return words
        .mapToPair(word -> Pair.of(word, 1))
        .updateStateByKey((values, state) -> Optional.of(state.orElse(0) + values.size()));
  }

  private static DStream<String> words(StreamingContext context) {
    return context.queueStream(new ArrayDeque<RDD<String>>());
  }

  private static CheckpointPace pace(
      DStreamLike<?, ?, ?> stream, Map<Integer, Long> given, Optional<Long> configured) {
    Program program = new Program(
        stream.context().batchInterval().toMillis(),
        List.of(new Program.Output(0, "out", stream.node(), stream.slideMillis())),
        Set.of(),
        0,
        Map.of(),
        given);
    return CheckpointPace.of(program, Set.of(stream.node().id()), configured);
  }

  @ParameterizedTest
  @CsvSource({"100, 1000, 2000", "1000, 10000, 2000", "10000, 100000, 20000"})
  void s7_defaultIsTenBatchesAndAnExplicitIntervalWins(
      long batchMillis, long byDefault, long explicit) {
    try (StreamingContext context =
        StreamingContext.local("s7-" + batchMillis, Duration.ofMillis(batchMillis))) {
      PairDStream<String, Integer> counts = counts(words(context));

      assertThat(pace(counts, Map.of(), Optional.empty()))
          .isEqualTo(new CheckpointPace(byDefault, Long.MAX_VALUE));
      assertThat(pace(counts, Map.of(), Optional.of(30_000L)))
          .isEqualTo(new CheckpointPace(30_000, Long.MAX_VALUE));
      Map<Integer, Long> given = Map.of(counts.node().id(), explicit);
      assertThat(pace(counts, given, Optional.of(30_000L)))
          .isEqualTo(new CheckpointPace(explicit, explicit));
    }
  }

  @Test
  void s7_streamIsWrittenWholeInItsInterval() throws IOException {
    assertThat(wholes(Optional.of(Duration.ofSeconds(2))))
        .as("batches 1, 3, 5, 7, 9")
        .isEqualTo(5);
  }

  @Test
  void s7_streamIsNotWrittenWholeBeforeTenBatchesWithoutOne() throws IOException {
    assertThat(wholes(Optional.empty())).isEqualTo(1);
  }

  /** How often the only partition was written whole in nine batches. */
  private int wholes(Optional<Duration> interval) throws IOException {
    List<List<String>> input = Collections.nCopies(9, List.of("a"));
    try (StreamingTest test = StreamingTest.builder()
        .set("sluice.checkpoint.directory", directory.toString())
        .set("sluice.batch.partitions", 1)
        .build()) {
      PairDStream<String, Integer> counts = counts(test.input(input));
      // Through a step after the state, as programs do.
      test.output(interval.map(counts.mapValues(count -> count + 1)::checkpoint).orElse(counts));
      test.runBatches(9);
    }

    Path state;
    try (Stream<Path> contexts = Files.list(directory)) {
      state = contexts.findFirst().orElseThrow().resolve("state");
    }
    StateArchive archive = StateArchive.read(SegmentFiles.disk(), state);
    Set<StateArchive.Start> starts = new HashSet<>();
    for (long batch = 1000; batch <= 9000; batch += 1000) {
      archive.chain(0, batch).ifPresent(chain -> starts.add(chain.start()));
    }
    return starts.size();
  }

  @Test
  void checkpointTakesOnlyMultiplesOfTheSlide() {
    try (StreamingContext context = StreamingContext.local("multiples", Duration.ofSeconds(1))) {
      PairDStream<String, Integer> counts = counts(words(context));

      for (Duration wrong : List.of(
          Duration.ZERO,
          Duration.ofSeconds(-2),
          Duration.ofMillis(1500),
          Duration.ofSeconds(1).plusNanos(1))) {
        assertThatThrownBy(() -> counts.checkpoint(wrong))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining(
                "a stream that slides by 1 s; it must be a positive multiple of it, for example 10 s");
      }
    }
  }
}
