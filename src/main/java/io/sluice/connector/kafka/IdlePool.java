package io.sluice.connector.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is open in this process and not in use. A partition's batches mostly come to the same worker, where its connection
 * waits for it. What was not used for five minutes is closed.
 *
 * @param <K> what they are looked for by
 */
final class IdlePool<K, V extends AutoCloseable> {

  private static final Logger log = LoggerFactory.getLogger(IdlePool.class);
  private static final Duration UNUSED = Duration.ofMinutes(5);

  private record Idle<K, V>(K key, V value, long sinceNanos) {}

  private final List<Idle<K, V>> idle = new ArrayList<>();
  private final Executor afterwards;
  private boolean watched;

  IdlePool() {
    this(CompletableFuture.delayedExecutor(UNUSED.toMillis(), TimeUnit.MILLISECONDS));
  }

  /** @param afterwards runs what it is given after the time in which something may be unused */
  IdlePool(Executor afterwards) {
    this.afterwards = afterwards;
  }

  /** One of this key, for the caller alone until it is given back or closed; null if there is none. */
  synchronized @Nullable V take(K key) {
    for (Iterator<Idle<K, V>> all = idle.iterator(); all.hasNext(); ) {
      Idle<K, V> next = all.next();
      if (next.key.equals(key)) {
        all.remove();
        return next.value;
      }
    }
    return null;
  }

  void giveBack(K key, V value, long nowNanos) {
    synchronized (this) {
      idle.add(new Idle<>(key, value, nowNanos));
    }
    watch();
  }

  /** One look is under way as long as there is something to look at. */
  private void watch() {
    synchronized (this) {
      if (watched || idle.isEmpty()) {
        return;
      }
      watched = true;
    }
    afterwards.execute(() -> {
      synchronized (this) {
        watched = false;
      }
      closeUnused(System.nanoTime());
      watch();
    });
  }

  void closeUnused(long nowNanos) {
    List<Idle<K, V>> unused;
    synchronized (this) {
      unused = idle.stream()
          .filter(each -> nowNanos - each.sinceNanos >= UNUSED.toNanos())
          .toList();
      idle.removeAll(unused);
    }
    unused.forEach(each -> close(each.value));
  }

  private static void close(AutoCloseable unused) {
    try {
      unused.close();
    } catch (Exception failure) {
      log.debug("A connection to Kafka that is not used any more cannot be closed", failure);
    }
  }
}
