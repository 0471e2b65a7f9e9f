package io.sluice.connector.jdbc;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The table that a sink writes, and how the values of a row are made of a record.
 *
 * @param keys the columns that tell rows apart; none where rows are only added
 */
record TargetTable<T>(String name, List<Column<T>> columns, List<String> keys)
    implements Serializable {

  /** A column, and what it has of a record. */
  record Column<T>(String name, JdbcSink.ColumnFunction<? super T> value) implements Serializable {}

  TargetTable {
    columns = List.copyOf(columns);
    keys = List.copyOf(keys);
  }

  TargetTable<T> with(Column<T> column) {
    if (columnNames().contains(column.name)) {
      throw new IllegalArgumentException(
          "Table '%s' has column '%s' already; name each column once."
              .formatted(name, column.name));
    }
    List<Column<T>> more = new ArrayList<>(columns);
    more.add(column);
    return new TargetTable<>(name, more, keys);
  }

  TargetTable<T> keyedBy(List<String> columnsOfKey) {
    for (String key : columnsOfKey) {
      if (!columnNames().contains(key)) {
        throw new IllegalArgumentException(
            "Key column '%s' of table '%s' must be one of its columns %s. Give the columns first."
                .formatted(key, name, columnNames()));
      }
    }
    if (columnsOfKey.isEmpty()) {
      throw new IllegalArgumentException(
          "An upsert into table '%s' needs at least one key column.".formatted(name));
    }
    return new TargetTable<>(name, columns, columnsOfKey);
  }

  List<String> columnNames() {
    return columns.stream().map(Column::name).toList();
  }

  boolean isKeyed() {
    return !keys.isEmpty();
  }

  /** The values of a record, in the order of the columns, as a driver takes them. */
  @Nullable
  Object[] row(T record, Dialect dialect) throws Exception {
    @Nullable Object[] row = new Object[columns.size()];
    for (int i = 0; i < row.length; i++) {
      row[i] = ColumnValues.bound(columns.get(i).value.of(record), dialect);
    }
    return row;
  }

  /** Where the columns of the key are in a row. */
  int[] keyPositions() {
    return keys.stream().mapToInt(columnNames()::indexOf).toArray();
  }

  String statement(Names names, Dialect dialect) {
    List<String> quoted = names.quoted(columnNames());
    return isKeyed()
        ? dialect.upsert(names.quoted(name), quoted, names.quoted(keys))
        : dialect.append(names.quoted(name), quoted);
  }

  /** The failure of a driver that does not know the class of a value. */
  SluiceException refused(
      int column, @Nullable Object value, JdbcSource source, SqlProblem problem) {
    return new SluiceException(
        ErrorCode.TASK_FAILED,
        "Column '%s' of table '%s' of %s cannot be given a value of %s (SQLState %s, code %d). Let its function give a type that the driver knows."
            .formatted(
                columns.get(column).name,
                name,
                source,
                value == null ? "null" : value.getClass().getName(),
                problem.state(),
                problem.code()),
        problem.withoutText());
  }
}
