package io.sluice.shuffle;

import java.util.Arrays;
import java.util.Objects;

/**
 * Combined values by key: open addressing over dense arrays, which keep the order of first arrival and
 * are handed on without copying.
 */
public final class AggregateTable {

  private static final int INITIAL = 16;

  /** Up to here a table grows in long steps. */
  private static final int SMALL = 1024;

  private final Combiner combiner;
  private int[] slots = new int[INITIAL * 2];
  private Object[] keys = new Object[INITIAL];
  private Object[] values = new Object[INITIAL];
  private int[] hashes = new int[INITIAL];
  private int size;

  public AggregateTable(Combiner combiner) {
    this.combiner = combiner;
  }

  /** Adds a value of one of the shuffle's inputs. */
  public void add(Object key, Object value, int input) {
    add(key, spread(Objects.hashCode(key)), value, input);
  }

  void add(Object key, int hash, Object value, int input) {
    int entry = find(key, hash);
    if (entry >= 0) {
      values[entry] = combiner.merge(values[entry], value, input);
    } else {
      insert(~entry, key, hash, combiner.first(value, input));
    }
  }

  /** Adds a value that is combined already. */
  void join(Object key, Object combined) {
    int hash = spread(Objects.hashCode(key));
    int entry = find(key, hash);
    if (entry >= 0) {
      values[entry] = combiner.join(values[entry], combined);
    } else {
      insert(~entry, key, hash, combined);
    }
  }

  public int size() {
    return size;
  }

  public Object key(int entry) {
    return keys[entry];
  }

  public Object value(int entry) {
    return values[entry];
  }

  /** The table as it stands, sharing its arrays. */
  Part toPart(int input) {
    return new Part(input, true, keys, values, size);
  }

  /** The entry of the key, or the complement of the slot to insert it in. */
  private int find(Object key, int hash) {
    int mask = slots.length - 1;
    int slot = hash & mask;
    while (true) {
      int entry = slots[slot] - 1;
      if (entry < 0) {
        return ~slot;
      }
      if (hashes[entry] == hash) {
        Object candidate = keys[entry];
        if (candidate == key || (candidate != null && candidate.equals(key))) {
          return entry;
        }
      }
      slot = (slot + 1) & mask;
    }
  }

  private void insert(int slot, Object key, int hash, Object value) {
    if (size == keys.length) {
      grow();
      slot = ~find(key, hash);
    }
    keys[size] = key;
    values[size] = value;
    hashes[size] = hash;
    slots[slot] = ++size;
  }

  private void grow() {
    int capacity = keys.length * (keys.length < SMALL ? 4 : 2);
    keys = Arrays.copyOf(keys, capacity);
    values = Arrays.copyOf(values, capacity);
    hashes = Arrays.copyOf(hashes, capacity);
    slots = new int[capacity * 2];
    int mask = slots.length - 1;
    for (int entry = 0; entry < size; entry++) {
      int slot = hashes[entry] & mask;
      while (slots[slot] != 0) {
        slot = (slot + 1) & mask;
      }
      slots[slot] = entry + 1;
    }
  }

  static int spread(int hash) {
    int mixed = hash * 0x85EBCA6B;
    return mixed ^ (mixed >>> 16);
  }
}
