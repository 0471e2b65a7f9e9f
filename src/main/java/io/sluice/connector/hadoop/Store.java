package io.sluice.connector.hadoop;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a file system of Hadoop does, by absolute path and without Hadoop's types: these may not be on the class path. */
interface Store extends Closeable {

  /** A file that is read. */
  interface Reading extends Closeable {

    /** Bytes that can be read, also of a file that is being written. */
    long size() throws IOException;

    /** Reads at least one byte, or gives a negative number at the end. */
    int read(long position, byte[] into, int offset, int length) throws IOException;
  }

  /** A file that is written. */
  interface Writing extends Closeable {

    void write(byte[] bytes, int offset, int length) throws IOException;

    /** Returns when what was written outlives a loss of power. */
    void force() throws IOException;
  }

  /**
   * What is known of a file or directory without reading it.
   *
   * @throws java.nio.file.NoSuchFileException if there is nothing
   */
  Attributes attributes(String path) throws IOException;

  /** A name in a directory. */
  record Child(String name, Attributes attributes) {}

  /**
   * What is in a directory.
   *
   * @throws java.nio.file.NoSuchFileException if there is no such directory
   */
  List<Child> list(String directory) throws IOException;

  /**
   * Reads a file.
   *
   * @param known its attributes, as {@link #attributes} gave them
   */
  Reading open(String file, Attributes known) throws IOException;

  /**
   * Makes a file.
   *
   * @throws java.nio.file.FileAlreadyExistsException if {@code onlyNew} and there is one, whoever made it; in S3 it is the call that
   *     closes the file that fails
   */
  Writing create(String file, boolean onlyNew) throws IOException;

  /**
   * Continues a file. No other may write it meanwhile.
   *
   * @param known its attributes; null to make it
   */
  Writing append(String file, @Nullable Attributes known) throws IOException;

  /** Makes a directory, and those above it, unless it exists. */
  void makeDirectory(String directory) throws IOException;

  /** Deletes a file or an empty directory. */
  void delete(String path) throws IOException;

  /**
   * Gives a file another name.
   *
   * @param replace whether it takes the place of a file that has the name
   */
  void rename(String from, String to, boolean replace) throws IOException;

  /** Whether readers never see the file under both names or none. */
  boolean renamesAtOnce();
}
