package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.FoundFile.Standing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FoundFilesTest {

  @TempDir
  private Path directory;

  private final Map<String, FoundFile> known = new TreeMap<>();
  private long nowMillis;

  private FoundFiles files() {
    return new FoundFiles(FilePattern.of(directory.toString()), path -> true);
  }

  /** The names of the files that a batch reads; what was found is known from then on. */
  private List<String> read(long batchMillis) {
    List<FoundFile> found =
        files().find(batchMillis, Math.max(batchMillis, nowMillis), Map.copyOf(known));
    know(found);
    return found.stream()
        .filter(file -> file.standing() == Standing.READ)
        .map(file -> Path.of(file.path()).getFileName().toString())
        .toList();
  }

  private void know(List<FoundFile> found) {
    for (FoundFile file : found) {
      known.put(file.path(), file);
      if (file.standing() == Standing.FORGOTTEN) {
        known.remove(file.path());
      }
    }
  }

  @Test
  void fileIsReadOnceThoughItIsTouched() throws IOException {
    Path file = write("file", "same");
    assertThat(read(1000)).containsExactly("file");

    Files.setLastModifiedTime(file, FileTime.from(Instant.ofEpochSecond(-5)));
    assertThat(read(2000)).isEmpty();
    write("file", "same");

    assertThat(read(3000)).isEmpty();
  }

  @Test
  void fileIsReadAgainWhenItsContentIsAnother() throws IOException {
    Path file = write("file", "1234");
    read(1000);
    FileTime modified = Files.getLastModifiedTime(file);

    write("file", "5678");
    Files.setLastModifiedTime(file, modified);

    assertThat(read(2000)).containsExactly("file");
    assertThat(read(3000)).isEmpty();
  }

  @Test
  void fileThatWasThereBeforeIsReadOnlyWhenItIsReplaced() throws IOException {
    Path old = write("old", "old");
    know(files().present());

    Files.setLastModifiedTime(old, FileTime.from(Instant.ofEpochSecond(-5)));
    assertThat(read(1000)).isEmpty();
    write("old", "new");

    assertThat(read(2000)).containsExactly("old");
  }

  @Test
  void fileThatWasThereBeforeIsTheSameOnAnotherNode() throws IOException {
    write("old", "old");
    know(files().present());

    assertThat(known.values()).allSatisfy(file -> assertThat(file.key()).doesNotContain("dev="));
    assertThat(read(1000)).isEmpty();
  }

  @Test
  void hiddenAndUnfinishedFilesAndDirectoriesAreNotFound() throws IOException {
    write("_part", "1");
    write(".part", "1");
    Files.createDirectory(directory.resolve("below"));

    assertThat(read(1000)).isEmpty();
    Files.move(directory.resolve("_part"), directory.resolve("part"));

    assertThat(read(2000)).containsExactly("part");
  }

  @Test
  void fileThatWasAwayForLongIsReadAgain() throws IOException {
    Path file = write("file", "same");
    read(1000);
    Files.delete(file);
    read(2000);
    write("file", "same");
    assertThat(read(61_000)).isEmpty();

    Files.delete(file);
    read(70_000);
    read(130_001);
    write("file", "same");

    assertThat(known).isEmpty();
    assertThat(read(131_000)).containsExactly("file");
  }

  @Test
  void endsOfALongFileStandForItsContent() throws IOException {
    write("long", "a".repeat(17 << 20));
    read(1000);

    write("long", "a".repeat(17 << 20));
    assertThat(read(2000)).isEmpty();
    write("long", "a".repeat((17 << 20) - 1) + "b");
    assertThat(read(3000)).containsExactly("long");
    write("long", "c" + "a".repeat((17 << 20) - 2) + "b");

    assertThat(read(4000)).containsExactly("long");
  }

  @Test
  void batchesThatAreMadeUpShareTheFilesByTheirTime() throws IOException {
    nowMillis = 10_000;
    for (int second : new int[] {1, 2, 3}) {
      Path file = write("file-" + second, "" + second);
      Files.setLastModifiedTime(file, FileTime.fromMillis(second * 1000 - 100));
    }
    write("of-the-future", "");

    assertThat(read(1000)).containsExactly("file-1", "of-the-future");
    assertThat(read(2000)).containsExactly("file-2");
    assertThat(read(3000)).containsExactly("file-3");
    assertThat(read(4000)).isEmpty();
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
