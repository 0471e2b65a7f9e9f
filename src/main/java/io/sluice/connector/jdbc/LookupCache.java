package io.sluice.connector.jdbc;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** What a lookup has found for one batch in this JVM: each key is asked for once, whoever needs it first. Thread-safe. */
final class LookupCache<K, V> {

  /** Asks for keys; those that are not found are missing. */
  interface Query<K, V> {
    Map<K, V> ask(List<K> keys) throws Exception;
  }

  private record Current(long batchMillis, LookupCache<?, ?> cache) {}

  private static final int KEPT_MINUTES = 10;

  /** By lookup, that of the batch which was asked for last. */
  private static final Map<UUID, Current> CURRENT = new ConcurrentHashMap<>();

  private final Map<K, CompletableFuture<Optional<V>>> known = new ConcurrentHashMap<>();

  /** The cache of a lookup for a batch. That of another batch is forgotten, and the last one after ten minutes. */
  @SuppressWarnings("unchecked")
  static <K, V> LookupCache<K, V> of(UUID lookup, long batchMillis) {
    Current current = CURRENT.compute(
        lookup,
        (id, old) -> old != null && old.batchMillis == batchMillis
            ? old
            : forgottenLater(id, new Current(batchMillis, new LookupCache<K, V>())));
    return (LookupCache<K, V>) current.cache;
  }

  private static Current forgottenLater(UUID lookup, Current current) {
    WeakReference<Current> weak = new WeakReference<>(current);
    CompletableFuture.delayedExecutor(KEPT_MINUTES, TimeUnit.MINUTES).execute(() -> {
      Current old = weak.get();
      if (old != null) {
        CURRENT.remove(lookup, old);
      }
    });
    return current;
  }

  /** The value of each key, asking for those that nobody has asked for yet. */
  Map<K, Optional<V>> get(Collection<K> keys, Query<K, V> query) throws Exception {
    Map<K, Optional<V>> found = new HashMap<>();
    Set<K> wanted = new LinkedHashSet<>(keys);
    while (!wanted.isEmpty()) {
      Map<K, CompletableFuture<Optional<V>>> of = claim(wanted, query);
      for (Map.Entry<K, CompletableFuture<Optional<V>>> one : of.entrySet()) {
        try {
          found.put(one.getKey(), one.getValue().get());
          wanted.remove(one.getKey());
        } catch (ExecutionException anothers) {
          // The task that has asked for it failed, perhaps because it was given up: its turn is
          // ours now.
        }
      }
    }
    return found;
  }

  private Map<K, CompletableFuture<Optional<V>>> claim(Set<K> wanted, Query<K, V> query)
      throws Exception {
    Map<K, CompletableFuture<Optional<V>>> all = new HashMap<>();
    List<K> own = new ArrayList<>();
    for (K key : wanted) {
      CompletableFuture<Optional<V>> mine = new CompletableFuture<>();
      CompletableFuture<Optional<V>> before = known.putIfAbsent(key, mine);
      all.put(key, before == null ? mine : before);
      if (before == null) {
        own.add(key);
      }
    }
    if (!own.isEmpty()) {
      ask(own, query);
    }
    return all;
  }

  private void ask(List<K> own, Query<K, V> query) throws Exception {
    try {
      Map<K, V> values = query.ask(own);
      own.forEach(key -> future(key).complete(Optional.ofNullable(values.get(key))));
    } catch (Exception | Error failure) {
      own.forEach(key -> {
        CompletableFuture<Optional<V>> mine = future(key);
        known.remove(key);
        mine.completeExceptionally(failure);
      });
      throw failure;
    }
  }

  private CompletableFuture<Optional<V>> future(K key) {
    return known.getOrDefault(key, new CompletableFuture<>());
  }
}
