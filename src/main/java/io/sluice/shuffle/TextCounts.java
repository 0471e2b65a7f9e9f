package io.sluice.shuffle;

import io.sluice.block.Lines;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * How often each text occurs, without a String for each occurrence: open addressing over entries of four longs, so that a
 * text is looked up in two cache lines. Entries keep the order of first arrival.
 */
public final class TextCounts {

  /** Takes a text and how often it occurred. */
  @FunctionalInterface
  public interface Taker {
    void take(String text, long count);
  }

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int FIELDS = 4;
  private static final int HEAD = 0;
  private static final int PLACE = 1;
  private static final int COUNT = 2;
  private static final int HASH = 3;
  private static final int INITIAL = 64;

  private int[] slots = new int[INITIAL * 2];
  private long[] entries = new long[INITIAL * FIELDS];
  private byte[] texts = new byte[INITIAL * Long.BYTES];
  private int size;
  private int used;

  /** Counts the text of a range. */
  public void add(byte[] bytes, int from, int to) {
    int length = to - from;
    long head = head(bytes, from, length);
    long hash = length <= Long.BYTES ? mix(head + length) : hash(bytes, from, to, head);
    int mask = slots.length - 1;
    int slot = (int) hash & mask;
    while (true) {
      int entry = (slots[slot] - 1) * FIELDS;
      if (entry < 0) {
        insert(bytes, from, length, head, hash, slot);
        return;
      }
      if (entries[entry + HEAD] == head
          && (int) entries[entry + PLACE] == length
          && (length <= Long.BYTES || isText(entry, bytes, from, to))) {
        entries[entry + COUNT]++;
        return;
      }
      slot = (slot + 1) & mask;
    }
  }

  /** Hands over all texts in the order in which they came first. */
  public void forEach(Taker taker) {
    for (int entry = 0; entry < size * FIELDS; entry += FIELDS) {
      int start = start(entry);
      taker.take(
          Lines.text(texts, start, start + (int) entries[entry + PLACE]), entries[entry + COUNT]);
    }
  }

  private int start(int entry) {
    return (int) (entries[entry + PLACE] >>> 32);
  }

  private boolean isText(int entry, byte[] bytes, int from, int to) {
    int start = start(entry);
    return Arrays.equals(texts, start, start + to - from, bytes, from, to);
  }

  private void insert(byte[] bytes, int from, int length, long head, long hash, int slot) {
    if (texts.length - used < length) {
      texts = Arrays.copyOf(texts, Math.max(texts.length * 2, used + length));
    }
    System.arraycopy(bytes, from, texts, used, length);
    int entry = size * FIELDS;
    entries[entry + HEAD] = head;
    entries[entry + PLACE] = (long) used << 32 | length;
    entries[entry + COUNT] = 1;
    entries[entry + HASH] = hash;
    used += length;
    slots[slot] = ++size;
    if (size * FIELDS == entries.length) {
      grow();
    }
  }

  private void grow() {
    entries = Arrays.copyOf(entries, entries.length * 2);
    slots = new int[slots.length * 2];
    int mask = slots.length - 1;
    for (int entry = 0; entry < size; entry++) {
      int slot = (int) entries[entry * FIELDS + HASH] & mask;
      while (slots[slot] != 0) {
        slot = (slot + 1) & mask;
      }
      slots[slot] = entry + 1;
    }
  }

  /** The first eight bytes, zeros behind a shorter text. */
  private static long head(byte[] bytes, int from, int length) {
    if (length >= Long.BYTES) {
      return (long) LONGS.get(bytes, from);
    }
    if (from + Long.BYTES <= bytes.length) {
      return (long) LONGS.get(bytes, from) & ((1L << (length * Byte.SIZE)) - 1);
    }
    long head = 0;
    for (int i = length - 1; i >= 0; i--) {
      head = head << Byte.SIZE | (bytes[from + i] & 0xFF);
    }
    return head;
  }

  private static long hash(byte[] bytes, int from, int to, long head) {
    long hash = head + (to - from);
    for (int at = from + Long.BYTES; at < to; at += Long.BYTES) {
      hash = mix(hash) + head(bytes, at, Math.min(Long.BYTES, to - at));
    }
    return mix(hash);
  }

  /** The finaliser of MurmurHash3. */
  private static long mix(long hash) {
    long mixed = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
    mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return mixed ^ (mixed >>> 33);
  }
}
