package bench;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** The loop without Strings: lines are bytes, words are counted by open addressing, tables are exchanged once a second. */
final class ByteLoop {

  private static final long SECOND = 1_000_000_000L;
  private static final Queue<Table> OTHERS = new ConcurrentLinkedQueue<>();

  private ByteLoop() {}

  static void work(String workload, int number, int threads) {
    byte[] text = Text.bytes();
    int lines = text.length / Text.LINE_BYTES / threads;
    if (workload.equals("W1")) {
      grep(text, number * lines, (number + 1) * lines);
    } else {
      count(text, number * lines, (number + 1) * lines, number, workload.equals("W3"));
    }
  }

  private static void grep(byte[] text, int from, int to) {
    byte[] needle = Text.NEEDLE.getBytes(StandardCharsets.US_ASCII);
    Given given = Given.from(from, to - from);
    int line = from;
    while (!Given.isOver()) {
      int hits = 0;
      for (int i = 0; i < 1000; i++) {
        hits += contains(text, line * Text.LINE_BYTES, (line + 1) * Text.LINE_BYTES, needle);
        line = line + 1 == to ? from : line + 1;
      }
      given.add(1000);
      Measure.LINES.add(1000);
      Measure.RESULTS.add(hits);
    }
  }

  private static int contains(byte[] text, int from, int to, byte[] needle) {
    for (int at = from; at <= to - needle.length; at++) {
      if (text[at] == needle[0]
          && Arrays.equals(text, at, at + needle.length, needle, 0, needle.length)) {
        return 1;
      }
    }
    return 0;
  }

  private static void count(byte[] text, int from, int to, int number, boolean window) {
    Given given = Given.from(from, to - from);
    Table counts = new Table();
    Table totals = new Table();
    ArrayDeque<Table> panes = new ArrayDeque<>();
    long next = System.nanoTime() + SECOND;
    int line = from;
    while (true) {
      if (!Given.isOver()) {
        for (int i = 0; i < 500; i++) {
          words(text, line * Text.LINE_BYTES, counts);
          line = line + 1 == to ? from : line + 1;
        }
        given.add(500);
        Measure.LINES.add(500);
      }
      if (System.nanoTime() < next) {
        continue;
      }
      next += SECOND;
      if (number > 0) {
        OTHERS.add(counts);
      } else {
        for (Table other = OTHERS.poll(); other != null; other = OTHERS.poll()) {
          counts.addAll(other, 1);
        }
        if (window) {
          totals.addAll(counts, 1);
          panes.add(counts);
          if (panes.size() > 10) {
            totals.addAll(panes.remove(), -1);
          }
          Tops.window(totals.top(10));
        } else {
          Measure.RESULTS.add(counts.sum());
        }
      }
      counts = new Table();
    }
  }

  private static void words(byte[] text, int from, Table counts) {
    int start = from;
    long hash = 0;
    for (int at = from; ; at++) {
      byte unit = text[at];
      if (unit > ' ') {
        hash = hash * 31 + unit;
        continue;
      }
      counts.add(text, start, at - start, hash, 1);
      if (unit == '\n') {
        return;
      }
      start = at + 1;
      hash = 0;
    }
  }

  /** Words by open addressing. */
  private static final class Table {
    private static final int CAPACITY = 1 << 16;

    private final int[] slots = new int[CAPACITY];
    private byte[][] words = new byte[1024][];
    private long[] hashes = new long[1024];
    private long[] counts = new long[1024];
    private int size;

    void add(byte[] text, int from, int length, long hash, long by) {
      int slot = (int) (hash * 0x9E3779B97F4A7C15L >>> 48) & (CAPACITY - 1);
      while (true) {
        int word = slots[slot] - 1;
        if (word < 0) {
          insert(Arrays.copyOfRange(text, from, from + length), hash, by, slot);
          return;
        }
        if (hashes[word] == hash
            && words[word].length == length
            && Arrays.equals(words[word], 0, length, text, from, from + length)) {
          counts[word] += by;
          return;
        }
        slot = (slot + 1) & (CAPACITY - 1);
      }
    }

    private void insert(byte[] word, long hash, long by, int slot) {
      if (size == words.length) {
        words = Arrays.copyOf(words, 2 * size);
        hashes = Arrays.copyOf(hashes, 2 * size);
        counts = Arrays.copyOf(counts, 2 * size);
      }
      words[size] = word;
      hashes[size] = hash;
      counts[size] = by;
      slots[slot] = ++size;
    }

    void addAll(Table other, int sign) {
      for (int i = 0; i < other.size; i++) {
        add(other.words[i], 0, other.words[i].length, other.hashes[i], sign * other.counts[i]);
      }
    }

    long sum() {
      return Arrays.stream(counts, 0, size).sum();
    }

    Map<String, Long> top(int most) {
      long[] sorted = Arrays.copyOf(counts, size);
      Arrays.sort(sorted);
      long least = sorted[Math.max(0, size - most)];
      Map<String, Long> top = new HashMap<>();
      for (int i = 0; i < size && top.size() < most; i++) {
        if (counts[i] >= least) {
          top.put(new String(words[i], StandardCharsets.US_ASCII), counts[i]);
        }
      }
      return top;
    }
  }
}
