package io.sluice.connector.file;

import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** A file that is being written. */
final class OpenFile {

  private static final int BUFFER_BYTES = 64 << 10;

  /** Counts what reaches the file. */
  private static final class Counting extends FilterOutputStream {
    private long bytes;

    Counting(OutputStream file) {
      super(file);
    }

    @Override
    public void write(int one) throws IOException {
      out.write(one);
      bytes++;
    }

    @Override
    public void write(byte[] many, int from, int length) throws IOException {
      out.write(many, from, length);
      bytes += length;
    }
  }

  private final int number;
  private final String directory;
  private final Counting file;
  private final OutputStream out;
  private long records;
  private long bytes;

  /** @param number among those of the attempt */
  OpenFile(int number, String directory, OutputStream file, LineFormat<?> format)
      throws IOException {
    this.number = number;
    this.directory = directory;
    this.file = new Counting(file);
    this.out = new BufferedOutputStream(format.encoding(this.file), BUFFER_BYTES);
  }

  int number() {
    return number;
  }

  String directory() {
    return directory;
  }

  /** Those it was given, before they are compressed. */
  long bytes() {
    return bytes;
  }

  void write(byte[] line) throws IOException {
    out.write(line);
    records++;
    bytes += line.length;
  }

  Part.Written close() throws IOException {
    out.close();
    return new Part.Written(directory, records, file.bytes);
  }
}
