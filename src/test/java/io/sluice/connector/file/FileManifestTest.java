package io.sluice.connector.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.SluiceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A manifest of many files, as it is in a store of objects. */
class FileManifestTest {

  private static final int LARGE_BYTES = 100;

  @TempDir
  private Path directory;

  private Path numbered;

  @BeforeEach
  void makeDirectory() throws IOException {
    numbered = Files.createDirectory(directory.resolve("_manifest"));
  }

  private FileManifest manifest(String pipeline) {
    return new FileManifest(directory, pipeline, new ManifestFiles(numbered, true, LARGE_BYTES));
  }

  private void append(int second) throws IOException {
    manifest("shop/orders").append(Instant.ofEpochSecond(second), List.of(entry(second)));
  }

  private static FileManifest.Entry entry(int second) {
    return new FileManifest.Entry(Instant.ofEpochSecond(second), 0, "part-" + second, 1, 2);
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(numbered)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void fileThatIsLargeIsFollowedByTheNext() throws IOException {
    for (int second = 1; second <= 5; second++) {
      append(second);

      assertThat(manifest("shop/orders").lastBatch()).isEqualTo(second * 1000L);
    }

    assertThat(names()).containsExactly("00000001", "00000002", "00000003");
    assertThat(manifest("").entries())
        .containsExactly(entry(1), entry(2), entry(3), entry(4), entry(5));
  }

  @Test
  void batchThatALateDriverHasAddedToTheFileBeforeCountsOnce() throws IOException {
    append(1);
    byte[] before = Files.readAllBytes(numbered.resolve("00000001"));
    append(2);
    byte[] late = Files.readAllBytes(numbered.resolve("00000001"));
    Files.write(numbered.resolve("00000001"), before);
    Files.write(numbered.resolve("00000002"), late);
    append(3);
    Files.write(numbered.resolve("00000001"), late);

    assertThat(manifest("").entries()).containsExactly(entry(1), entry(2), entry(3));
  }

  @Test
  void earlierFilesMayBeGone() throws IOException {
    for (int second = 1; second <= 5; second++) {
      append(second);
    }
    Files.delete(numbered.resolve("00000001"));
    Files.writeString(numbered.resolve("copy.bak"), "");

    append(6);

    assertThat(names()).containsExactly("00000002", "00000003", "copy.bak");
    assertThat(manifest("").entries()).containsExactly(entry(3), entry(4), entry(5), entry(6));
  }

  @Test
  void eachFileSaysWhoseItIs() throws IOException {
    for (int second = 1; second <= 3; second++) {
      append(second);
    }

    assertThatThrownBy(() -> manifest("shop/other").lastBatch())
        .isInstanceOf(SluiceException.class)
        .hasMessageContaining("'" + directory + "' belongs to 'shop/orders'");
  }
}
