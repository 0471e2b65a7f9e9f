package io.sluice.connector.hadoop;

import java.nio.ByteBuffer;

/** A file that is complete, or a directory: safe already, and not to be changed in place. */
final class SettledChannel extends StreamChannel {

  private final Attributes attributes;

  SettledChannel(Attributes attributes) {
    this.attributes = attributes;
  }

  @Override
  public int write(ByteBuffer from) {
    throw new UnsupportedOperationException(
        "Files in HDFS and S3 cannot be changed in place; open it with APPEND or TRUNCATE_EXISTING.");
  }

  @Override
  public long position() {
    return 0;
  }

  @Override
  public long size() {
    return attributes.size();
  }

  /** Files are made safe when they are closed, and names when they are made. */
  @Override
  public void force(boolean metaData) {}

  @Override
  protected void implCloseChannel() {}
}
