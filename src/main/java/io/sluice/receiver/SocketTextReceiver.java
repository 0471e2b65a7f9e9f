package io.sluice.receiver;

import io.sluice.api.StorageLevel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Reads lines from a TCP server and stores them as the bytes they are. */
public final class SocketTextReceiver extends SocketReceiver<String> {

  private static final long serialVersionUID = 1L;
  private static final int BUFFER_BYTES = 128 * 1024;
  private static final int MAX_LINE_BYTES = 16 << 20;

  public SocketTextReceiver(String host, int port, StorageLevel level) {
    super(host, port, level);
  }

  /** Hands over whole lines; the beginning of the next one stays in the buffer. */
  @Override
  void storeAll(InputStream in) throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    int filled = 0;
    while (!isStopped()) {
      if (filled == buffer.length) {
        if (filled >= MAX_LINE_BYTES) {
          throw new UnexpectedDataException("a line is longer than " + MAX_LINE_BYTES + " bytes.");
        }
        buffer = Arrays.copyOf(buffer, filled * 2);
      }
      int read = in.read(buffer, filled, buffer.length - filled);
      if (read < 0) {
        storeLastLine(buffer, filled);
        return;
      }
      int end = afterLastLineFeed(buffer, filled, filled + read);
      filled += read;
      if (end > 0) {
        store(ByteBuffer.wrap(buffer, 0, end));
        System.arraycopy(buffer, end, buffer, 0, filled - end);
        filled -= end;
      }
    }
  }

  private void storeLastLine(byte[] buffer, int length) {
    if (length > 0) {
      byte[] line = Arrays.copyOf(buffer, length + 1);
      line[length] = '\n';
      store(ByteBuffer.wrap(line));
    }
  }

  private static int afterLastLineFeed(byte[] buffer, int from, int to) {
    for (int at = to - 1; at >= from; at--) {
      if (buffer[at] == '\n') {
        return at + 1;
      }
    }
    return 0;
  }
}
