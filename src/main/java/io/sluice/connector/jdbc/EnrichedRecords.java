package io.sluice.connector.jdbc;

import io.sluice.api.Function;
import io.sluice.api.Pair;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The records of a partition with what was found for their keys, some at a time. */
final class EnrichedRecords<T, K, V> implements Iterator<Pair<T, Optional<V>>> {

  /** Finds the values of keys. */
  interface Finder<K, V> {
    Map<K, Optional<V>> find(Collection<K> keys) throws Exception;
  }

  private final Iterator<T> records;
  private final Function<? super T, ? extends K> key;
  private final Finder<K, V> finder;
  private final int chunk;
  private final Deque<Pair<T, Optional<V>>> ready = new ArrayDeque<>();

  EnrichedRecords(
      Iterator<T> records, Function<? super T, ? extends K> key, Finder<K, V> finder, int chunk) {
    this.records = records;
    this.key = key;
    this.finder = finder;
    this.chunk = chunk;
  }

  @Override
  public boolean hasNext() {
    return !ready.isEmpty() || records.hasNext();
  }

  @Override
  public Pair<T, Optional<V>> next() {
    if (!hasNext()) {
      throw new NoSuchElementException("All records were enriched.");
    }
    if (ready.isEmpty()) {
      try {
        fill();
      } catch (RuntimeException failure) {
        throw failure;
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("The task was given up.", interrupted);
      } catch (Exception failure) {
        throw new IllegalStateException(
            "What belongs to a record cannot be looked up: " + failure, failure);
      }
    }
    return ready.remove();
  }

  private void fill() throws Exception {
    List<T> some = new ArrayList<>();
    List<@Nullable K> keys = new ArrayList<>();
    while (some.size() < chunk && records.hasNext()) {
      T record = records.next();
      some.add(record);
      keys.add(key.call(record));
    }
    List<K> asked = new ArrayList<>();
    for (@Nullable K one : keys) {
      if (one != null) {
        asked.add(one);
      }
    }
    Map<K, Optional<V>> found = finder.find(asked);
    for (int i = 0; i < some.size(); i++) {
      K one = keys.get(i);
      ready.add(Pair.of(some.get(i), one == null ? Optional.empty() : valueOf(one, found)));
    }
  }

  private Optional<V> valueOf(K one, Map<K, Optional<V>> found) {
    Optional<V> value = found.get(one);
    return value == null ? Optional.empty() : value;
  }
}
