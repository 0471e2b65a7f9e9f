package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.Batch;
import io.sluice.api.BatchPartition;
import io.sluice.api.BatchSink;
import io.sluice.api.BatchWriter;
import io.sluice.api.StreamingEvent;
import io.sluice.connector.file.FileManifest;
import io.sluice.connector.file.FileSink;
import io.sluice.testkit.StreamingTest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sink that cannot commit a batch, and then the whole context is killed. */
class SinkRestartTest {

  private static final AtomicBoolean FULL = new AtomicBoolean();

  @TempDir
  private Path directory = Path.of("");

  private Instant now = Instant.EPOCH;

  /** A file sink without room for its manifest. */
  private record Filled(FileSink<Integer> files) implements BatchSink<Integer> {
    @Override
    public BatchWriter<Integer> open(String pipeline, BatchPartition partition) {
      return files.open(pipeline, partition);
    }

    @Override
    public void commit(String pipeline, Batch batch, List<String> prepared) throws Exception {
      if (FULL.get()) {
        throw new IOException("No space left on device");
      }
      files.commit(pipeline, batch, prepared);
    }
  }

  @Test
  void batchThatWasDecidedIsMadeVisibleByTheNextRun() throws IOException {
    killWhileFull();

    try (StreamingTest test = test()) {
      save(test, "numbers");
      test.runBatches(2);
    }

    assertThat(visible()).containsExactly(1L, 2L, 3L);
  }

  @Test
  void batchThatWasDecidedOutlivesAnotherRunThatIsKilled() throws IOException {
    killWhileFull();
    killWhileFull();

    try (StreamingTest test = test()) {
      save(test, "numbers");
      test.runBatches(1);
    }

    assertThat(visible()).startsWith(1L, 2L);
  }

  @Test
  void programThatHasNotTheOutputAnyMoreGoesOnWithoutIt() throws IOException {
    killWhileFull();

    try (StreamingTest test = test()) {
      save(test, "others");
      test.runBatches(1);
    }

    assertThat(visible()).containsExactly(2L);
  }

  private void killWhileFull() {
    FULL.set(true);
    try (StreamingTest test = test()) {
      save(test, "numbers");
      test.start();
      test.clock().advance(Duration.ofSeconds(1));
      test.awaitEvent(StreamingEvent.SinkCommitFailed.class, failed -> true);
      now = test.clock().now();
      test.killAll();
    }
    FULL.set(false);
  }

  private StreamingTest test() {
    return StreamingTest.builder()
        .startTime(now)
        .set("sluice.checkpoint.directory", directory.resolve("checkpoint").toString())
        .build();
  }

  private void save(StreamingTest test, String name) {
    StreamingContext context = test.context();
    context
        .queueStream(new ArrayDeque<RDD<Integer>>())
        .transform((none, time) -> context.parallelize(List.of((int) time.getEpochSecond()), 1))
        .saveTo(name, new Filled(FileSink.in(directory.resolve("files"))));
  }

  private List<Long> visible() throws IOException {
    return FileManifest.read(directory.resolve("files")).stream()
        .map(entry -> entry.batchTime().getEpochSecond())
        .toList();
  }
}
