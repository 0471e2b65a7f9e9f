package io.sluice.connector.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which batch was the last that each partition of an output has taken, in a table of the database that takes them. A row is locked
 * from the moment it is looked at until its transaction ends, so attempts of one partition come one after the other.
 *
 * <p>Batches are told apart by their time: ids would begin anew with another batch interval.
 */
final class BatchTable {

  /** The last batch that a partition has taken, and how many records. */
  record Taken(long batchMillis, long records) {
    static final Taken NOTHING = new Taken(Long.MIN_VALUE, 0);
  }

  /** So long one try waits for another attempt of the same partition. */
  private static final int LOCK_SECONDS = 10;

  private static final String COLUMNS = "pipeline, partition_number";

  private final String name;
  private final String table;
  private final Connection connection;
  private final String pipeline;
  private final int partition;
  private @Nullable Taken recorded;

  /** @param name as the user gives it */
  BatchTable(String name, Names names, Connection connection, String pipeline, int partition) {
    this.name = name;
    this.table = names.quoted(name);
    this.connection = connection;
    this.pipeline = pipeline;
    this.partition = partition;
  }

  /**
   * Locks the row of the partition, which is made if need be, and the table too.
   *
   * @param now what the partition will have taken; is written down at once if the batch is new
   * @return what it had taken, {@link Taken#NOTHING} if that is older
   */
  Taken lock(Taken now) throws TableException {
    try {
      if (update(now, true)) {
        recorded = now;
        return Taken.NOTHING;
      }
      Optional<Taken> found = selected();
      return found.isPresent() ? found.get() : insert();
    } catch (SQLException failure) {
      throw failed(failure);
    }
  }

  /** As part of the transaction that has the lock: the partition has taken a batch. */
  void taken(Taken now) throws TableException {
    try {
      if (!now.equals(recorded)) {
        update(now, false);
      }
    } catch (SQLException failure) {
      throw failed(failure);
    }
  }

  private boolean update(Taken now, boolean onlyIfOlder) throws SQLException {
    try {
      return updated(now, onlyIfOlder);
    } catch (SQLException failure) {
      if (SqlProblem.of(failure).kind() != SqlProblem.Kind.NO_TABLE) {
        throw failure;
      }
      connection.rollback();
      create();
      return updated(now, onlyIfOlder);
    }
  }

  private boolean updated(Taken now, boolean onlyIfOlder) throws SQLException {
    String update = "UPDATE " + table
        + " SET batch_millis = ?, record_count = ? WHERE pipeline = ? AND partition_number = ?"
        + (onlyIfOlder ? " AND batch_millis < ?" : "");
    try (PreparedStatement statement = connection.prepareStatement(update)) {
      statement.setQueryTimeout(LOCK_SECONDS);
      statement.setLong(1, now.batchMillis);
      statement.setLong(2, now.records);
      statement.setString(3, pipeline);
      statement.setInt(4, partition);
      if (onlyIfOlder) {
        statement.setLong(5, now.batchMillis);
      }
      return statement.executeUpdate() == 1;
    }
  }

  private Optional<Taken> selected() throws SQLException {
    String select = "SELECT batch_millis, record_count FROM " + table
        + " WHERE pipeline = ? AND partition_number = ? FOR UPDATE";
    try (PreparedStatement statement = connection.prepareStatement(select)) {
      statement.setQueryTimeout(LOCK_SECONDS);
      statement.setString(1, pipeline);
      statement.setInt(2, partition);
      try (ResultSet row = statement.executeQuery()) {
        return row.next()
            ? Optional.of(new Taken(row.getLong(1), row.getLong(2)))
            : Optional.empty();
      }
    }
  }

  private void create() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE IF NOT EXISTS " + table
          + " (pipeline VARCHAR(255) NOT NULL, partition_number INTEGER NOT NULL, batch_millis BIGINT NOT NULL,"
          + " record_count BIGINT NOT NULL, PRIMARY KEY (" + COLUMNS + "))");
      connection.commit();
    } catch (SQLException failure) {
      connection.rollback();
      if (!isThere()) {
        throw failure;
      }
    }
  }

  /** Another task may have made it meanwhile, which some databases tell as a failure. */
  private boolean isThere() throws SQLException {
    try {
      selected();
      return true;
    } catch (SQLException failure) {
      connection.rollback();
      return false;
    }
  }

  private Taken insert() throws SQLException {
    String insert = "INSERT INTO " + table + " (" + COLUMNS
        + ", batch_millis, record_count) VALUES (?, ?, ?, ?)";
    try (PreparedStatement statement = connection.prepareStatement(insert)) {
      statement.setQueryTimeout(LOCK_SECONDS);
      statement.setString(1, pipeline);
      statement.setInt(2, partition);
      statement.setLong(3, Taken.NOTHING.batchMillis);
      statement.setLong(4, Taken.NOTHING.records);
      statement.executeUpdate();
      return Taken.NOTHING;
    } catch (SQLException failure) {
      if (!SqlProblem.of(failure).isDuplicate()) {
        throw failure;
      }
      // Another attempt has made the row and ended meanwhile.
      connection.rollback();
      return selected()
          .orElseThrow(() -> new SQLTransientException("The row is gone again.", "40001", failure));
    }
  }

  private TableException failed(SQLException failure) {
    return new TableException("used", name, List.of(), failure);
  }
}
