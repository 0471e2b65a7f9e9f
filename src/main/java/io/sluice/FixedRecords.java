package io.sluice;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.NoSuchElementException;

/** Records of one length, read as they are asked for. */
final class FixedRecords implements Iterator<byte[]>, AutoCloseable {

  private final InputStream file;
  private final int length;
  private long left;
  private byte[] next;

  FixedRecords(FilePart part, int length) throws IOException {
    this.file = TextFiles.open(part.file());
    this.length = length;
    this.left = part.to() - part.from();
    file.skipNBytes(part.from());
    this.next = read();
  }

  /** How long the content of a compressed file is, only its reader finds out. */
  static void requireWhole(FoundFile file, int length) {
    if (!TextFiles.isCompressed(file.path()) && file.size() % length != 0) {
      throw new SluiceException(
          ErrorCode.DRIVER_FUNCTION_FAILED,
          "File '%s' has %d bytes, which is no multiple of the record length of %d. Write whole records, and move a file into the directory only when it is complete."
              .formatted(file.path(), file.size(), length));
    }
  }

  /** Empty at the end. */
  private byte[] read() throws IOException {
    byte[] record = left <= 0 ? new byte[0] : file.readNBytes(length);
    left -= length;
    if (record.length > 0 && record.length < length) {
      throw new EOFException(
          "its last record has %d bytes instead of %d".formatted(record.length, length));
    }
    return record;
  }

  @Override
  public boolean hasNext() {
    return next.length > 0;
  }

  @Override
  public byte[] next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    try {
      byte[] record = next;
      next = read();
      return record;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
