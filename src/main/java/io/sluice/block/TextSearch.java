package io.sluice.block;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Finds a text in bytes. Eight places are looked at together: only where both the first and the last byte of the text stand
 * is the rest compared (W. Muła, "SIMD-friendly algorithms for substring searching", with a long as the vector).
 */
public final class TextSearch {

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101_0101_0101_0101L;
  private static final long HIGHS = 0x8080_8080_8080_8080L;

  private final byte[] text;
  private final long firsts;
  private final long lasts;

  /**
   * @param text to be found, in UTF-8
   */
  public TextSearch(String text) {
    this.text = text.getBytes(StandardCharsets.UTF_8);
    this.firsts = this.text.length == 0 ? 0 : (this.text[0] & 0xFF) * ONES;
    this.lasts = this.text.length == 0 ? 0 : (this.text[this.text.length - 1] & 0xFF) * ONES;
  }

  /** Whether the text fits into one line. */
  public boolean isWithinLine() {
    return text.length > 0 && indexOf('\n') < 0 && indexOf('\r') < 0;
  }

  private int indexOf(char wanted) {
    for (int at = 0; at < text.length; at++) {
      if (text[at] == wanted) {
        return at;
      }
    }
    return -1;
  }

  /** Where the text stands first in the range; -1 if nowhere. */
  public int find(byte[] bytes, int from, int to) {
    int length = text.length;
    if (length == 0) {
      return from;
    }
    int last = to - length;
    int at = from;
    for (int beyond = last - Long.BYTES + 1; at <= beyond; at += Long.BYTES) {
      long differ = ((long) LONGS.get(bytes, at) ^ firsts)
          | ((long) LONGS.get(bytes, at + length - 1) ^ lasts);
      // A byte that is zero gets its high bit; one above it may get it too and is compared for
      // nothing.
      long equal = (differ - ONES) & ~differ & HIGHS;
      while (equal != 0) {
        int candidate = at + (Long.numberOfTrailingZeros(equal) >>> 3);
        if (isAt(bytes, candidate)) {
          return candidate;
        }
        equal &= equal - 1;
      }
    }
    for (; at <= last; at++) {
      if (isAt(bytes, at)) {
        return at;
      }
    }
    return -1;
  }

  private boolean isAt(byte[] bytes, int at) {
    return Arrays.equals(bytes, at, at + text.length, text, 0, text.length);
  }
}
