package io.sluice.connector.jdbc;

import io.sluice.api.BatchWriter;
import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import java.time.Instant;
import java.util.Collection;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes one partition in one transaction. As long as all of its rows are still here a transaction that fails is begun again;
 * later the task is.
 */
final class JdbcWriter<T> implements BatchWriter<T> {

  private static final Logger log = LoggerFactory.getLogger(JdbcWriter.class);

  private final SinkPlace<T> place;
  private final int batchSize;
  private final Patience patience;
  private final RowBuffer rows;
  private @Nullable PartitionTransaction<T> open;
  private long records;

  JdbcWriter(SinkPlace<T> place, int batchSize, Patience patience) {
    this.place = place;
    this.batchSize = batchSize;
    this.patience = patience;
    this.rows = new RowBuffer(place.table().keyPositions());
  }

  @Override
  public void write(T record) throws Exception {
    rows.add(place.table().row(record, place.source().dialect()));
    records++;
    if (rows.size() >= batchSize) {
      flush();
    }
  }

  private void flush() throws Exception {
    try {
      if (open == null) {
        open = patience.run(place.source(), this::begin);
      } else {
        insert(open, rows.rows());
      }
    } catch (TableException failure) {
      throw failure.told(place.source(), ErrorCode.SINK_FAILED);
    }
    rows.clear();
  }

  @Override
  public String prepare() throws Exception {
    if (records == 0) {
      return "";
    }
    try {
      if (open == null) {
        patience.run(place.source(), () -> {
          commit(begin());
          return true;
        });
      } else {
        insert(open, rows.rows());
        commit(open);
      }
    } catch (TableException failure) {
      throw failure.told(place.source(), ErrorCode.SINK_FAILED);
    }
    return "";
  }

  private PartitionTransaction<T> begin() throws TableException {
    PartitionTransaction<T> transaction = PartitionTransaction.begin(place, records);
    try {
      insert(transaction, rows.rows());
      return transaction;
    } catch (TableException | RuntimeException failure) {
      transaction.rollback();
      throw failure;
    }
  }

  private void insert(PartitionTransaction<T> transaction, Collection<@Nullable Object[]> some)
      throws TableException {
    if (isToWrite(transaction.before())) {
      transaction.insert(some);
    }
  }

  /** Rows that are replaced may be replaced again, so that an attempt with other records than the one before loses none. */
  private boolean isToWrite(BatchTable.Taken before) {
    return before.batchMillis() < place.batchMillis()
        || (before.batchMillis() == place.batchMillis() && place.table().isKeyed());
  }

  private void commit(PartitionTransaction<T> transaction) throws TableException {
    try {
      if (isToWrite(transaction.before())) {
        transaction.commit(records);
      } else {
        transaction.rollback();
        leaveOut(transaction.before());
      }
    } catch (TableException failure) {
      transaction.rollback();
      throw failure;
    } finally {
      open = null;
    }
  }

  private void leaveOut(BatchTable.Taken before) {
    if (before.batchMillis() > place.batchMillis()) {
      log.warn(
          "Partition [{}] of batch [{}] of [{}] is left out: table [{}] has it up to batch [{}]",
          place.partition(),
          Instant.ofEpochMilli(place.batchMillis()),
          place.pipeline(),
          place.table().name(),
          Instant.ofEpochMilli(before.batchMillis()));
    } else if (before.records() != records) {
      throw new SluiceException(
          ErrorCode.SINK_FAILED,
          "Partition %d of batch %s of '%s' was appended to table '%s' with %d records and has %d now. A batch that is run again must be divided as before: put a repartition or a keyed operation before the output, and change the number of partitions only after a graceful stop."
              .formatted(
                  place.partition(),
                  Instant.ofEpochMilli(place.batchMillis()),
                  place.pipeline(),
                  place.table().name(),
                  before.records(),
                  records));
    }
  }

  @Override
  public void abort() {
    if (open != null) {
      open.rollback();
      open = null;
    }
  }
}
