package io.sluice.connector.hadoop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.Batch;
import io.sluice.api.BatchPartition;
import io.sluice.api.BatchWriter;
import io.sluice.api.ErrorCode;
import io.sluice.api.Locations;
import io.sluice.api.SluiceException;
import io.sluice.connector.file.FileManifest;
import io.sluice.connector.file.FileSink;
import io.sluice.testkit.Recorded;
import io.sluice.testkit.StreamingTest;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files, and programs with files, in a bucket of a real server. */
@Timeout(120)
class S3FilesIT {

  private static final String PIPELINE = "shop/orders";

  private static S3Server s3;
  private static FileSystem bucket;

  @TempDir
  private Path local;

  private Path directory;

  @BeforeAll
  static void startServer() throws Exception {
    s3 = new S3Server();
    s3.makeBucket("shop");
    bucket = s3.connect("shop", Map.of());
  }

  @AfterAll
  static void stopServer() throws Exception {
    bucket.close();
    s3.close();
  }

  @BeforeEach
  void chooseDirectory(TestInfo test) {
    directory =
        Locations.path("s3a://shop/" + test.getTestMethod().orElseThrow().getName());
  }

  private static List<Path> list(Path found) throws IOException {
    try (Stream<Path> files = Files.list(found)) {
      return files.toList();
    }
  }

  @Test
  void fileIsThereWhenItIsComplete() throws IOException {
    Path file = directory.resolve("a b%20ä.txt");
    try (OutputStream out = Files.newOutputStream(file)) {
      out.write("one\ntwo\n".getBytes(UTF_8));

      assertThat(Files.exists(file)).isFalse();
    }

    assertThat(Files.readAllLines(file)).containsExactly("one", "two");
    assertThat(Files.size(file)).isEqualTo(8);
    assertThat(list(directory)).containsExactly(file);
    assertThat(Files.isDirectory(directory)).isTrue();
    assertThatThrownBy(() -> Files.size(directory.resolve("none")))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void fileThatIsThereIsNotMadeAgain() throws IOException {
    Path file = directory.resolve("epoch");
    OutputStream first = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW);
    OutputStream second = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW);
    first.write('1');
    first.close();
    second.write('2');

