package io.sluice.connector.hadoop;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A file that is written from its beginning, or continued. */
final class WriteChannel extends StreamChannel {

  private final Store.Writing file;
  private long position;

  /** @param position where it is continued */
  WriteChannel(Store.Writing file, long position) {
    this.file = file;
    this.position = position;
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    requireOpen();
    int length = from.remaining();
    if (from.hasArray()) {
      file.write(from.array(), from.arrayOffset() + from.position(), length);
      from.position(from.limit());
    } else {
      byte[] copied = new byte[length];
      from.get(copied);
      file.write(copied, 0, length);
    }
    position += length;
    return length;
  }

  @Override
  public long position() throws IOException {
    requireOpen();
    return position;
  }

  @Override
  public long size() throws IOException {
    return position();
  }

  @Override
  public void force(boolean metaData) throws IOException {
    requireOpen();
    file.force();
  }

  @Override
  protected void implCloseChannel() throws IOException {
    file.close();
  }
}
