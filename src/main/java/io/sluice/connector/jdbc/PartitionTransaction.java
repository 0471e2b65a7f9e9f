package io.sluice.connector.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLRecoverableException;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** The transaction in which one attempt writes a partition of a batch. Used by one thread. */
final class PartitionTransaction<T> {

  private static final int VALID_SECONDS = 5;

  private final SinkPlace<T> place;
  private final Pools.Lease lease;
  private final String statement;
  private final BatchTable batches;
  private final BatchTable.Taken before;

  private PartitionTransaction(SinkPlace<T> place, Pools.Lease lease, long records)
      throws TableException, SQLException {
    this.place = place;
    this.lease = lease;
    Connection connection = lease.connection();
    if (connection.getAutoCommit()) {
      connection.setAutoCommit(false);
    }
    Names names = Names.of(place.source().dialect(), connection.getMetaData());
    statement = place.table().statement(names, place.source().dialect());
    batches =
        new BatchTable(place.batchTable(), names, connection, place.pipeline(), place.partition());
    before = batches.lock(new BatchTable.Taken(place.batchMillis(), records));
  }

  /**
   * Begins with the lock on the partition; waits for another attempt that has it.
   *
   * @param records how many there are so far
   */
  static <T> PartitionTransaction<T> begin(SinkPlace<T> place, long records) throws TableException {
    Pools.Lease lease;
    try {
      lease = Pools.connect(place.source());
    } catch (SQLException failure) {
      throw place.failed(failure);
    }
    try {
      return new PartitionTransaction<>(place, lease, records);
    } catch (SQLException failure) {
      letGo(lease);
      throw place.failed(failure);
    } catch (TableException | RuntimeException failure) {
      letGo(lease);
      throw failure;
    }
  }

  /** What the partition has taken before this transaction. */
  BatchTable.Taken before() {
    return before;
  }

  void insert(Collection<@Nullable Object[]> rows) throws TableException {
    if (rows.isEmpty()) {
      return;
    }
    try (PreparedStatement batch = lease.connection().prepareStatement(statement)) {
      for (@Nullable Object[] row : rows) {
        bind(batch, row);
        batch.addBatch();
      }
      batch.executeBatch();
    } catch (SQLException failure) {
      throw place.failed(known(failure));
    }
  }

  /** MySQL's driver loses the failure of a connection that breaks in a batch: it tells that its own statement is closed. */
  private SQLException known(SQLException failure) {
    return SqlProblem.of(failure).kind() == SqlProblem.Kind.OTHER && isBroken()
        ? new SQLRecoverableException("The connection is broken.", "08006", failure)
        : failure;
  }

  private boolean isBroken() {
    try {
      return !lease.connection().isValid(VALID_SECONDS);
    } catch (SQLException broken) {
      return true;
    }
  }

  private void bind(PreparedStatement batch, @Nullable Object[] row) {
    for (int column = 0; column < row.length; column++) {
      try {
        batch.setObject(column + 1, row[column]);
      } catch (SQLException failure) {
        throw place.table().refused(column, row[column], place.source(), SqlProblem.of(failure));
      }
    }
  }

  /** Ends with everything taken. Whether it was is unknown if the connection breaks meanwhile; the next attempt finds out. */
  void commit(long records) throws TableException {
    batches.taken(new BatchTable.Taken(place.batchMillis(), records));
    try {
      lease.connection().commit();
    } catch (SQLException failure) {
      throw place.failed(failure);
    }
    try {
      lease.close();
    } catch (SQLException unclosed) {
      // Everything is done, and the pool makes another connection.
    }
  }

  /** Ends with nothing taken, unless it has ended. */
  void rollback() {
    letGo(lease);
  }

  private static void letGo(Pools.Lease lease) {
    try (lease) {
      lease.connection().rollback();
    } catch (SQLException broken) {
      // The database rolls back what a broken connection has begun.
    }
  }
}
