package io.sluice;

import io.sluice.api.Pair;
import java.util.List;

/** Reads what one operator remembers. Calls block; thread-safe. */
interface StateReader<K, V> {

  /** The pair of a key, or none. */
  StateQuery.Answer<List<Pair<K, V>>> get(K key);

  /** Pairs in no order, {@code most} at most. */
  StateQuery.Answer<List<Pair<K, V>>> scan(int most);
}
