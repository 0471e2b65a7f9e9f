package io.sluice.connector.hadoop;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.RDD;
import io.sluice.StreamingContext;
import io.sluice.api.Batch;
import io.sluice.api.BatchPartition;
import io.sluice.api.BatchSink;
import io.sluice.api.BatchWriter;
import io.sluice.api.StreamingEvent;
import io.sluice.connector.file.FileManifest;
import io.sluice.connector.file.FileSink;
import io.sluice.testkit.StreamingTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** A batch whose driver dies between prepare and commit. */
final class SeenOnce {

  private static final AtomicBoolean FULL = new AtomicBoolean();

  private final Path files;
  private final Path checkpoint;

  /** @param files where the sink writes */
  SeenOnce(Path files, Path checkpoint) {
    this.files = files;
    this.checkpoint = checkpoint;
  }

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

  void check() throws IOException {
    Instant killed;
    FULL.set(true);
    try (StreamingTest test = test(Instant.EPOCH)) {
      save(test);
      test.start();
      test.clock().advance(Duration.ofSeconds(1));
      test.awaitEvent(StreamingEvent.SinkCommitFailed.class, failed -> true);
      killed = test.clock().now();
      assertThat(FileManifest.read(files)).isEmpty();
      test.killAll();
    }
    FULL.set(false);

    try (StreamingTest test = test(killed)) {
      save(test);
      test.runBatches(2);
    }

    List<String> lines = new ArrayList<>();
    for (FileManifest.Entry entry : FileManifest.read(files)) {
      lines.addAll(Files.readAllLines(files.resolve(entry.file())));
    }
    assertThat(lines).containsExactly("1", "2", "3");
    try (var hidden = Files.list(files.resolve(".prepared"))) {
      assertThat(hidden).isEmpty();
    }
  }

  private StreamingTest test(Instant now) {
    return StreamingTest.builder()
        .startTime(now)
        .timeout(Duration.ofSeconds(60))
        .set("sluice.checkpoint.directory", checkpoint.toString())
        .set("sluice.batch.partitions", 2)
        .build();
  }

  private void save(StreamingTest test) {
    StreamingContext context = test.context();
    context
        .queueStream(new ArrayDeque<RDD<Integer>>())
        .transform((none, time) -> context.parallelize(List.of((int) time.getEpochSecond()), 1))
        .saveTo("numbers", new Filled(FileSink.in(files)));
  }
}
