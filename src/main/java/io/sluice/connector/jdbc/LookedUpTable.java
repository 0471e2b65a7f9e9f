package io.sluice.connector.jdbc;

import io.sluice.api.ErrorCode;
import java.io.Serializable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The table that a lookup reads.
 *
 * @param columns all if there are none
 */
record LookedUpTable<V>(
    String name, String key, List<String> columns, JdbcLookup.RowFunction<V> value)
    implements Serializable {

  LookedUpTable {
    columns = List.copyOf(columns);
  }

  LookedUpTable<V> with(List<String> others) {
    return new LookedUpTable<>(name, key, others, value);
  }

  /** The values of those keys that have a row. */
  <K> Map<K, V> select(JdbcSource source, Patience patience, List<K> keys) throws Exception {
    try {
      return patience.run(source, () -> attempt(source, keys));
    } catch (TableException failure) {
      throw failure.told(source, ErrorCode.SINK_FAILED);
    }
  }

  private <K> Map<K, V> attempt(JdbcSource source, List<K> keys) throws Exception {
    try (Pools.Lease lease = Pools.connect(source)) {
      return query(lease.connection(), source.dialect(), keys);
    } catch (SQLException failure) {
      List<String> known = new ArrayList<>(columns);
      known.add(key);
      throw new TableException("read", name, known, failure);
    }
  }

  private <K> Map<K, V> query(Connection connection, Dialect dialect, List<K> keys)
      throws Exception {
    Names names = Names.of(dialect, connection.getMetaData());
    try (PreparedStatement select = connection.prepareStatement(statement(names, keys.size()))) {
      for (int i = 0; i < keys.size(); i++) {
        select.setObject(i + 1, ColumnValues.bound(keys.get(i), dialect));
      }
      try (ResultSet rows = select.executeQuery()) {
        return values(rows, dialect, keys);
      }
    }
  }

  String statement(Names names, int keys) {
    List<String> read = new ArrayList<>(columns);
    read.add(0, key);
    String all = columns.isEmpty()
        ? "*"
        : String.join(", ", names.quoted(read.stream().distinct().toList()));
    return "SELECT %s FROM %s WHERE %s IN (%s)"
        .formatted(all, names.quoted(name), names.quoted(key), Dialect.marks(keys));
  }

  private <K> Map<K, V> values(ResultSet rows, Dialect dialect, List<K> keys) throws Exception {
    Map<K, V> found = new HashMap<>();
    while (rows.next()) {
      K of = keyOf(rows, dialect, keys.get(0));
      V made = value.of(rows);
      if (made != null) {
        found.put(of, made);
      }
    }
    return found;
  }

  @SuppressWarnings("unchecked")
  private <K> K keyOf(ResultSet row, Dialect dialect, K like) throws SQLException {
    String column = Names.bare(key);
    if (like instanceof UUID && !dialect.hasUuids()) {
      return (K) UUID.fromString(row.getString(column));
    }
    return (K) row.getObject(column, like.getClass());
  }
}
