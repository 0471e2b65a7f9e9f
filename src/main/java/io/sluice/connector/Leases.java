package io.sluice.connector;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;

/**
 * Things that several users share by a key, such as pools of connections: each is made for the first, and closed some time after
 * the last has given it back. Thread-safe.
 */
public final class Leases<K, R extends AutoCloseable> {

  /** Makes what a key stands for. */
  public interface Maker<R> {
    R make() throws Exception;
  }

  /** The right of one user to use a thing until it is closed. */
  public interface Lease<R> extends AutoCloseable {
    R thing();

    /** Nobody gets the thing any more, since it is broken; it is closed with its last lease. */
    void discard();

    @Override
    void close();
  }

  private final class Shared {
    private final K key;
    private final R thing;
    private int users;
    private long uses;
    private boolean isDiscarded;

    Shared(K key, R thing) {
      this.key = key;
      this.thing = thing;
    }

    private void discard() {
      synchronized (Leases.this) {
        isDiscarded = true;
        all.remove(key, this);
      }
    }

    private void giveBack() {
      long usesNow;
      synchronized (Leases.this) {
        if (--users > 0) {
          return;
        }
        usesNow = uses;
        if (!isDiscarded) {
          later.execute(() -> closeUnused(usesNow));
          return;
        }
      }
      closeThing();
    }

    private void closeUnused(long usesThen) {
      synchronized (Leases.this) {
        if (users > 0 || uses != usesThen || !all.remove(key, this)) {
          return;
        }
      }
      closeThing();
    }

    private void closeThing() {
      try {
        thing.close();
      } catch (Exception unclosed) {
        // Nobody uses it any more, and nobody could do anything about it.
      }
    }
  }

  private final class Use implements Lease<R> {
    private final Shared shared;

    Use(Shared shared) {
      this.shared = shared;
    }

    @Override
    public R thing() {
      return shared.thing;
    }

    @Override
    public void discard() {
      shared.discard();
    }

    @Override
    public void close() {
      shared.giveBack();
    }
  }

  private final Executor later;
  private final Map<K, Shared> all = new HashMap<>();

  /** @param later runs what it is given when a thing without users may be closed */
  public Leases(Executor later) {
    this.later = later;
  }

  /** What is kept under the key, made if there is nothing. */
  public synchronized Lease<R> take(K key, Maker<R> maker) throws Exception {
    Shared shared = all.get(key);
    if (shared == null) {
      shared = new Shared(key, maker.make());
      all.put(key, shared);
    }
    shared.users++;
    shared.uses++;
    return new Use(shared);
  }

  synchronized int size() {
    return all.size();
  }
}
