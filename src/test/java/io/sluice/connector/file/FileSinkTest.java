package io.sluice.connector.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.sluice.api.Batch;
import io.sluice.api.BatchPartition;
import io.sluice.api.BatchWriter;
import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSinkTest {

  private static final String PIPELINE = "shop/orders";

  @TempDir
  private Path temporary;

  private Path directory;
  private FileSink<Object> sink;

  @BeforeEach
  void chooseDirectory() {
    directory = temporary.resolve("orders");
    sink = FileSink.in(directory);
  }

  @Test
  void nothingIsSeenBeforeTheCommit() throws Exception {
    String prepared = write(1, 0, "a", "b");

    assertThat(seen()).isEmpty();
    assertThat(FileManifest.read(directory)).isEmpty();

    commit(1, prepared);

    assertThat(seen()).containsExactly("part-0000000001000-00000-000.txt");
    assertThat(Files.readAllLines(directory.resolve(seen().get(0)))).containsExactly("a", "b");
  }

  @Test
  void manifestSaysWhichFileBelongsToWhichBatchAndPartition() throws Exception {
    commit(1, write(1, 0, "a"), write(1, 1, "b", "c"));
    commit(2, write(2, 1, "ä"));

    assertThat(FileManifest.read(directory))
        .containsExactly(
            entry(1, 0, "part-0000000001000-00000-000.txt", 1, 2),
            entry(1, 1, "part-0000000001000-00001-000.txt", 2, 4),
            entry(2, 1, "part-0000000002000-00001-000.txt", 1, 3));
  }

  @Test
  void commitOfACommittedBatchChangesNothing() throws Exception {
    String prepared = write(1, 0, "a");
    commit(1, prepared);
    Files.delete(directory.resolve(seen().get(0)));

    commit(1, prepared);

    assertThat(seen()).isEmpty();
    assertThat(FileManifest.read(directory)).hasSize(1);
  }

  @Test
  void commitGoesOnWhereAKilledDriverStopped() throws Exception {
    String first = write(1, 0, "a");
    String second = write(1, 1, "b");
    Part part = Part.parse(first);
    Files.move(
        directory.resolve(".prepared").resolve(part.hidden(0)), directory.resolve(part.name(0)));

    commit(1, first, second);

    assertThat(lines()).containsExactly("a", "b");
    assertThat(FileManifest.read(directory)).hasSize(2);
  }

  @Test
  void unfinishedLinesOfTheManifestDoNotCount() throws Exception {
    commit(1, write(1, 0, "a"));
    String manifest = Files.readString(directory.resolve("_manifest"));
    String first = write(2, 0, "b");
    String second = write(2, 1, "c");
    commit(2, first, second);
    String whole = Files.readString(directory.resolve("_manifest"));

    for (int length = manifest.length(); length < whole.length(); length++) {
      Files.writeString(directory.resolve("_manifest"), whole.substring(0, length));
      int before = FileManifest.read(directory).size();
      commit(2, first, second);

      assertThat(before).as("cut after %d", length).isIn(1, 3);
      assertThat(FileManifest.read(directory)).as("cut after %d", length).hasSize(3);
    }
  }

  @Test
  void unfinishedFirstLineOfTheManifestIsWrittenAgain() throws Exception {
    String prepared = write(1, 0, "a");
    commit(1, prepared);
    String whole = Files.readString(directory.resolve("_manifest"));

    for (int length = 0; length < whole.length(); length++) {
      Files.writeString(directory.resolve("_manifest"), whole.substring(0, length));
      commit(1, prepared);

      assertThat(FileManifest.read(directory)).as("cut after %d", length).hasSize(1);
    }
  }

  @Test
  void commitDeletesWhatOtherAttemptsHaveLeft() throws Exception {
    write(1, 0, "lost driver");
    write(2, 0, "slow worker");
    String next = write(3, 0, "a");
    commit(2, write(2, 0, "b"));

    assertThat(hidden()).hasSize(1);

    commit(3, next);

    assertThat(hidden()).isEmpty();
    assertThat(lines()).containsExactly("b", "a");
  }

  @Test
  void abortDeletesWhatWasPrepared() throws Exception {
    String prepared = write(1, 0, "a");

    sink.abort(PIPELINE, batch(1), List.of(prepared));

    assertThat(hidden()).isEmpty();
  }

  @Test
  void failedAttemptLeavesNothing() throws Exception {
    BatchWriter<Object> writer = sink.rollAt(2).open(PIPELINE, partition(1, 0));
    writer.write("a");
    writer.write("b");

    writer.abort();

    assertThat(hidden()).isEmpty();
  }

  @Test
  void fileThatIsLongEnoughIsFollowedByAnother() throws Exception {
    sink = sink.rollAt(4);

    commit(1, write(1, 0, "a", "b", "c", "longer than that", "d"));

    assertThat(FileManifest.read(directory))
        .extracting(FileManifest.Entry::bytes)
        .containsExactly(4L, 2L, 17L, 2L);
    assertThat(lines()).containsExactly("a", "b", "c", "longer than that", "d");
  }

  @Test
  void partitionWithoutRecordsMakesNoFile() throws Exception {
    assertThat(write(1, 0)).isEmpty();
  }

  @Test
  void functionMakesTheLine() throws Exception {
    sink = sink.lines(record -> "<" + record + ">");

    commit(1, write(1, 0, 5));

    assertThat(lines()).containsExactly("<5>");
  }

  /** What a record of an order may have. */
  record Order(int id, String item, Instant placed, Optional<String> note, List<Integer> pieces) {}

  @Test
  void recordsAreLinesOfJson() throws Exception {
    sink = sink.json();

    commit(
        1,
        write(
            1,
            0,
            new Order(1, "tea\n\"green\"", Instant.EPOCH, Optional.empty(), List.of(2, 3)),
            Map.of("a", LocalDate.of(2026, 11, 24))));

    assertThat(seen()).containsExactly("part-0000000001000-00000-000.jsonl");
    assertThat(lines())
        .containsExactly(
            "{\"id\":1,\"item\":\"tea\\n\\\"green\\\"\",\"placed\":\"1970-01-01T00:00:00Z\",\"note\":null,\"pieces\":[2,3]}",
            "{\"a\":\"2026-11-24\"}");
  }

  @Test
  void recordThatJsonCannotHaveIsNamedByItsClass() throws Exception {
    BatchWriter<Object> writer = sink.json().open(PIPELINE, partition(1, 0));

    assertThatThrownBy(() -> writer.write(new Object()))
        .isInstanceOfSatisfying(
            SluiceException.class,
            refused -> assertThat(refused.code()).isEqualTo(ErrorCode.TASK_FAILED))
        .hasMessageContaining("A record of java.lang.Object cannot be written as JSON");
  }

  @Test
  void filesAreCompressed() throws Exception {
    sink = sink.gzip().json();

    commit(1, write(1, 0, "a", "b"));

    FileManifest.Entry entry = FileManifest.read(directory).get(0);
    Path file = directory.resolve(entry.file());
    assertThat(entry.file()).endsWith("-000.jsonl.gz");
    assertThat(entry.bytes()).isEqualTo(Files.size(file));
    try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
      assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("\"a\"\n\"b\"\n");
    }
  }

  @Test
  void recordsLieInTheDirectoriesOfTheirValues() throws Exception {
    sink = sink.partitionedByDate(
            "date", record -> Instant.ofEpochSecond((int) record), ZoneOffset.UTC)
        .partitionedBy(
            "parity", record -> (int) record % 2 == 0 ? Optional.of("even") : Optional.empty());

    String prepared = write(1, 0, 1, 2, 86_400, 4);
    assertThat(files(directory)).extracting(Path::getFileName).hasSize(1);
    commit(1, prepared);

    assertThat(FileManifest.read(directory))
        .extracting(FileManifest.Entry::file, FileManifest.Entry::records)
        .containsExactly(
            tuple(
                "date=1970-01-01/parity=__HIVE_DEFAULT_PARTITION__/part-0000000001000-00000-000.txt",
                1L),
            tuple("date=1970-01-01/parity=even/part-0000000001000-00000-001.txt", 2L),
            tuple("date=1970-01-02/parity=even/part-0000000001000-00000-002.txt", 1L));
    assertThat(lines()).containsExactly("1", "2", "4", "86400");
  }

  @Test
  void directoriesAreAnyNumberAndFilesOpenAreNot() throws Exception {
    int keys = 3 * FileWriter.MAX_OPEN;
    sink = sink.partitionedBy("key", record -> (int) record % keys);
    Object[] records = IntStream.range(0, 2 * keys).boxed().toArray();

    String prepared = write(1, 0, records);
    commit(1, prepared);
    commit(1, prepared);
    String next = write(2, 0, records);
    sink.abort(PIPELINE, batch(2), List.of(next));
    sink.abort(PIPELINE, batch(2), List.of(next));

    assertThat(prepared.length()).isLessThan(BatchWriter.MAX_PREPARED);
    assertThat(FileManifest.read(directory)).hasSize(2 * keys);
    assertThat(lines()).hasSize(2 * keys).doesNotHaveDuplicates();
    assertThat(hidden()).isEmpty();
  }

  @Test
  void commitIntoDirectoriesGoesOnWhereAKilledDriverStopped() throws Exception {
    sink = sink.partitionedBy("key", record -> record);
    String prepared = write(1, 0, "a", "b");
    Files.createDirectories(directory.resolve("key=a"));
    Files.move(hidden().get(0), directory.resolve("key=a/part-0000000001000-00000-000.txt"));

    commit(1, prepared);

    assertThat(lines()).containsExactly("a", "b");
  }

  @Test
  void noValueLeavesTheDirectory() throws Exception {
    Random random = new Random(7);
    String characters = "./\\%=:~ aé\u0000\n\t\u007f\u2028*?\"'";
    List<Object> values = new ArrayList<>(List.of(".", "..", "../../x", "/etc", "C:\\x", "%2F"));
    for (int i = 0; i < 200; i++) {
      StringBuilder value = new StringBuilder();
      for (int length = 1 + random.nextInt(12); length > 0; length--) {
        value.append(characters.charAt(random.nextInt(characters.length())));
      }
      values.add(value.toString());
    }
    PartitionColumns<Object> columns = PartitionColumns.<Object>none().and("key", value -> value);
    Map<String, Object> known = new HashMap<>();
    for (Object value : values) {
      String level = columns.directory(value);
      Object other = known.put(level, value);

      assertThat(level).startsWith("key=").doesNotContain("/", "\\", "\n", "\t", "\u0000");
      assertThat(other == null || other.equals(value)).as(level).isTrue();
      assertThat(directory.resolve(level).normalize().getParent()).isEqualTo(directory);
    }
  }

  @Test
  void columnsThatAreNoneAreRefused() throws Exception {
    assertThatThrownBy(() -> sink.partitionedBy("a/b", record -> record))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("got 'a/b'");
    assertThatThrownBy(() -> sink.partitionedBy("a", x -> x).partitionedBy("a", x -> x))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("partitioned by 'a' already");
    BatchWriter<Object> writer =
        sink.partitionedBy("long", record -> record).open(PIPELINE, partition(1, 0));
    assertThatThrownBy(() -> writer.write("x".repeat(251)))
        .hasMessageContaining("partition column 'long'")
        .hasMessageContaining("256 bytes");
  }

  @Test
  void directoryOfAnotherOutputIsRefused() throws Exception {
    commit(1, write(1, 0, "a"));

    assertThatThrownBy(() -> sink.open("shop/returns", partition(2, 0)))
        .isInstanceOfSatisfying(
            SluiceException.class,
            refused -> assertThat(refused.code()).isEqualTo(ErrorCode.SINK_FAILED))
        .hasMessageContaining("belongs to 'shop/orders'")
        .hasMessageContaining("'shop/returns'");
  }

  @Test
  void batchThatTheDirectoryHasFromAnEarlierRunIsRefused() throws Exception {
    commit(5, write(5, 0, "a"));

    assertThatThrownBy(() -> sink.open(PIPELINE, partition(4, 0)))
        .hasMessageContaining("has batches up to 1970-01-01T00:00:05Z")
        .hasMessageContaining("got batch 1970-01-01T00:00:04Z");
  }

  @Test
  void directoryThatCannotBeMadeIsNamed() throws Exception {
    Files.writeString(directory, "a file");

    assertThatThrownBy(() -> FileSink.in(directory.resolve("below"))
            .open(PIPELINE, partition(1, 0))
            .write("a"))
        .hasMessageContaining("Files in '" + directory.resolve("below") + "' cannot be written")
        .hasMessageContaining("must be writable and have room");
  }

  @Test
  void preparedFileThatIsGoneIsNamed() throws Exception {
    String prepared = write(1, 0, "a");
    Files.delete(hidden().get(0));

    assertThatThrownBy(() -> commit(1, prepared))
        .hasMessageContaining("part-0000000001000-00000-000.txt: what was prepared for it is gone");
    assertThat(FileManifest.read(directory)).isEmpty();
  }

  @Test
  void fullDiskFailsTheTaskAndLeavesNothing() throws Exception {
    List<Integer> deleted = new ArrayList<>();
    FileWriter<Object> writer = new FileWriter<>(
        new FullDisk(deleted),
        new LineFormat<>(String::valueOf, ".txt", false),
        PartitionColumns.none(),
        1000);
    for (int i = 0; i < 10; i++) {
      writer.write("a line of text");
    }

    assertThatThrownBy(writer::prepare).hasMessageContaining("No space left on device");
    writer.abort();

    assertThat(deleted).containsExactly(0, 1);
  }

  /** Takes nothing when a file is closed. */
  private record FullDisk(List<Integer> deleted) implements FileWriter.Target {
    @Override
    public OutputStream open(int file, String directory) {
      return new ByteArrayOutputStream() {
        @Override
        public void flush() throws IOException {
          throw new FileSystemException("/data", null, "No space left on device");
        }

        @Override
        public synchronized void close() {}
      };
    }

    @Override
    public void force(int file) {
      throw new AssertionError("What could not be written must not be forced");
    }

    @Override
    public String prepared(List<Part.Written> files) {
      throw new AssertionError("What could not be written is not prepared");
    }

    @Override
    public void delete(int file) {
      deleted.add(file);
    }

    @Override
    public RuntimeException failed(IOException cause) {
      return new SluiceException(ErrorCode.SINK_FAILED, String.valueOf(cause.getMessage()), cause);
    }
  }

  private String write(int batch, int partition, Object... records) throws Exception {
    BatchWriter<Object> writer = sink.open(PIPELINE, partition(batch, partition));
    for (Object record : records) {
      writer.write(record);
    }
    return writer.prepare();
  }

  private void commit(int batch, String... prepared) {
    sink.commit(PIPELINE, batch(batch), List.of(prepared));
  }

  private static Batch batch(int number) {
    return new Batch(number, Instant.ofEpochSecond(number));
  }

  private static BatchPartition partition(int batch, int partition) {
    return new BatchPartition(batch, Instant.ofEpochSecond(batch), partition, 1);
  }

  private static FileManifest.Entry entry(
      int batch, int partition, String file, long records, long bytes) {
    return new FileManifest.Entry(Instant.ofEpochSecond(batch), partition, file, records, bytes);
  }

  private List<String> seen() throws IOException {
    return files(directory).stream()
        .map(file -> file.getFileName().toString())
        .filter(name -> !name.startsWith(".") && !name.startsWith("_"))
        .toList();
  }

  private List<Path> hidden() throws IOException {
    return files(directory.resolve(".prepared"));
  }

  private static List<Path> files(Path in) throws IOException {
    try (Stream<Path> files = Files.list(in)) {
      return files.sorted().toList();
    }
  }

  private List<String> lines() throws IOException {
    List<String> lines = new ArrayList<>();
    for (FileManifest.Entry entry : FileManifest.read(directory)) {
      lines.addAll(Files.readAllLines(directory.resolve(entry.file())));
    }
    return lines;
  }
}
