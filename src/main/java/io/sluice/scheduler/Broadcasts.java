package io.sluice.scheduler;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.batch.BlockId;
import io.sluice.block.Block;
import io.sluice.block.BlockStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * The values that a program has broadcast. Each version lies in the driver's block store, from where workers fetch
 * it; the one before stays for tasks that have begun with it. Thread-safe.
 */
public final class Broadcasts {

  private static final class Entry {
    private final Callable<?> supplier;
    private final long refreshMillis;
    private Object value;
    private int version;
    private long refreshedMillis = Long.MIN_VALUE;

    Entry(Callable<?> supplier, long refreshMillis, Object value) {
      this.supplier = supplier;
      this.refreshMillis = refreshMillis;
      this.value = value;
    }

    boolean isDue(long batchMillis) {
      return refreshMillis > 0
          && (refreshedMillis == Long.MIN_VALUE || batchMillis - refreshedMillis >= refreshMillis);
    }
  }

  private static final int VERSIONS_PER_DRIVER = 1 << 16;

  private final long context;
  private final BlockStore store;
  private final List<Entry> entries = new ArrayList<>();

  public Broadcasts(long context, BlockStore store) {
    this.context = context;
    this.store = store;
  }

  /**
   * Adds a value and gives its number.
   *
   * @param supplier makes it, now and whenever it is due again
   * @param refreshMillis how old it may become in batch time; 0 for as old as it likes
   */
  public int add(Callable<?> supplier, long refreshMillis) {
    Object value = make(supplier);
    synchronized (this) {
      int number = entries.size();
      entries.add(new Entry(supplier, refreshMillis, value));
      publish(number, value, 0);
      return number;
    }
  }

  /**
   * A value as it travels to another driver.
   *
   * @param supplier makes it anew; null if it never changes
   */
  public record Shared(
      Object value, @Nullable Callable<?> supplier, long refreshMillis, int version) {}

  /** All values, in the order of their numbers. */
  public synchronized List<Shared> all() {
    return entries.stream()
        .map(entry -> new Shared(
            entry.value,
            entry.refreshMillis > 0 ? entry.supplier : null,
            entry.refreshMillis,
            entry.version))
        .toList();
  }

  /** Takes over a value of another driver. Workers may know its version already, so it gets another. */
  public synchronized void add(Shared shared) {
    Callable<?> supplier = shared.supplier();
    Object value = shared.value();
    Entry entry =
        new Entry(supplier != null ? supplier : () -> value, shared.refreshMillis(), value);
    entry.version = shared.version() + VERSIONS_PER_DRIVER;
    publish(entries.size(), value, entry.version);
    entries.add(entry);
  }

  public synchronized Object latest(int number) {
    return entries.get(number).value;
  }

  /** The version of each value for a batch that begins now. */
  synchronized Map<Integer, Integer> versions() {
    Map<Integer, Integer> versions = new HashMap<>();
    for (int number = 0; number < entries.size(); number++) {
      versions.put(number, entries.get(number).version);
    }
    return versions;
  }

  synchronized boolean isDue(long batchMillis) {
    return entries.stream().anyMatch(entry -> entry.isDue(batchMillis));
  }

  /** Makes the values anew that are due. Runs the program's code. */
  void refresh(long batchMillis) {
    for (int number = 0; number < size(); number++) {
      Entry entry = entry(number);
      if (entry.isDue(batchMillis)) {
        Object value = make(entry.supplier);
        synchronized (this) {
          entry.refreshedMillis = batchMillis;
          entry.value = value;
          publish(number, value, ++entry.version);
          store.remove(BlockId.broadcast(context, number, entry.version - 2));
        }
      }
    }
  }

  private synchronized int size() {
    return entries.size();
  }

  private synchronized Entry entry(int number) {
    return entries.get(number);
  }

  private void publish(int number, Object value, int version) {
    List<Object> one = new ArrayList<>(1);
    one.add(value);
    store.put(BlockId.broadcast(context, number, version), Block.Records.of(one));
  }

  private static Object make(Callable<?> supplier) {
    Object value;
    try {
      value = supplier.call();
    } catch (Exception failure) {
      throw new SluiceException(
          ErrorCode.DRIVER_FUNCTION_FAILED,
          "The value to broadcast cannot be made: " + failure,
          failure);
    }
    if (value == null) {
      throw new IllegalArgumentException("A value to broadcast must not be null.");
    }
    return value;
  }
}
