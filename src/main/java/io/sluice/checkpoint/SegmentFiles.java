package io.sluice.checkpoint;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/** The file operations that checkpoints need, so that a test can let each of them fail. */
public interface SegmentFiles {

  /** A file that is being written, from its beginning on. */
  interface Output extends Closeable {

    /** Writes all remaining bytes. */
    void write(ByteBuffer bytes) throws IOException;

    /** Returns when what was written outlives a loss of power. */
    void force() throws IOException;
  }

  /** Files of this machine, or of a file system that it has mounted. */
  static SegmentFiles disk() {
    return new DiskFiles();
  }

  /** Makes the directory and those above it, unless they exist. */
  void makeDirectory(Path directory) throws IOException;

  /**
   * Makes a new file; its name outlives a loss of power.
   *
   * @throws java.nio.file.FileAlreadyExistsException if there is one of this name, whoever made it
   */
  Output create(Path file) throws IOException;

  /** All bytes of a file. */
  byte[] read(Path file) throws IOException;

  /** Number of bytes in a file. */
  long size(Path file) throws IOException;

  /** What lies in a directory, in no order. */
  List<Path> list(Path directory) throws IOException;

  /** Deletes a file, unless it is gone. */
  void delete(Path file) throws IOException;
}
