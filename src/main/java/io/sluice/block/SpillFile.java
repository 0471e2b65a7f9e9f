package io.sluice.block;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A file of bytes that found no room in memory, made when it is first written to and deleted at the end. Thread-safe. */
public final class SpillFile implements AutoCloseable {

  private final OwnDirectory directory;
  private final String name;
  private @Nullable Path path;
  // Not a channel: that would be closed by the interrupt of a task that happens to read.
  private @Nullable RandomAccessFile file;
  private long end;
  private boolean closed;

  SpillFile(OwnDirectory directory, String name) {
    this.directory = directory;
    this.name = name;
  }

  /**
   * Writes bytes behind what is there and gives the position at which they begin.
   *
   * @throws SluiceException STORAGE_FULL if they cannot be written; what was written before stays readable
   */
  public synchronized long append(byte[] bytes) {
    try {
      RandomAccessFile open = open();
      open.seek(end);
      open.write(bytes);
      long position = end;
      end += bytes.length;
      return position;
    } catch (IOException failure) {
      throw new SluiceException(
          ErrorCode.STORAGE_FULL,
          "Shuffled data beyond sluice.shuffle.memory cannot be written below "
              + directory.parent()
              + ": "
              + failure
              + ". Free space there, set sluice.block.directory, or raise sluice.shuffle.memory.",
          failure);
    }
  }

  /**
   * Reads what was written at a position.
   *
   * @throws SluiceException STORAGE_FULL if the file cannot be read; what it had is made again by another attempt
   */
  public synchronized byte[] read(long position, int length) {
    byte[] bytes = new byte[length];
    try {
      RandomAccessFile open = open();
      open.seek(position);
      open.readFully(bytes);
      return bytes;
    } catch (IOException failure) {
      throw new SluiceException(
          ErrorCode.STORAGE_FULL,
          "Shuffled data cannot be read back from "
              + path
              + ": "
              + failure
              + ". Nothing else may delete files below sluice.block.directory.",
          failure);
    }
  }

  /** Deletes the file. Nothing can be written or read from now on. */
  @Override
  public synchronized void close() {
    closed = true;
    RandomAccessFile open = file;
    if (open != null && path != null) {
      file = null;
      try {
        open.close();
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      } finally {
        OwnDirectory.delete(path);
      }
    }
  }

  private RandomAccessFile open() throws IOException {
    RandomAccessFile open = file;
    if (open == null) {
      if (closed) {
        throw new IOException("the shuffle was given up");
      }
      Path made = directory.path().resolve(name);
      open = new RandomAccessFile(made.toFile(), "rw");
      path = made;
      file = open;
    }
    return open;
  }
}
