package io.sluice.connector.jdbc;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;

/**
 * Things that several users share by a key: each is made for the first, and closed some time after the last has let go of it.
 * Thread-safe.
 */
final class Leases<K, R extends AutoCloseable> {

  /** Makes what a key stands for. */
  interface Maker<R> {
    R make() throws Exception;
  }

  private static final class Shared<R> {
    private final R thing;
    private int users;
    private long uses;

    Shared(R thing) {
      this.thing = thing;
    }
  }

  private final Executor later;
  private final Map<K, Shared<R>> all = new HashMap<>();

  /** @param later runs what it is given when a thing without users may be closed */
  Leases(Executor later) {
    this.later = later;
  }

  /** What is kept under the key; {@link #letGo} must follow. */
  synchronized R take(K key, Maker<R> maker) throws Exception {
    Shared<R> shared = all.get(key);
    if (shared == null) {
      shared = new Shared<>(maker.make());
      all.put(key, shared);
    }
    shared.users++;
    shared.uses++;
    return shared.thing;
  }

  synchronized void letGo(K key) {
    Shared<R> shared = all.get(key);
    if (shared != null && --shared.users == 0) {
      long uses = shared.uses;
      later.execute(() -> closeUnused(key, shared, uses));
    }
  }

  private void closeUnused(K key, Shared<R> shared, long uses) {
    synchronized (this) {
      if (shared.users > 0 || shared.uses != uses || !all.remove(key, shared)) {
        return;
      }
    }
    try {
      shared.thing.close();
    } catch (Exception unclosed) {
      // Nobody uses it any more, and nobody could do anything about it.
    }
  }

  synchronized int size() {
    return all.size();
  }
}
