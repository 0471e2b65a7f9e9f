package io.sluice.block;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Splits bytes into lines: at line feeds, without a carriage return before them, as UTF-8. */
public final class Lines {

  private Lines() {}

  static void forEach(byte[] bytes, int from, int to, Consumer<Object> consumer) {
    int start = from;
    for (int at = from; at < to; at++) {
      if (bytes[at] == '\n') {
        consumer.accept(line(bytes, start, at));
        start = at + 1;
      }
    }
    if (start < to) {
      consumer.accept(line(bytes, start, to));
    }
  }

  /** Line feeds in the range. */
  public static int count(byte[] bytes, int from, int to) {
    int lines = 0;
    for (int at = from; at < to; at++) {
      if (bytes[at] == '\n') {
        lines++;
      }
    }
    return lines;
  }

  /** Sets the limit after at most {@code most} lines and gives how many remain, a last one without a line feed included. */
  public static int limit(ByteBuffer bytes, long most) {
    int lines = 0;
    for (int at = bytes.position(); at < bytes.limit(); at++) {
      if (bytes.get(at) == '\n' && ++lines >= most) {
        bytes.limit(at + 1);
      }
    }
    return bytes.get(bytes.limit() - 1) == '\n' ? lines : lines + 1;
  }

  private static String line(byte[] bytes, int start, int end) {
    int last = end > start && bytes[end - 1] == '\r' ? end - 1 : end;
    return new String(bytes, start, last - start, StandardCharsets.UTF_8);
  }
}
