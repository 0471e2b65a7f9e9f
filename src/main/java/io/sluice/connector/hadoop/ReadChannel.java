package io.sluice.connector.hadoop;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A file that is read. */
final class ReadChannel extends StreamChannel {

  private static final int COPIED_BYTES = 64 << 10;

  private final Store.Reading file;
  private long position;

  ReadChannel(Store.Reading file) {
    this.file = file;
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    int read = read(into, position);
    position += Math.max(read, 0);
    return read;
  }

  @Override
  public int read(ByteBuffer into, long from) throws IOException {
    requireOpen();
    if (!into.hasRemaining()) {
      return 0;
    }
    if (into.hasArray()) {
      int offset = into.arrayOffset() + into.position();
      int read = file.read(from, into.array(), offset, into.remaining());
      into.position(into.position() + Math.max(read, 0));
      return read;
    }
    byte[] copied = new byte[Math.min(into.remaining(), COPIED_BYTES)];
    int read = file.read(from, copied, 0, copied.length);
    into.put(copied, 0, Math.max(read, 0));
    return read;
  }

  @Override
  public long position() throws IOException {
    requireOpen();
    return position;
  }

  @Override
  public ReadChannel position(long wanted) throws IOException {
    requireOpen();
    position = wanted;
    return this;
  }

  @Override
  public long size() throws IOException {
    requireOpen();
    return file.size();
  }

  @Override
  public void force(boolean metaData) {}

  @Override
  protected void implCloseChannel() throws IOException {
    file.close();
  }
}
