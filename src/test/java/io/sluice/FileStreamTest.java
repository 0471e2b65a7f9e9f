package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.SluiceException;
import io.sluice.testkit.Recorded;
import io.sluice.testkit.StreamingTest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class FileStreamTest {

  @TempDir
  private Path directory;

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void f1_newFilesAreReadAndOldOnesUnlessLeftOut(boolean newFilesOnly) throws IOException {
    write("0", "0\n");
    try (StreamingTest test = StreamingTest.builder().nodes(2).build()) {
      Recorded<String> output = test.output(test.context()
          .fileStream(
              directory.toString(),
              path -> true,
              newFilesOnly,
              path -> Files.readAllLines(path).iterator()));
      for (int i = 1; i <= 5; i++) {
        write(String.valueOf(i), i + "\n");
        test.runBatches(1);
      }

      List<String> read = output.records().stream().flatMap(List::stream).toList();
      assertThat(read)
          .containsExactlyElementsOf(
              newFilesOnly
                  ? List.of("1", "2", "3", "4", "5")
                  : List.of("0", "1", "2", "3", "4", "5"));
    }
  }

  @Test
  void f1_linesOfNewFilesComeInTheBatchThatFindsThem() throws IOException {
    write("0", "0\n");
    try (StreamingTest test = StreamingTest.create()) {
      Recorded<String> output =
          test.output(test.context().textFileStream(directory.toUri().toString()));
      test.runBatches(1);
      write("b", "3\n4");
      write("a", "1\r\n2\n");
      test.runBatches(2);

      assertThat(output.records())
          .containsExactly(List.of(), List.of("1", "2", "3", "4"), List.of());
    }
  }

  @Test
  void patternTakesFilesOfAllDirectoriesThatMatchAlsoLaterOnes() throws IOException {
    Files.createDirectories(directory.resolve("shop-1"));
    write("shop-1/old.log", "old\n");
    try (StreamingTest test = StreamingTest.builder().nodes(2).build()) {
      Recorded<String> output =
          test.output(test.context().textFileStream(directory + "/shop-*/*.{log,gz}"));
      write("shop-1/a.log", "1\n");
      write("shop-1/a.tmp", "2\n");
      write("elsewhere.log", "3\n");
      test.runBatches(1);
      Files.createDirectories(directory.resolve("shop-2"));
      write("shop-2/b.log", "4\n");
      write("shop-2/_hidden.log", "5\n");
      test.runBatches(1);

      assertThat(output.records()).containsExactly(List.of("1"), List.of("4"));
    }
  }

  @Test
  void compressedFilesAreReadAsWhatIsInThem() throws IOException {
    try (StreamingTest test = StreamingTest.builder().nodes(2).build()) {
      Recorded<String> lines = test.output(test.context().textFileStream(directory.toString()));
      Recorded<Integer> records = test.output(
          test.context().binaryRecordsStream(directory.toString(), 3).map(record ->
              (int) record[0]));
      writeCompressed("a.gz", "1\r\n", "2\nends");
      test.runBatches(1);

      assertThat(lines.records()).containsExactly(List.of("1", "2", "ends"));
      assertThat(records.records()).containsExactly(List.of((int) '1', (int) '2', (int) 'n'));
    }
  }

  @Test
  void compressedFileThatIsNoneIsAnErrorThatNamesIt() throws IOException {
    try (StreamingTest test = StreamingTest.create()) {
      test.output(test.context().textFileStream(directory.toString()));
      write("plain.gz", "not compressed");

      assertThatThrownBy(() -> test.runBatches(1))
          .hasMessageContaining(directory.resolve("plain.gz") + "' cannot be read")
          .hasMessageContaining("Not in GZIP format");
    }
  }

  /** Each text is a member of the compressed file. */
  private void writeCompressed(String name, String... members) throws IOException {
    Path unfinished = directory.resolve(".unfinished");
    try (OutputStream file = Files.newOutputStream(unfinished)) {
      for (String member : members) {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(compressed)) {
          out.write(member.getBytes(StandardCharsets.UTF_8));
        }
        file.write(compressed.toByteArray());
      }
    }
    Files.move(unfinished, directory.resolve(name));
  }

  @Test
  void f2_binaryRecordsAreRead() throws IOException {
    try (StreamingTest test = StreamingTest.builder().nodes(2).build()) {
      Recorded<Integer> output = test.output(test.context()
          .binaryRecordsStream(directory.toString(), 1)
          .map(record -> record.length * 100 + record[0]));
      for (byte i = 1; i <= 5; i++) {
        Path unfinished = Files.write(directory.resolve(".unfinished"), new byte[] {i});
        Files.move(unfinished, directory.resolve("file" + i));
        test.runBatches(1);
      }

      assertThat(output.records())
          .containsExactly(List.of(101), List.of(102), List.of(103), List.of(104), List.of(105));
    }
  }

  @Test
  void binaryRecordsOfAFileKeepTheirOrder() throws IOException {
    try (StreamingTest test = StreamingTest.create()) {
      Recorded<String> output = test.output(test.context()
          .binaryRecordsStream(directory.toString(), 2)
          .map(record -> new String(record, StandardCharsets.US_ASCII)));
      write("empty", "");
      write("file", "aabbcc");

      test.runBatches(1);

      assertThat(output.records()).containsExactly(List.of("aa", "bb", "cc"));
    }
  }

  @Test
  void fileThatHoldsNoWholeRecordsIsAnError() throws IOException {
    try (StreamingTest test = StreamingTest.create()) {
      test.output(test.context().binaryRecordsStream(directory.toString(), 4));
      write("odd", "1234567");

      assertThatThrownBy(() -> test.runBatches(1))
          .isInstanceOf(SluiceException.class)
          .hasMessageContaining("'" + directory.resolve("odd")
              + "' has 7 bytes, which is no multiple of the record length of 4");
    }
  }

  @Test
  void longTextIsReadInPartsWithoutLosingALine() throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 70; i++) {
      lines.add(i + "x".repeat(1 << 20));
    }
    try (StreamingTest test = StreamingTest.create()) {
      Recorded<String> output = test.output(test.context()
          .textFileStream(directory.toString())
          .map(line -> line.substring(0, 2).replace("x", "")));
      write("long", String.join("\n", lines) + "\n");

      test.runBatches(1);

      List<List<String>> parts = output.batches().get(0).partitions();
      assertThat(parts).hasSize(3);
      List<String> all = parts.stream().flatMap(List::stream).toList();
      assertThat(all).hasSize(70).startsWith("0", "1").endsWith("69").doesNotHaveDuplicates();
    }
  }

  @Test
  void filterChoosesFilesByTheirPath() throws IOException {
    try (StreamingTest test = StreamingTest.create()) {
      Recorded<String> output = test.output(test.context()
          .fileStream(
              directory.toString(),
              path -> path.isAbsolute() && path.toString().endsWith(".csv"),
              true,
              path -> List.of(path.getFileName().toString()).iterator()));
      write("a.csv", "1");
      write("b.txt", "2");

      test.runBatches(1);

      assertThat(output.records()).containsExactly(List.of("a.csv"));
    }
  }

  @Test
  void fileThatVanishesBeforeItIsReadIsAnErrorThatNamesIt() throws IOException {
    Path file = directory.resolve("gone");
    try (StreamingTest test = StreamingTest.builder()
        .faults((worker, batch, stage, partition, attempt) -> Files.deleteIfExists(file))
        .build()) {
      test.output(test.context().textFileStream(directory.toString()));
      write("gone", "1\n");

      assertThatThrownBy(() -> test.runBatches(1))
          .isInstanceOf(SluiceException.class)
          .hasMessageContaining("File '" + file + "' cannot be read")
          .hasMessageContaining("NoSuchFileException")
          .hasMessageContaining("every worker must see them under the same path");
    }
  }

  @Test
  void fileThatIsStillBeingWrittenIsAnErrorThatNamesIt() throws IOException {
    Path file = directory.resolve("growing");
    try (StreamingTest test = StreamingTest.builder()
        .faults((worker, batch, stage, partition, attempt) -> Files.writeString(file, "1\n2\n"))
        .build()) {
      test.output(test.context().textFileStream(directory.toString()));
      write("growing", "1\n");

      assertThatThrownBy(() -> test.runBatches(1))
          .isInstanceOf(SluiceException.class)
          .hasMessageContaining("'" + file + "' had 2 bytes when it was found and has 4 now")
          .hasMessageContaining("move it into the directory when it is complete");
    }
  }

  @Test
  void failureOfTheReaderNamesTheFile() throws IOException {
    try (StreamingTest test = StreamingTest.create()) {
      test.output(test.context().fileStream(directory.toString(), path -> true, true, path -> {
        List<Integer> numbers = Arrays.asList(1, 0);
        return numbers.stream().map(number -> 1 / number).iterator();
      }));
      write("numbers", "1");

      assertThatThrownBy(() -> test.runBatches(1))
          .hasMessageContaining("File '" + directory.resolve("numbers") + "' cannot be read")
          .hasMessageContaining("/ by zero");
    }
  }

  @Test
  void directoryThatVanishesIsAnErrorThatNamesIt() throws IOException {
    try (StreamingTest test = StreamingTest.create()) {
      test.output(test.context().textFileStream(directory.toString()));
      test.runBatches(1);
      Files.delete(directory);

      assertThatThrownBy(() -> test.runBatches(1))
          .isInstanceOf(SluiceException.class)
          .hasMessageContaining("Directory '" + directory + "' cannot be listed");
      Files.createDirectory(directory);
    }
  }

  @Test
  void wrongArgumentsAreRefused() throws IOException {
    write("file", "1");
    try (StreamingContext context = StreamingContext.local("files", Duration.ofSeconds(1))) {
      assertThatThrownBy(() -> context.textFileStream(directory + "/none"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("'" + directory + "/none' does not exist");
      assertThatThrownBy(() -> context.textFileStream(directory + "/file"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("does not exist");
      assertThatThrownBy(() -> context.textFileStream(""))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("is empty");
      assertThatThrownBy(() -> context.textFileStream("s3://bucket/dir"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(
              "a file system that Sluice does not know, 's3'. Known are file, hdfs, s3a");
      assertThatThrownBy(() -> context.textFileStream(Absent.value())).hasMessageContaining("null");
      assertThatThrownBy(() -> context.binaryRecordsStream(directory.toString(), 0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("Record length must be between 1 and 33554432 bytes, got 0.");
      assertThatThrownBy(() -> context.binaryRecordsStream(directory.toString(), -4))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> context.fileStream(
              directory.toString(), Absent.value(), true, path -> List.of(1).iterator()))
          .hasMessageContaining("filter of files is null");
      assertThatThrownBy(() ->
              context.<String>fileStream(directory.toString(), path -> true, true, Absent.value()))
          .hasMessageContaining("reader is null");
    }
  }

  /** As programs should: the file has its name only when it is complete. */
  private Path write(String name, String content) throws IOException {
    Path unfinished = Files.writeString(directory.resolve(".unfinished"), content);
    return Files.move(
        unfinished,
        directory.resolve(name),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }
}
