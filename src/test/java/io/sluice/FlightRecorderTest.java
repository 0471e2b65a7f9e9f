package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.Pair;
import io.sluice.testkit.StreamingTest;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.MDC;

/** What Flight Recorder and log lines are told of batches and tasks. */
class FlightRecorderTest {

  @Test
  void batchesStagesAndTasksAreRecorded(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("batches.jfr");
    try (Recording recording = new Recording();
        StreamingTest test = StreamingTest.create()) {
      List.of("Batch", "Stage", "Task").forEach(kind -> recording.enable("io.sluice." + kind));
      recording.start();
      test.input(List.of(List.of("a", "b"), List.of("a")))
          .mapToPair(word -> Pair.of(word, 1))
          .reduceByKey(Integer::sum, 1)
          .foreachRDD(rdd -> rdd.count());
      test.runBatches(2);
      // The driver records a batch after it has told of its end.
      test.context().stop(true);
      recording.dump(file);
    }
    Map<String, List<RecordedEvent>> events = RecordingFile.readAllEvents(file).stream()
        .collect(Collectors.groupingBy(event -> event.getEventType().getName()));

    assertThat(events.getOrDefault("io.sluice.Batch", List.of()))
        .extracting(event -> event.getLong("batch"))
        .containsExactlyInAnyOrder(1000L, 2000L);
    assertThat(events.getOrDefault("io.sluice.Stage", List.of()))
        .extracting(event -> event.getString("reads"))
        .contains("driver", "shuffle", "dataset");
    assertThat(events.getOrDefault("io.sluice.Task", List.of()))
        .hasSizeGreaterThanOrEqualTo(6)
        .anySatisfy(event -> assertThat(event.getLong("recordsIn")).isEqualTo(2));
  }

  @Test
  void logLinesOfFunctionsKnowTheirBatchAndOperator() {
    try (StreamingTest test = StreamingTest.create()) {
      List<String> onDriver = new CopyOnWriteArrayList<>();
      List<String> onWorker = new CopyOnWriteArrayList<>();
      test.input(List.of(List.of("a")))
          .map(word -> MDC.get("batch") + " " + MDC.get("operator"))
          .foreachRDD(rdd -> {
            onDriver.add(MDC.get("batch") + " " + MDC.get("operator"));
            onWorker.addAll(rdd.collect());
          });
      test.runBatches(1);

      assertThat(onDriver).containsExactly("1970-01-01T00:00:01Z foreachRDD-0");
      assertThat(onWorker)
          .singleElement()
          .asString()
          .startsWith("1970-01-01T00:00:01Z map at FlightRecorderTest.java:");
      assertThat(MDC.get("batch")).isNull();
    }
  }
}
