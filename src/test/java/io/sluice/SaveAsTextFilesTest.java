package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.StreamingTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SaveAsTextFilesTest {

  @TempDir
  private Path directory;

  @Test
  void eachBatchBecomesADirectoryWithAFileForEachPartition() throws Exception {
    try (StreamingTest test = StreamingTest.create()) {
      test.input(List.of(List.of(1, 2, 3, 4), List.of(5)), 2)
          .saveAsTextFiles(directory.resolve("numbers").toString(), "txt");

      test.runBatches(2);
    }

    assertThat(files(directory.resolve("numbers-1000.txt")))
        .containsExactly("_SUCCESS", "part-00000", "part-00001");
    assertThat(lines(directory.resolve("numbers-1000.txt"))).containsExactly("1", "2", "3", "4");
    assertThat(lines(directory.resolve("numbers-2000.txt"))).containsExactly("5");
  }

  private static List<String> files(Path in) throws IOException {
    try (Stream<Path> files = Files.list(in)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static List<String> lines(Path in) throws IOException {
    List<String> lines = new ArrayList<>();
    for (String file : files(in)) {
      lines.addAll(Files.readAllLines(in.resolve(file)));
    }
    return lines;
  }
}
