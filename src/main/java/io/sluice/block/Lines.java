package io.sluice.block;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Splits bytes into lines: at line feeds, without a carriage return before them, as UTF-8. */
public final class Lines {

  private Lines() {}

  static void forEach(byte[] bytes, int from, int to, Consumer<Object> consumer) {
    TextConsumer records = consumer::accept;
    records.acceptLines(bytes, from, to);
  }

  /** Hands over each line, without its end, as the bytes it is. */
  public static void split(byte[] bytes, int from, int to, TextConsumer consumer) {
    int start = from;
    for (int at = from; at < to; at++) {
      if (bytes[at] == '\n') {
        consumer.acceptText(bytes, start, withoutReturn(bytes, start, at));
        start = at + 1;
      }
    }
    if (start < to) {
      consumer.acceptText(bytes, start, withoutReturn(bytes, start, to));
    }
  }

  /** Where a line ends that is followed by a line feed at {@code end}. */
  public static int withoutReturn(byte[] bytes, int start, int end) {
    return end > start && bytes[end - 1] == '\r' ? end - 1 : end;
  }

  /** The text of a range; bytes that are no UTF-8 become replacement characters. */
  public static String text(byte[] bytes, int from, int to) {
    return new String(bytes, from, to - from, StandardCharsets.UTF_8);
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

  /** Lines in the range, a last one without a line feed included. */
  public static int countAll(byte[] bytes, int from, int to) {
    int fed = count(bytes, from, to);
    return to > from && bytes[to - 1] != '\n' ? fed + 1 : fed;
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
}
