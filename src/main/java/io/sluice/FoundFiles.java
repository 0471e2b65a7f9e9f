package io.sluice;

import io.sluice.FoundFile.Standing;
import io.sluice.api.ErrorCode;
import io.sluice.api.Function;
import io.sluice.api.SluiceException;
import io.sluice.block.Sha256;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the files that come into a directory, each once. A file is known by its name and its content: one that was only touched is
 * not read again, one that was replaced by other content is.
 *
 * <p>Of a file of more than 16 MiB, its size and its first and last MiB stand for the content. Content is looked at only if the
 * attributes of a file say that it may have changed. What is known is the caller's, who keeps what {@link #find} gives.
 */
final class FoundFiles implements Serializable {

  private static final long serialVersionUID = 1L;

  private static final long FORGET_AFTER_MILLIS = 60_000;
  private static final int WHOLE_BYTES = 16 << 20;
  private static final int END_BYTES = 1 << 20;

  private final FilePattern where;
  private final Function<Path, Boolean> filter;

  FoundFiles(FilePattern where, Function<Path, Boolean> filter) {
    this.where = where;
    this.filter = filter;
  }

  /** What is there now, not to be read. */
  List<FoundFile> present() {
    List<FoundFile> present = new ArrayList<>();
    for (Path file : list()) {
      FoundFile now = look(file);
      if (now != null) {
        present.add(now);
      }
    }
    return present;
  }

  /**
   * What is new in the directory, in the order of the names, and then what has gone.
   *
   * <p>A file that came after the batch's time is left to a later one, so that batches that are made up share what came meanwhile. Its time of
   * change says when that was, unless that is later than now.
   *
   * @param known what earlier batches have found
   * @throws SluiceException DRIVER_FUNCTION_FAILED if the directory or a file in it cannot be read, naming it
   */
  List<FoundFile> find(long batchMillis, long nowMillis, Map<String, FoundFile> known) {
    List<FoundFile> found = new ArrayList<>();
    Set<String> there = new HashSet<>();
    for (Path file : list()) {
      FoundFile now = look(file);
      if (now != null) {
        there.add(now.path());
        FoundFile before = known.get(now.path());
        if (!isUnchanged(before, now) && !comesLater(now, batchMillis, nowMillis)) {
          addRead(file, before, now, batchMillis, found);
        }
      }
    }
    for (FoundFile before : known.values()) {
      if (!there.contains(before.path())) {
        addGone(before, batchMillis, found);
      }
    }
    return found;
  }

  private static boolean isUnchanged(@Nullable FoundFile before, FoundFile now) {
    return before != null
        && before.standing() != Standing.AWAY
        && before.size() == now.size()
        && before.modified().equals(now.modified())
        && before.key().equals(now.key());
  }

  private static boolean comesLater(FoundFile file, long batchMillis, long nowMillis) {
    long modified = Instant.parse(file.modified()).toEpochMilli();
    return modified > batchMillis && modified <= nowMillis;
  }

  private static void addRead(
      Path file,
      @Nullable FoundFile before,
      FoundFile now,
      long batchMillis,
      List<FoundFile> found) {
    String content;
    try {
      content = content(file, now.size());
    } catch (NoSuchFileException gone) {
      return;
    } catch (IOException failure) {
      throw unreadable(file, failure);
    }
    found.add(new FoundFile(
        now.path(),
        now.size(),
        now.modified(),
        now.key(),
        content,
        isSame(before, now, content) ? Standing.KNOWN : Standing.READ,
        batchMillis));
  }

  private static boolean isSame(@Nullable FoundFile before, FoundFile now, String content) {
    if (before == null) {
      return false;
    }
    // There before the stream: the same file, of the same size, counts as touched.
    return before.content().isEmpty()
        ? before.size() == now.size() && before.key().equals(now.key())
        : before.content().equals(content);
  }

  private static void addGone(FoundFile before, long batchMillis, List<FoundFile> found) {
    if (before.standing() != Standing.AWAY) {
      found.add(before.become(Standing.AWAY, batchMillis));
    } else if (batchMillis - before.sinceMillis() > FORGET_AFTER_MILLIS) {
      found.add(before.become(Standing.FORGOTTEN, batchMillis));
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

  /** Null if it is no file, or not there any more. */
  private static @Nullable FoundFile look(Path file) {
    try {
      BasicFileAttributes read = Files.readAttributes(file, BasicFileAttributes.class);
      return read.isRegularFile()
          ? new FoundFile(
              file.toString(),
              read.size(),
              read.lastModifiedTime().toString(),
              key(read.fileKey()),
              "",
              Standing.KNOWN,
              Long.MIN_VALUE)
          : null;
    } catch (NoSuchFileException gone) {
      return null;
    } catch (IOException failure) {
      throw unreadable(file, failure);
    }
  }

  /** Each node has a number of its own for a device that all have mounted. */
  private static String key(@Nullable Object key) {
    return key == null ? "" : key.toString().replaceFirst("dev=[^,]*,", "");
  }

  private List<Path> list() {
    try {
      requireDirectory();
      return where.files().stream().filter(this::isWanted).toList();
    } catch (IOException | UncheckedIOException failure) {
      throw new SluiceException(
          ErrorCode.DRIVER_FUNCTION_FAILED,
          "Directory '" + where.path() + "' cannot be listed: " + failure
              + ". It must stay, and be readable for the driver, while the context runs.",
          failure);
    }
  }

  private void requireDirectory() throws IOException {
    if (!where.canGetFiles()) {
      throw new NotDirectoryException(where.path());
    }
  }

  private boolean isWanted(Path file) {
    try {
      return filter.call(file);
    } catch (Exception failure) {
      throw new SluiceException(
          ErrorCode.DRIVER_FUNCTION_FAILED,
          "The filter of files in '" + where.path() + "' failed for '" + file + "': " + failure,
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
