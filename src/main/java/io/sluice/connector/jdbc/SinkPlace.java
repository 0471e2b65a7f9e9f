package io.sluice.connector.jdbc;

import java.sql.SQLException;

/** Where a partition of a batch goes. */
record SinkPlace<T>(
    JdbcSource source,
    TargetTable<T> table,
    String batchTable,
    String pipeline,
    int partition,
    long batchMillis) {

  TableException failed(SQLException failure) {
    return new TableException("written", table.name(), table.columnNames(), failure);
  }
}
