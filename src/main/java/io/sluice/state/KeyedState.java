package io.sluice.state;

import static java.util.Objects.requireNonNull;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.block.ChunkedList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One partition of what a keyed operator remembers: a value for each key, and a time, by default that of the batch
 * that touched it last.
 *
 * <p>A batch changes values in place and notes what they were, so that a commit costs nothing and a batch that
 * is run again starts from where the last committed one ended. Cost follows the keys touched, never the keys
 * held. One task has it open at a time.
 */
public final class KeyedState {

  private static final long NEVER = KeyTable.NEVER;

  /** How many objects begin a flat list, and how many more there are for each key. */
  private static final int HEADER = 2;

  private static final int FLAT = 3;

  /** What an entry was before the batch; empty for one that was not there. */
  private static final class Before extends Slot {
    final KeyTable.Entry entry;
    final long time;

    /** Notes what the entry is. */
    Before(KeyTable.Entry entry) {
      this.entry = entry;
      this.time = entry.time;
      setTo(entry);
    }

    void restore() {
      entry.setTo(this);
      entry.time = time;
      entry.noted = NEVER;
    }
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final KeyTable entries = new KeyTable();
  private final List<Before> undo = new ChunkedList<>();
  private final TreeMap<Long, List<Object>> byTime = new TreeMap<>();
  private boolean timed;
  private boolean complete;
  private long pendingBatch = NEVER;
  private long pendingMaker;
  private long committedBatch = NEVER;
  private long expiredBefore = NEVER;

  /**
   * Begins a batch, from where the last committed one ended. Blocks while another task has the state open.
   *
   * @param maker names the attempt; of two attempts of a batch only the greater may have the state
   * @throws SluiceException if the task was given up before it began
   */
  public void open(long batchMillis, long maker) {
    lock.lock();
    boolean stale = batchMillis <= committedBatch
        || (batchMillis == pendingBatch && maker < pendingMaker)
        || batchMillis < pendingBatch;
    if (stale) {
      lock.unlock();
      throw new SluiceException(
          ErrorCode.INTERNAL,
          "An attempt of batch %d was given up before its task began.".formatted(batchMillis));
    }
    discard();
    pendingBatch = batchMillis;
    pendingMaker = maker;
  }

  /** All changes of the batch are made; they count from its commit. */
  public void complete() {
    complete = true;
  }

  /** Lets other tasks, and the commit, go on. */
  public void release() {
    lock.unlock();
  }

  /** From now on keys can be found by their time. */
  public void trackTime() {
    if (!timed) {
      timed = true;
      entries.forEach(entry -> index(entry.key, entry.time));
    }
  }

  public int size() {
    return entries.size();
  }

  public @Nullable Object get(Object key) {
    KeyTable.Entry entry = entries.find(key);
    return entry == null ? null : entry.value();
  }

  /** The key's time. */
  public long time(Object key) {
    KeyTable.Entry entry = entries.find(key);
    return entry == null ? NEVER : entry.time;
  }

  /** Sets the key's value, and its time to that of the open batch. */
  public void put(Object key, Object value) {
    put(key, value, pendingBatch);
  }

  /** Sets the key's value and time. */
  public void put(Object key, Object value, long time) {
    put(key, entries.find(key), value, time);
  }

  public void remove(Object key) {
    KeyTable.Entry entry = entries.find(key);
    if (entry != null) {
      remove(entry);
    }
  }

  /** Finds the entries of many keys; see {@link #put(Object, KeyTable.Entry, Object)}. */
  void find(Object[] keys, int from, int count, KeyTable.@Nullable Entry[] found) {
    entries.find(keys, from, count, found);
  }

  /** The entry of a key, where one that was found before may have gone or come meanwhile. */
  KeyTable.@Nullable Entry current(Object key, KeyTable.@Nullable Entry found) {
    return found != null && !found.isEmpty() ? found : entries.find(key);
  }

  /**
   * As {@link #put(Object, Object)}.
   *
   * @param entry of the key, null if it has none
   */
  void put(Object key, KeyTable.@Nullable Entry entry, Object value) {
    put(key, entry, value, pendingBatch);
  }

  private void put(Object key, KeyTable.@Nullable Entry entry, Object value, long time) {
    KeyTable.Entry changed = entry;
    if (changed == null) {
      changed = new KeyTable.Entry(key);
      entries.add(changed);
    }
    if (changed.noted != pendingBatch) {
      undo.add(new Before(changed));
      changed.noted = pendingBatch;
    }
    if (changed.time != time) {
      changed.time = time;
      index(key, time);
    }
    changed.set(value);
  }

  void remove(KeyTable.Entry entry) {
    undo.add(new Before(entry));
    entries.remove(entry);
  }

  /** All pairs, the open batch's changes among them. */
  public void forEach(BiConsumer<Object, Object> consumer) {
    entries.forEach(entry -> consumer.accept(entry.key, requireNonNull(entry.value())));
  }

  /** The keys whose time is strictly before another. Needs {@link #trackTime}. */
  public Set<Object> before(long millis) {
    Set<Object> keys = new LinkedHashSet<>();
    byTime.headMap(millis, false).forEach((time, candidates) -> {
      for (Object key : candidates) {
        if (time(key) == time) {
          keys.add(key);
        }
      }
    });
    return keys;
  }

  /** The batch has left no key whose time is before this one. */
  public void expired(long beforeMillis) {
    expiredBefore = Math.max(expiredBefore, beforeMillis);
  }

