package io.sluice.connector.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Makes lines of bytes as they come: UTF-8, ended by LF, CR or both, with or without a byte order mark. Bytes that are no UTF-8
 * become U+FFFD. A line that is too long is left out.
 */
final class LineSplitter {

  private static final int USUAL_BYTES = 512;

  private final int maxBytes;
  private final Consumer<String> lines;
  private final Runnable tooLong;
  private byte[] line = new byte[USUAL_BYTES];
  private int length;
  private boolean overlong;
  private boolean afterReturn;
  private boolean first = true;

  /**
   * @param tooLong called at the end of each line that is left out
   */
  LineSplitter(int maxBytes, Consumer<String> lines, Runnable tooLong) {
    this.maxBytes = maxBytes;
    this.lines = lines;
    this.tooLong = tooLong;
  }

  /** Takes all bytes and hands over the lines that they end. */
  void accept(ByteBuffer bytes) {
    while (bytes.hasRemaining()) {
      byte next = bytes.get();
      boolean secondOfPair = next == '\n' && afterReturn;
      afterReturn = next == '\r';
      if (secondOfPair) {
        continue;
      }
      if (next == '\n' || next == '\r') {
        endLine();
      } else {
        add(next);
      }
    }
  }

  /** Hands over what comes after the last end of a line, if anything does. */
  void end() {
    if (length > 0 || overlong) {
      endLine();
    }
  }

  private void add(byte next) {
    if (length == maxBytes) {
      overlong = true;
    }
    if (overlong) {
      return;
    }
    if (length == line.length) {
      line = Arrays.copyOf(line, Math.min(maxBytes, length * 2));
    }
    line[length++] = next;
  }

  private void endLine() {
    int from = first && startsWithMark() ? 3 : 0;
    int to = length;
    boolean leftOut = overlong;
    first = false;
    length = 0;
    overlong = false;
    if (leftOut) {
      tooLong.run();
    } else {
      lines.accept(new String(line, from, to - from, StandardCharsets.UTF_8));
    }
  }

  private boolean startsWithMark() {
    return length >= 3
        && line[0] == (byte) 0xEF
        && line[1] == (byte) 0xBB
        && line[2] == (byte) 0xBF;
  }
}
