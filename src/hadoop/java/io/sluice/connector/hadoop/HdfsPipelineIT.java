package io.sluice.connector.hadoop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import examples.HdfsArchive;
import io.sluice.StreamingContext;
import io.sluice.api.Batch;
import io.sluice.api.BatchPartition;
import io.sluice.api.BatchWriter;
import io.sluice.api.Locations;
import io.sluice.connector.file.FileManifest;
import io.sluice.connector.file.FileSink;
import io.sluice.testkit.Recorded;
import io.sluice.testkit.StreamingTest;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Programs whose files and whose past are in a real HDFS. */
@Timeout(120)
class HdfsPipelineIT {

  private static HdfsCluster hdfs;

  private Path directory;
  private Instant now = Instant.EPOCH;

  @BeforeAll
  static void startCluster(@TempDir Path temporary) throws IOException {
    hdfs = new HdfsCluster(temporary);
  }

  @AfterAll
  static void stopCluster() throws IOException {
    hdfs.close();
  }

  @BeforeEach
  void makeDirectory(TestInfo test) throws IOException {
    directory = Locations.path(hdfs.at("/" + test.getTestMethod().orElseThrow().getName()));
    Files.createDirectories(directory.resolve("in"));
  }

  private StreamingTest test(int nodes) {
    return StreamingTest.builder()
        .nodes(nodes)
        .startTime(now)
        .timeout(Duration.ofSeconds(60))
        .set("sluice.checkpoint.directory", directory.resolve("checkpoint").toString())
        .set("sluice.batch.partitions", 2)
        .build();
  }

  private Recorded<Integer> sums(StreamingTest test) {
    return test.output(test.context()
        .textFileStream(directory.resolve("in").toString())
        .map(Integer::parseInt)
        .reduceByWindow(Integer::sum, Duration.ofSeconds(60), Duration.ofSeconds(1)));
  }

  /** As "hdfs dfs -put" does. */
  private void put(String name, String text) throws IOException {
    Path copying = directory.resolve("in/" + name + "._COPYING_");
    Files.writeString(copying, text);
    Files.move(copying, directory.resolve("in/" + name), StandardCopyOption.ATOMIC_MOVE);
  }

  @Test
  void filesAreReadOnceAlsoByTheNextRun() throws IOException {
    for (int run = 0; run < 3; run++) {
      try (StreamingTest test = test(run == 1 ? 2 : 1)) {
        Recorded<Integer> sums = sums(test);
        test.start();
        put("file " + run, "1\n2\n");
        Files.writeString(directory.resolve("in/unfinished._COPYING_"), "1000\n");
        test.runBatches(2);
        assertThat(last(sums)).isEqualTo(3 * (run + 1));
        now = test.clock().now();
        test.killAll();
      }
    }
  }

  private static Integer last(Recorded<Integer> sums) {
    List<List<Integer>> batches = sums.records();
    return batches.get(batches.size() - 1).get(0);
  }

  @Test
  void anotherDriverGoesOnWhenOneIsLost() throws IOException {
    try (StreamingTest test = test(3)) {
      Recorded<Integer> sums = sums(test);
      test.start();
      put("a", "1\n");
      test.runBatches(1);
      test.killDriver();
      put("b", "2\n");
      test.runBatches(1);

      assertThat(last(sums)).isEqualTo(3);
    }
  }

  @Test
  void contextGoesOnWhenTheNameNodeHasBeenAway() throws Exception {
    try (StreamingTest test = test(1)) {
      Recorded<Integer> sums = sums(test);
      test.start();
      put("a", "1\n");
      test.runBatches(1);
      put("b", "2\n");
      hdfs.nodes().shutdownNameNode(0);
      CompletableFuture<Void> batch = CompletableFuture.runAsync(() -> test.runBatches(1));
      hdfs.nodes().restartNameNode(0, true);
      batch.join();

      assertThat(last(sums)).isEqualTo(3);
    }
  }