  /** Makes the batch's changes current, if its task made them all here. */
  public void commit(long batchMillis) {
    lock.lock();
    try {
      if (batchMillis <= committedBatch) {
        return;
      }
      committedBatch = batchMillis;
      if (pendingBatch == batchMillis && complete) {
        undo.clear();
        forgetTimesBefore(expiredBefore);
        complete = false;
        pendingBatch = NEVER;
      } else {
        discard();
      }
    } finally {
      lock.unlock();
    }
  }

  /** How many keys the open batch has set or removed; one that it has first set and then removed counts twice. */
  public int touched() {
    return undo.size();
  }

  /**
   * Hands over what was committed last for a key, if anything was, whatever a batch has changed since. Blocks while a task has the state open.
   *
   * @return the batch that was committed last here; {@link Long#MIN_VALUE} for none
   */
  public long committed(Object key, BiConsumer<Object, Object> consumer) {
    lock.lock();
    try {
      Slot slot = undo.isEmpty() ? null : earliest().get(key);
      hand(key, slot == null ? entries.find(key) : slot, consumer);
      return committedBatch;
    } finally {
      lock.unlock();
    }
  }

  /** As {@link #committed(Object, BiConsumer)}, for {@code most} pairs at most. */
  public long committed(int most, BiConsumer<Object, Object> consumer) {
    lock.lock();
    try {
      Map<Object, Before> changed = earliest();
      int[] left = {most};
      entries.forEachUntil(entry -> {
        if (!changed.containsKey(entry.key)) {
          left[0] -= hand(entry.key, entry, consumer);
        }
        return left[0] <= 0;
      });
      for (Before before : changed.values()) {
        if (left[0] > 0) {
          left[0] -= hand(before.entry.key, before, consumer);
        }
      }
      return committedBatch;
    } finally {
      lock.unlock();
    }
  }

  /** What keys were before the batch that is pending; of several notes of a key the first says it. */
  private Map<Object, Before> earliest() {
    Map<Object, Before> changed = new HashMap<>();
    undo.forEach(before -> changed.putIfAbsent(before.entry.key, before));
    return changed;
  }

  private static int hand(Object key, @Nullable Slot slot, BiConsumer<Object, Object> consumer) {
    Object value = slot == null ? null : slot.value();
    if (value == null) {
      return 0;
    }
    consumer.accept(key, value);
    return 1;
  }

  /** What the open batch has changed, for {@link #apply} elsewhere. */
  public List<Object> delta() {
    List<Object> flat = header();
    for (Before before : undo) {
      KeyTable.Entry now = current(before.entry.key, before.entry);
      flatten(before.entry.key, now, flat);
    }
    return flat;
  }

  /**
   * Everything committed, for {@link #apply} on an empty copy, piece by piece.
   *
   * @param maxKeys in a piece
   * @return at least one piece
   */
  public List<List<Object>> snapshot(int maxKeys) {
    lock.lock();
    try {
      discard();
      List<List<Object>> pieces = new ArrayList<>();
      pieces.add(header());
      entries.forEach(entry -> {
        List<Object> piece = pieces.get(pieces.size() - 1);
        if (piece.size() >= maxKeys * FLAT + HEADER) {
          piece = header();
          pieces.add(piece);
        }
        flatten(entry.key, entry, piece);
      });
      return pieces;
    } finally {
      lock.unlock();
    }
  }

  /** Takes over what another node has committed. */
  public void apply(List<Object> flat) {
    lock.lock();
    try {
      discard();
      Iterator<Object> rest = flat.iterator();
      timed = Boolean.TRUE.equals(rest.next());
      expiredBefore = number(rest.next());
      while (rest.hasNext()) {
        Object key = rest.next();
        long time = number(rest.next());
        Object value = rest.next();
        KeyTable.Entry entry = entries.find(key);
        if (entry != null) {
          entries.remove(entry);
        }
        if (time != NEVER) {
          KeyTable.Entry applied = new KeyTable.Entry(key);
          applied.time = time;
          applied.set(value);
          entries.add(applied);
          index(key, time);
        }
      }
      forgetTimesBefore(expiredBefore);
    } finally {
      lock.unlock();
    }
  }

  /** Forgets everything. */
  public void clear() {
    lock.lock();
    try {
      undo.clear();
      entries.clear();
      byTime.clear();
    } finally {
      lock.unlock();
    }
  }

  private void discard() {
    for (int i = undo.size() - 1; i >= 0; i--) {
      Before before = undo.get(i);
      if (before.isEmpty()) {
        entries.remove(before.entry);
      } else {
        if (before.entry.isEmpty()) {
          entries.add(before.entry);
        }
        before.restore();
      }
    }
    undo.clear();
    complete = false;
    pendingBatch = NEVER;
  }

  private void index(Object key, long time) {
    if (timed) {
      byTime.computeIfAbsent(time, unknown -> new ArrayList<>()).add(key);
    }
  }

  /** Keys that had an earlier time are gone, or have another. */
  private void forgetTimesBefore(long millis) {
    byTime.headMap(millis, false).clear();
  }

  private List<Object> header() {
    List<Object> flat = new ArrayList<>();
    flat.add(timed);
    flat.add(expiredBefore);
    return flat;
  }

  @SuppressWarnings("NullAway") // A key that is gone travels as null beside NEVER.
  private static void flatten(Object key, KeyTable.@Nullable Entry entry, List<Object> flat) {
    flat.add(key);
    flat.add(entry == null ? NEVER : entry.time);
    flat.add(entry == null ? null : entry.value());
  }

  private static long number(Object value) {
    if (value instanceof Long number) {
      return number;
    }
    throw new IllegalArgumentException("State is damaged: a number was expected, got " + value);
  }
}
