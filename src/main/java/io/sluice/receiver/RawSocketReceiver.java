package io.sluice.receiver;

import io.sluice.api.StorageLevel;
import io.sluice.block.RawBlocks;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/** Reads blocks of encoded records from a TCP server and stores them as the bytes they are; see {@link RawBlocks}. */
public final class RawSocketReceiver<T> extends SocketReceiver<T> {

  private static final long serialVersionUID = 1L;

  public RawSocketReceiver(String host, int port, StorageLevel level) {
    super(host, port, level);
  }

  @Override
  void storeAll(InputStream in) throws IOException {
    DataInputStream blocks = new DataInputStream(in);
    while (!isStopped()) {
      int first = blocks.read();
      if (first < 0) {
        return;
      }
      int length = first << 24
          | blocks.readUnsignedByte() << 16
          | blocks.readUnsignedByte() << 8
          | blocks.readUnsignedByte();
      int records = blocks.readInt();
      if (length < 1 || length > RawBlocks.MAX_BYTES || records < 0) {
        throw new UnexpectedDataException(
            "a block of %d bytes with %d records; a block has 1 to %d bytes. Write it with RawBlockWriter."
                .formatted(length, records, RawBlocks.MAX_BYTES));
      }
      byte[] bytes = blocks.readNBytes(length);
      if (bytes.length < length) {
        throw new EOFException("the connection ended inside a block");
      }
      storeEncoded(ByteBuffer.wrap(bytes), records);
    }
  }
}