    assertThatThrownBy(second::close)
        .isInstanceOf(FileSystemException.class)
        .hasMessageContaining(file + ": somebody else has written it meanwhile");
    assertThatThrownBy(
            () -> Files.newOutputStream(file, StandardOpenOption.CREATE_NEW).close())
        .hasMessageContaining(file + ": somebody else has written it meanwhile");
    assertThat(file).hasContent("1");
  }

  @Test
  void whoeverAddsToAFileThatAnotherHasChangedIsTold() throws IOException {
    Path file = directory.resolve("list");
    Files.writeString(file, "one\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    FileChannel late = FileChannel.open(file, StandardOpenOption.APPEND);
    Files.writeString(file, "two\n", StandardOpenOption.APPEND);
    late.write(UTF_8.encode("late\n"));

    assertThatThrownBy(late::close)
        .isInstanceOf(FileSystemException.class)
        .hasMessageContaining(file + ": somebody else has written it meanwhile");
    assertThat(file).hasContent("one\ntwo\n");
  }

  @Test
  void fileThatIsReplacedIsNeverAway() throws IOException {
    Path to = Files.writeString(directory.resolve("to"), "old");
    AtomicBoolean ended = new AtomicBoolean();
    CompletableFuture<Void> reader = CompletableFuture.runAsync(() -> {
      while (!ended.get()) {
        assertThat(read(to)).isIn("old", "new", "changed while it was read");
      }
    });
    for (int round = 0; round < 10; round++) {
      Path from = Files.writeString(directory.resolve("from"), round % 2 == 0 ? "new" : "old");
      Locations.publish(from, to);
      assertThat(Files.exists(from)).isFalse();
    }
    ended.set(true);
    reader.join();

    Path other = Files.writeString(directory.resolve("other"), "other");
    assertThatThrownBy(() -> Files.move(other, to)).isInstanceOf(FileAlreadyExistsException.class);
    assertThatThrownBy(() -> Files.move(other, to, StandardCopyOption.ATOMIC_MOVE))
        .isInstanceOf(AtomicMoveNotSupportedException.class);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (FileSystemException changed) {
      assertThat(changed).hasMessageContaining("somebody else has written it meanwhile");
      return "changed while it was read";
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }

  @Test
  void filesOfABucketAreReadOnceAlsoByTheNextRun() throws IOException {
    Instant now = Instant.EPOCH;
    for (int run = 0; run < 2; run++) {
      try (StreamingTest test = StreamingTest.builder()
          .startTime(now)
          .timeout(Duration.ofSeconds(60))
          .set("sluice.checkpoint.directory", local.toString())
          .build()) {
        Recorded<Integer> sums = test.output(test.context()
            .textFileStream(directory.resolve("in").toString())
            .map(Integer::parseInt)
            .reduceByWindow(Integer::sum, Duration.ofSeconds(60), Duration.ofSeconds(1)));
        test.start();
        Files.writeString(directory.resolve("in/file " + run), "1\n2\n");
        test.runBatches(2);

        List<List<Integer>> batches = sums.records();
        assertThat(batches.get(batches.size() - 1)).containsExactly(3 * (run + 1));
        now = test.clock().now();
        test.killAll();
      }
    }
  }

  @Test
  void batchWhoseDriverDiedBetweenPrepareAndCommitIsSeenOnce() throws IOException {
    new SeenOnce(directory, local).check();

    assertThat(list(directory.resolve("_manifest")))
        .containsExactly(directory.resolve("_manifest/00000001"));
  }

  @Test
  void batchWaitsForAServerThatIsAway() throws Exception {
    try (StreamingTest test = StreamingTest.builder()
        .timeout(Duration.ofSeconds(60))
        .set("sluice.batch.partitions", 1)
        .build()) {
      test.input(List.of(List.of("a"), List.of("b"))).saveTo("files", sink());
      test.runBatches(1);
      List<CompletableFuture<Void>> batch = new ArrayList<>();
      s3.awayDuring(() -> batch.add(CompletableFuture.runAsync(() -> test.runBatches(1))));
      batch.get(0).join();
    }

    List<String> lines = new ArrayList<>();
    for (FileManifest.Entry entry : FileManifest.read(directory)) {
      lines.addAll(Files.readAllLines(directory.resolve(entry.file())));
    }
    assertThat(lines).containsExactly("a", "b");
  }

  private String write(int second, String record) throws Exception {
    BatchWriter<String> writer =
        sink().open(PIPELINE, new BatchPartition(second, Instant.ofEpochSecond(second), 0, 1));
    writer.write(record);
    return writer.prepare();
  }

  private void commit(int second, String prepared) {
    sink().commit(PIPELINE, new Batch(second, Instant.ofEpochSecond(second)), List.of(prepared));
  }

  private FileSink<String> sink() {
    return FileSink.in(directory);
  }

  @Test
  void commitGoesOnWhereADriverWasKilledWhileItRenamed() throws Exception {
    String prepared = write(1, "a");
    Path hidden = list(directory.resolve(".prepared")).get(0);
    Path seen = directory.resolve("part-0000000001000-00000-000.txt");
    Files.writeString(seen, Files.readString(hidden));

    commit(1, prepared);
    commit(1, prepared);

    assertThat(Files.readAllLines(seen)).containsExactly("a");
    assertThat(list(directory.resolve(".prepared"))).isEmpty();
    assertThat(FileManifest.read(directory)).hasSize(1);
  }

  @Test
  void driversThatCommitAtTheSameTimeLoseNothing() throws Exception {
    for (int second = 1; second <= 10; second++) {
      String prepared = write(second, "record " + second);
      int batch = second;
      List<CompletableFuture<Void>> drivers = Stream.generate(
              () -> CompletableFuture.runAsync(() -> commitUntilItSucceeds(batch, prepared)))
          .limit(3)
          .toList();
      drivers.forEach(CompletableFuture::join);
    }

    List<FileManifest.Entry> entries = FileManifest.read(directory);
    assertThat(entries).hasSize(10);
    for (FileManifest.Entry entry : entries) {
      assertThat(Files.readAllLines(directory.resolve(entry.file())))
          .containsExactly("record " + entry.batchTime().getEpochSecond());
    }
  }

  /** As the engine does. */
  private void commitUntilItSucceeds(int second, String prepared) {
    for (int attempt = 0; attempt < 20; attempt++) {
      try {
        commit(second, prepared);
        return;
      } catch (SluiceException failure) {
        assertThat(failure.code()).isEqualTo(ErrorCode.SINK_FAILED);
      }
    }
    throw new AssertionError("the commit never succeeds");
  }

  @Test
  void checkpointIsRefused() {
    try (StreamingTest test = StreamingTest.builder()
        .set("sluice.checkpoint.directory", directory.toString())
        .build()) {
      test.output(test.input(List.of(List.of(1))));

      assertThatThrownBy(test::start)
          .hasMessageContaining("s3a://shop/checkpointIsRefused")
          .hasMessageContaining("take a directory in HDFS");
    }
  }

  @Test
  void bucketThatIsNotThereIsNamed() throws IOException {
    try (FileSystem none = s3.connect("none", Map.of())) {
      assertThatThrownBy(() -> list(none.getPath("/in")))
          .isInstanceOf(FileSystemException.class)
          .hasMessageContaining("s3a://none/in")
          .hasMessageContaining("the bucket does not exist")
          .hasMessageContaining("fs.s3a.endpoint");
      try (StreamingTest test = StreamingTest.create()) {
        assertThatThrownBy(() -> test.context().textFileStream("s3a://none/in"))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("s3a://none/in")
            .hasMessageContaining("the bucket does not exist");
      }
      assertThatThrownBy(() -> FileSink.<String>in("s3a://none/out")
              .open(PIPELINE, new BatchPartition(1, Instant.ofEpochSecond(1), 0, 1))
              .write("x"))
          .isInstanceOf(SluiceException.class)
          .hasMessageContaining("s3a://none/out")
          .hasMessageContaining("the bucket does not exist");
    }
  }

  @Test
  void credentialsThatAreRefusedAreToldWithoutTheSecret() throws IOException {
    s3.makeBucket("closed");
    for (Map<String, String> wrong : List.of(
        Map.of("fs.s3a.access.key", "wrong"),
        Map.of("fs.s3a.secret.key", "wrong"),
        Map.of(
            "fs.s3a.access.key",
            "",
            "fs.s3a.aws.credentials.provider",
            "org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider"))) {
      try (FileSystem closed = s3.connect("closed", wrong)) {
        assertThatThrownBy(() -> list(closed.getPath("/in")))
            .isInstanceOf(AccessDeniedException.class)
            .hasMessageContaining("s3a://closed/in")
            .hasMessageContaining("fs.s3a.access.key")
            .hasMessageNotContaining("not a secret");
      }
    }
  }

  @Test
  void serverThatIsAwayIsNamed() throws IOException {
    Map<String, String> away = Map.of(
        "fs.s3a.endpoint",
        "http://127.0.0.1:1",
        "fs.s3a.attempts.maximum",
        "1",
        "fs.s3a.retry.limit",
        "1",
        "fs.s3a.retry.interval",
        "10ms");
    try (FileSystem nobody = s3.connect("nobody", away)) {
      assertThatThrownBy(() -> list(nobody.getPath("/in")))
          .isInstanceOf(FileSystemException.class)
          .hasMessageContaining("s3a://nobody/in")
          .hasMessageContaining("127.0.0.1:1")
          .hasMessageContaining("Connection refused");
    }
  }
}
