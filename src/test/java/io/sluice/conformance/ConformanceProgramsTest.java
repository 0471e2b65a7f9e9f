package io.sluice.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.DStreamLike;
import io.sluice.RDD;
import io.sluice.testkit.Recorded;
import io.sluice.testkit.StreamingTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every program of a directory puts out, batch by batch, what its file says. The system property
 * {@code sluice.conformance} names another directory.
 */
class ConformanceProgramsTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  static Stream<Arguments> programs() throws IOException {
    Path directory =
        Path.of(System.getProperty("sluice.conformance", "src/test/resources/conformance"));
    try (Stream<Path> files = Files.list(directory)) {
      List<Path> programs =
          files.filter(file -> file.toString().endsWith(".json")).sorted().toList();
      assertThat(programs).as("programs in " + directory).isNotEmpty();
      return programs.stream()
          .flatMap(file -> Stream.of(Arguments.of(file, 1), Arguments.of(file, 3)));
    }
  }

  @ParameterizedTest(name = "{0} on {1} nodes")
  @MethodSource("programs")
  void programPutsOutWhatItsFileSays(Path file, int nodes) throws IOException {
    JsonNode program = JSON.readTree(file.toFile());
    int batches = program.get("batches").asInt();

    try (StreamingTest test = StreamingTest.builder().nodes(nodes).build()) {
      ProgramBuilder.Built last = new ProgramBuilder(test, 2).build(program);
      Recorded<?> output = record(test, last.stream());
      test.runBatches(batches);

      assertThat(actual(output))
          .as(file.getFileName() + ": " + program.get("steps"))
          .isEqualTo(expected(program.get("expected"), last.type()));
    }
  }

  private static <T, R extends RDD<T>> Recorded<T> record(
      StreamingTest test, DStreamLike<T, ?, R> stream) {
    return test.output(stream);
  }

  private static Map<Instant, List<String>> actual(Recorded<?> output) {
    Map<Instant, List<String>> batches = new TreeMap<>();
    output
        .batches()
        .forEach(batch -> batches.put(
            batch.time(),
            batch.records().stream().map(RecordType::actual).sorted().toList()));
    return batches;
  }

  private static Map<Instant, List<String>> expected(JsonNode expected, RecordType type) {
    Map<Instant, List<String>> batches = new TreeMap<>();
    for (int i = 0; i < expected.size(); i++) {
      if (!expected.get(i).isNull()) {
        List<String> records = new ArrayList<>();
        expected.get(i).forEach(record -> records.add(type.expected(record)));
        records.sort(null);
        batches.put(Instant.ofEpochSecond(i + 1), records);
      }
    }
    return batches;
  }
}
