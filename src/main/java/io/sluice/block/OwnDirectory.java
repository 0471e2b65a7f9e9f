package io.sluice.block;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A directory for files of this process alone, made when it is first needed and deleted at the end. Thread-safe. */
final class OwnDirectory implements AutoCloseable {

  private final Path parent;
  private final String prefix;
  private @Nullable Path made;

  /**
   * @param prefix what the name begins with; the rest is new each time
   */
  OwnDirectory(Path parent, String prefix) {
    this.parent = parent;
    this.prefix = prefix;
  }

  Path parent() {
    return parent;
  }

  synchronized Path path() throws IOException {
    Path known = made;
    if (known == null) {
      Files.createDirectories(parent);
      known = Files.createTempDirectory(parent, prefix);
      made = known;
    }
    return known;
  }

  static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Deletes the directory with all files in it. */
  @Override
  public synchronized void close() {
    Path known = made;
    if (known == null || !Files.exists(known)) {
      return;
    }
    try (Stream<Path> files = Files.list(known)) {
      files.forEach(OwnDirectory::delete);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    delete(known);
  }
}
