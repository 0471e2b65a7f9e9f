package io.sluice.connector.jdbc;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Rows that are sent together. One statement cannot replace a row twice, so of those with equal keys the last one is kept. */
final class RowBuffer {

  private final int[] keys;
  private final List<@Nullable Object[]> added = new ArrayList<>();
  private final Map<Object, @Nullable Object[]> keyed = new LinkedHashMap<>();

  /** @param keys the positions of the key in a row; none where rows are only added */
  RowBuffer(int[] keys) {
    this.keys = keys.clone();
  }

  void add(@Nullable Object[] row) {
    if (keys.length == 0) {
      added.add(row);
    } else {
      keyed.put(key(row), row);
    }
  }

  private Object key(@Nullable Object[] row) {
    if (keys.length == 1) {
      return ColumnValues.key(row[keys[0]]);
    }
    return Arrays.stream(keys).mapToObj(key -> ColumnValues.key(row[key])).toList();
  }

  int size() {
    return added.size() + keyed.size();
  }

  Collection<@Nullable Object[]> rows() {
    return keys.length == 0 ? added : keyed.values();
  }

  void clear() {
    added.clear();
    keyed.clear();
  }
}
