package io.sluice.shuffle;

import io.sluice.block.Sizes;
import java.util.Arrays;

/**
 * Pairs that one map task has for one partition.
 *
 * @param input which input of the shuffle they come from
 * @param combined whether the values are combined already
 */
record Part(int input, boolean combined, Object[] keys, Object[] values, int size) {

  /** About how many bytes it takes in memory. */
  long sizeBytes() {
    return Sizes.estimate(keys, size) + Sizes.estimate(values, size);
  }

  /** Pairs being collected without combining. */
  static final class Builder {
    private Object[] keys = new Object[16];
    private Object[] values = new Object[16];
    private int size;

    void add(Object key, Object value) {
      if (size == keys.length) {
        keys = Arrays.copyOf(keys, size * 2);
        values = Arrays.copyOf(values, size * 2);
      }
      keys[size] = key;
      values[size++] = value;
    }

    Part build(int input) {
      return new Part(input, false, keys, values, size);
    }
  }
}
