package io.sluice.state;

import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Entries by key, in chains of the entries themselves: of a large table, each step into memory that is in no cache costs
 * more than all else, and a {@link java.util.HashMap} of entries takes one more of them.
 */
final class KeyTable {

  /** Before all times and batches. */
  static final long NEVER = Long.MIN_VALUE;

  /** What is remembered for a key; empty once the entry is out of the table. */
  static final class Entry extends Slot {
    final Object key;
    private final int hash;
    long time = NEVER;

    /** The batch that has noted what the entry was before. */
    long noted = NEVER;

    private @Nullable Entry next;

    Entry(Object key) {
      this.key = key;
      this.hash = spread(key);
    }

    boolean isFor(Object other, int hashOfOther) {
      return key == other || (hash == hashOfOther && other != null && other.equals(key));
    }
  }

  private static final int INITIAL = 16;

  private @Nullable Entry[] chains = new Entry[INITIAL];
  private int size;

  int size() {
    return size;
  }

  @Nullable
  Entry find(Object key) {
    int hash = spread(key);
    return search(chains[hash & chains.length - 1], key, hash);
  }

  /**
   * Finds many keys at once, whose steps into memory the processor can then make at the same time.
   *
   * @param found is given the entry of each, null for those that are not there
   */
  void find(Object[] keys, int from, int count, @Nullable Entry[] found) {
    int mask = chains.length - 1;
    for (int i = 0; i < count; i++) {
      found[i] = chains[spread(keys[from + i]) & mask];
    }
    for (int i = 0; i < count; i++) {
      Entry first = found[i];
      if (first != null) {
        Object key = keys[from + i];
        found[i] = search(first, key, spread(key));
      }
    }
  }

  /** Adds an entry whose key is not there. */
  void add(Entry entry) {
    if (size >= chains.length / 2) {
      grow();
    }
    int chain = entry.hash & chains.length - 1;
    entry.next = chains[chain];
    chains[chain] = entry;
    size++;
  }

  /** Takes an entry out that is there. */
  void remove(Entry entry) {
    int chain = entry.hash & chains.length - 1;
    Entry before = null;
    for (Entry at = chains[chain]; at != null; at = at.next) {
      if (at == entry) {
        if (before == null) {
          chains[chain] = entry.next;
        } else {
          before.next = entry.next;
        }
        entry.set(null);
        entry.next = null;
        size--;
        return;
      }
      before = at;
    }
  }

  void forEach(Consumer<Entry> consumer) {
    for (Entry first : chains) {
      for (Entry at = first; at != null; at = at.next) {
        consumer.accept(at);
      }
    }
  }

  /** Stops at the first entry for which the answer is true. */
  void forEachUntil(Predicate<Entry> isLast) {
    for (Entry first : chains) {
      for (Entry at = first; at != null; at = at.next) {
        if (isLast.test(at)) {
          return;
        }
      }
    }
  }

  void clear() {
    chains = new Entry[INITIAL];
    size = 0;
  }

  private static @Nullable Entry search(@Nullable Entry first, Object key, int hash) {
    Entry at = first;
    while (at != null && !at.isFor(key, hash)) {
      at = at.next;
    }
    return at;
  }

  private void grow() {
    Entry[] old = chains;
    chains = new Entry[old.length * 2];
    int mask = chains.length - 1;
    for (Entry first : old) {
      Entry at = first;
      while (at != null) {
        Entry rest = at.next;
        int chain = at.hash & mask;
        at.next = chains[chain];
        chains[chain] = at;
        at = rest;
      }
    }
  }

  private static int spread(Object key) {
    int mixed = Objects.hashCode(key) * 0x85EBCA6B;
    return mixed ^ (mixed >>> 16);
  }
}
