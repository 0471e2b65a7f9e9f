package io.sluice;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.block.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds the files that come into a directory, each once. A file is known by its name and its content: one that was only touched is
 * not found again, one that was replaced by other content is.
 *
 * <p>Of a file of more than 16 MiB, its size and its first and last MiB stand for the content. Content is looked at only if the
 * attributes of a file say that it may have changed.
 */
final class FoundFiles {

  private static final long FORGET_AFTER_MILLIS = 60_000;
  private static final int WHOLE_BYTES = 16 << 20;
  private static final int END_BYTES = 1 << 20;

  /** A file as it was found. */
  record Found(Path path, long size) {}

  /** What says cheaply that a file has not changed. */
  private record Attributes(
      long size, FileTime modified, @Nullable Object key) {}

  /** A file that was found, or was there before; content that was never read is null. */
  private record Known(Attributes attributes, @Nullable String content, long seenMillis) {}

  private final Path directory;
  private final Predicate<Path> filter;
  private final Map<Path, Known> known = new HashMap<>();

  FoundFiles(Path directory, Predicate<Path> filter) {
    this.directory = directory;
    this.filter = filter;
  }

  /** Leaves out what is there now. */
  void skipPresent() {
    for (Path file : list()) {
      Attributes attributes = attributes(file);
      if (attributes != null) {
        known.put(file, new Known(attributes, null, 0));
      }
    }
  }

  /**
   * The files that were not found before, in the order of their names.
   *
   * @throws SluiceException DRIVER_FUNCTION_FAILED if the directory or a file in it cannot be read, naming it
   */
  List<Found> find(long nowMillis) {
    List<Found> found = new ArrayList<>();
    Map<Path, Known> seen = new HashMap<>();
    for (Path file : list()) {
      Attributes attributes = attributes(file);
      if (attributes != null) {
        Known before = known.get(file);
        Known now = look(file, attributes, before, nowMillis);
        if (now != null) {
          seen.put(file, now);
          if (isNew(before, now)) {
            found.add(new Found(file, attributes.size));
          }
        }
      }
    }
    // Only now, so that a failure above leaves all of this batch's files to be found.
    known.putAll(seen);
    known.values().removeIf(file -> nowMillis - file.seenMillis > FORGET_AFTER_MILLIS);
    return found;
  }

  private static boolean isNew(@Nullable Known before, Known now) {
    if (before == null) {
      return true;
    }
    if (before.content == null || now.content == null) {
      // There before the stream: the same file, of the same size, counts as touched.
      return before.attributes.size != now.attributes.size
          || !Objects.equals(before.attributes.key, now.attributes.key);
    }
    return !before.content.equals(now.content);
  }

  private static @Nullable Known look(
      Path file, Attributes attributes, @Nullable Known before, long nowMillis) {
    if (before != null && before.attributes.equals(attributes)) {
      return new Known(attributes, before.content, nowMillis);
    }
    try {
      return new Known(attributes, content(file, attributes.size), nowMillis);
    } catch (NoSuchFileException gone) {
      return null;
    } catch (IOException failure) {
      throw unreadable(file, failure);
    }
  }

  private static String content(Path file, long size) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      boolean whole = size <= WHOLE_BYTES;
      ByteBuffer bytes =
          ByteBuffer.allocate(Long.BYTES + (whole ? (int) size : 2 * END_BYTES)).putLong(size);
      if (whole) {
        fill(channel, bytes, 0);
      } else {
        fill(channel, bytes.limit(Long.BYTES + END_BYTES), 0);
        fill(channel, bytes.limit(bytes.capacity()), size - END_BYTES);
      }
      return Sha256.hex(bytes.array());
    }
  }

  private static void fill(FileChannel from, ByteBuffer to, long position) throws IOException {
    long at = position;
    for (int read = 0; read >= 0 && to.hasRemaining(); at += read) {
      read = from.read(to, at);
    }
  }

  private static @Nullable Attributes attributes(Path file) {
    try {
      BasicFileAttributes read = Files.readAttributes(file, BasicFileAttributes.class);
      return read.isRegularFile()
          ? new Attributes(read.size(), read.lastModifiedTime(), read.fileKey())
          : null;
    } catch (NoSuchFileException gone) {
      return null;
    } catch (IOException failure) {
      throw unreadable(file, failure);
    }
  }

  private List<Path> list() {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(TextFiles::isData).filter(filter).sorted().toList();
    } catch (IOException | UncheckedIOException failure) {
      throw new SluiceException(
          ErrorCode.DRIVER_FUNCTION_FAILED,
          "Directory '" + directory + "' cannot be listed: " + failure
              + ". It must stay, and be readable for the driver, while the context runs.",
          failure);
    }
  }

  private static SluiceException unreadable(Path file, IOException failure) {
    return new SluiceException(
        ErrorCode.DRIVER_FUNCTION_FAILED,
        "File '" + file + "' cannot be read: " + failure
            + ". Files of the directory must be readable for the driver and all workers.",
        failure);
  }
}
