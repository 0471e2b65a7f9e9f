package io.sluice.shuffle;

import io.sluice.block.ChunkedList;
import io.sluice.block.Sizes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Pairs that one map task has for one partition: all, or some of them.
 *
 * @param input which input of the shuffle they come from
 * @param combined whether the values are combined already
 */
record Part(int input, boolean combined, Object[] keys, Object[] values, int size) {

  /** About how many bytes it takes in memory. */
  long sizeBytes() {
    return Sizes.estimate(keys, size) + Sizes.estimate(values, size);
  }

  /** Pairs being collected without combining, in parts of bounded size for the reason that a {@link ChunkedList} has. */
  static final class Builder {
    private final int input;
    private final List<Part> full = new ArrayList<>();
    private Object[] keys = new Object[16];
    private Object[] values = new Object[16];
    private int size;

    Builder(int input) {
      this.input = input;
    }

    void add(Object key, Object value) {
      if (size == keys.length) {
        more();
      }
      keys[size] = key;
      values[size++] = value;
    }

    /** All pairs in their order. The builder is used up. */
    List<Part> build() {
      full.add(new Part(input, false, keys, values, size));
      return full;
    }

    private void more() {
      if (size < ChunkedList.CHUNK) {
        keys = Arrays.copyOf(keys, size * 4);
        values = Arrays.copyOf(values, size * 4);
      } else {
        full.add(new Part(input, false, keys, values, size));
        keys = new Object[size];
        values = new Object[size];
        size = 0;
      }
    }
  }
}