  @Test
  void nameNodeThatIsAwayIsNamed() throws IOException {
    String nobody = "hdfs://127.0.0.1:1";
    try (var files = FileSystems.newFileSystem(
        java.net.URI.create(nobody), Map.of("ipc.client.connect.max.retries", "1"))) {
      assertThat(files.isOpen()).isTrue();
      try (StreamingTest test = StreamingTest.create()) {
        assertThatThrownBy(() -> test.context().textFileStream(nobody + "/in"))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("127.0.0.1:1")
            .hasMessageContaining("Connection refused");
      }
    }
  }

  @Test
  void batchWhoseDriverDiedBetweenPrepareAndCommitIsSeenOnce() throws IOException {
    new SeenOnce(directory.resolve("files"), directory.resolve("checkpoint")).check();
  }

  @Test
  void hostThatNobodyKnowsIsNamed() {
    assertThatThrownBy(() -> Files.size(Locations.path("hdfs://no-such-host.invalid:8020/in")))
        .isInstanceOf(FileSystemException.class)
        .hasMessageContaining("hdfs://no-such-host.invalid:8020/")
        .hasMessageContaining("UnknownHostException");
  }

  @Test
  void manifestThatAKilledDriverWasWritingIsContinued() throws Exception {
    FileSink<Integer> sink = FileSink.in(directory.resolve("files"));
    commit(sink, 1);
    try (var killed = hdfs.other()) {
      var manifest =
          new org.apache.hadoop.fs.Path(directory.resolve("files/_manifest").toString());
      var out = killed.append(manifest);
      out.write("\nfile\t2000\t0\tpart".getBytes(java.nio.charset.StandardCharsets.UTF_8));
      out.hsync();

      commit(sink, 2);
    }

    assertThat(FileManifest.read(directory.resolve("files")))
        .extracting(FileManifest.Entry::batchTime)
        .containsExactly(Instant.ofEpochSecond(1), Instant.ofEpochSecond(2));
  }

  private static void commit(FileSink<Integer> sink, int second) throws Exception {
    Instant time = Instant.ofEpochSecond(second);
    BatchWriter<Integer> writer = sink.open("test/numbers", new BatchPartition(second, time, 0, 1));
    writer.write(second);
    String prepared = writer.prepare();
    sink.commit("test/numbers", new Batch(second, time), List.of(prepared));
  }

  @Test
  void rddsAreReadByPatternAndSaved() throws IOException {
    Files.writeString(directory.resolve("in/a-1.txt"), "a\nb\n");
    Files.writeString(directory.resolve("in/a-2.txt"), "c\n");
    Files.writeString(directory.resolve("in/b-1.txt"), "d\n");
    try (StreamingContext context = StreamingContext.create("read", Duration.ofSeconds(1))) {
      String saved = directory.resolve("saved").toString();
      context.textFile(directory.resolve("in") + "/a-*.txt", 4).saveAsTextFile(saved);
      context.textFile(saved).saveAsObjectFile(directory.resolve("objects").toString());

      assertThat(context.textFile(hdfs.at("/*/in/{a,b}-1.txt")).collect())
          .contains("a", "b", "d")
          .doesNotContain("c");
      assertThat(context
              .<String>objectFile(directory.resolve("objects").toString())
              .collect())
          .containsExactlyInAnyOrder("a", "b", "c");
      assertThat(Files.exists(Locations.path(saved).resolve("_SUCCESS"))).isTrue();
    }
  }

  @Test
  void exampleArchivesLogs() throws Exception {
    put("log", "2026-11-24 a\n");
    Path archive = directory.resolve("archive");
    Thread program = new Thread(() -> {
      try {
        HdfsArchive.main(new String[] {
          directory.resolve("in").toString(),
          archive.toString(),
          directory.resolve("checkpoints").toString()
        });
      } catch (InterruptedException ended) {
        Thread.currentThread().interrupt();
      }
    });
    program.start();
    try {
      Path state = directory.resolve("checkpoints/Archive");
      await(() -> Files.exists(state));
      put("another", "2026-11-25 b\n");
      await(() -> !FileManifest.read(archive).isEmpty());
    } finally {
      program.interrupt();
      program.join();
    }

    assertThat(FileManifest.read(archive))
        .extracting(FileManifest.Entry::file)
        .anySatisfy(file -> assertThat(file).startsWith("date=2026-11-25/part-"));
  }

  private static void await(Callable<Boolean> condition) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.call()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
      Thread.sleep(50);
    }
  }
}
