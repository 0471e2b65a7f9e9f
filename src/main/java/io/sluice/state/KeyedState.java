package io.sluice.state;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
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

  private static final long NEVER = Long.MIN_VALUE;

  private static final class Entry {
    private Object value;
    private long time;
    private long noted;

    Entry(Object value, long time, long noted) {
      this.value = value;
      this.time = time;
      this.noted = noted;
    }
  }

  /** What a key had before the batch; no value for a key that was not there. */
  private record Before(Object key, @Nullable Object value, long time) {}

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Object, Entry> entries = new HashMap<>();
  private final List<Before> undo = new ArrayList<>();
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
      entries.forEach((key, entry) -> index(key, entry.time));
    }
  }

  public int size() {
    return entries.size();
  }

  public @Nullable Object get(Object key) {
    Entry entry = entries.get(key);
    return entry == null ? null : entry.value;
  }

  /** The key's time. */
  public long time(Object key) {
    Entry entry = entries.get(key);
    return entry == null ? NEVER : entry.time;
  }

  /** Sets the key's value, and its time to that of the open batch. */
  public void put(Object key, Object value) {
    put(key, value, pendingBatch);
  }

  /** Sets the key's value and time. */
  public void put(Object key, Object value, long time) {
    Entry entry = entries.get(key);
    if (entry == null) {
      undo.add(new Before(key, null, NEVER));
      entries.put(key, new Entry(value, time, pendingBatch));
      index(key, time);
      return;
    }
    if (entry.noted != pendingBatch) {
      undo.add(new Before(key, entry.value, entry.time));
      entry.noted = pendingBatch;
    }
    if (entry.time != time) {
      entry.time = time;
      index(key, time);
    }
    entry.value = value;
  }

  public void remove(Object key) {
    Entry entry = entries.remove(key);
    if (entry != null) {
      undo.add(new Before(key, entry.value, entry.time));
    }
  }

  /** All pairs, the open batch's changes among them. */
  public void forEach(BiConsumer<Object, Object> consumer) {
    entries.forEach((key, entry) -> consumer.accept(key, entry.value));
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

  /** What the open batch has changed, for {@link #apply} elsewhere. */
  public List<Object> delta() {
    List<Object> flat = header();
    Set<Object> seen = new HashSet<>();
    for (Before before : undo) {
      if (seen.add(before.key)) {
        flatten(before.key, entries.get(before.key), flat);
      }
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
      int keys = 0;
      for (Map.Entry<Object, Entry> entry : entries.entrySet()) {
        if (keys++ == maxKeys) {
          pieces.add(header());
          keys = 1;
        }
        flatten(entry.getKey(), entry.getValue(), pieces.get(pieces.size() - 1));
      }
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
        if (time == NEVER) {
          entries.remove(key);
        } else {
          entries.put(key, new Entry(value, time, NEVER));
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
      if (before.value == null) {
        entries.remove(before.key);
      } else {
        entries.put(before.key, new Entry(before.value, before.time, NEVER));
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
  private static void flatten(Object key, @Nullable Entry entry, List<Object> flat) {
    flat.add(key);
    flat.add(entry == null ? NEVER : entry.time);
    flat.add(entry == null ? null : entry.value);
  }

  private static long number(Object value) {
    if (value instanceof Long number) {
      return number;
    }
    throw new IllegalArgumentException("State is damaged: a number was expected, got " + value);
  }
}
