package io.sluice.connector.jdbc;

import static java.util.Objects.requireNonNull;

import io.sluice.api.BatchPartition;
import io.sluice.api.BatchSink;
import io.sluice.api.BatchWriter;
import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes records as rows of a table: adds them, or replaces those that have the same key. Each record once, whatever is killed.
 * Never changes; every choice gives another sink.
 *
 * <pre>{@code
 * orders.saveTo(
 *     "orders",
 *     JdbcSink.<Order>into(JdbcSource.of("jdbc:postgresql://db/shop"), "orders")
 *         .column("id", Order::id)
 *         .column("cents", Order::cents)
 *         .upsert("id"));
 * }</pre>
 *
 * <p>A partition of a batch is one transaction, which ends in {@link BatchWriter#prepare}, together with a row of a second table,
 * {@code sluice_batches} in the same database: the last batch that this partition of the output has taken. A partition that
 * comes again is left out when rows are added, and replaces its rows by the same where there is a key. Rows of a batch
 * can be seen as soon as their partition is done, not all at a moment.
 *
 * <p>What was added is recognised by the number of its partition, so a batch that comes again must be divided as before: put a {@code repartition} or
 * an operation by key before the output. An upsert does not need it.
 *
 * @param <T> the records it takes
 */
public final class JdbcSink<T> implements BatchSink<T> {

  /**
   * What a column has of a record. Called on the threads of tasks.
   *
   * <p>Beside what the driver knows itself, it may give an {@code Instant} and a {@code ZonedDateTime}, which are written as a time stamp, a {@code BigInteger}, a {@code UUID}, an enum constant, which is written as its name, a {@code Character}, an
   * {@code Optional} of all of these, and null.
   */
  @FunctionalInterface
  public interface ColumnFunction<T> extends Serializable {
    @Nullable
    Object of(T record) throws Exception;
  }

  private static final long serialVersionUID = 1L;
  private static final String BATCH_TABLE = "sluice_batches";
  private static final int BATCH_SIZE = 1000;

  private final JdbcSource source;
  private final TargetTable<T> table;
  private final String batchTable;
  private final int batchSize;

  private JdbcSink(JdbcSource source, TargetTable<T> table, String batchTable, int batchSize) {
    this.source = source;
    this.table = table;
    this.batchTable = batchTable;
    this.batchSize = batchSize;
  }

  /**
   * A sink that adds rows. Its columns are to follow.
   *
   * @param table its name, with its schema and a dot before it if need be. Names are taken as the database takes names that are not quoted; put
   *     those that need it into double quotes, as {@code shop."Orders"}
   * @throws IllegalArgumentException if that is no name
   */
  public static <T> JdbcSink<T> into(JdbcSource source, String table) {
    requireNonNull(source, "The database of a sink is null.");
    requireNonNull(table, "The table of a sink is null.");
    return new JdbcSink<>(
        source,
        new TargetTable<>(Names.require(table, "The table of a sink"), List.of(), List.of()),
        BATCH_TABLE,
        BATCH_SIZE);
  }

  /**
   * The same with one more column. Those that are not named keep their default.
   *
   * @throws IllegalArgumentException if that is no name, or there is such a column
   */
  public JdbcSink<T> column(String name, ColumnFunction<? super T> value) {
    requireNonNull(name, "The name of a column is null.");
    requireNonNull(value, () -> "The function of column '" + name + "' is null.");
    return new JdbcSink<>(
        source,
        table.with(new TargetTable.Column<>(Names.require(name, "A column"), value)),
        batchTable,
        batchSize);
  }

  /**
   * The same, replacing the row that has the same values in these columns, if there is one. The table must have a primary key or
   * a unique constraint of just these columns. If several records of a partition have a key, the last one stays.
   *
   * @throws IllegalArgumentException if these are none of the columns so far
   */
  public JdbcSink<T> upsert(String... keys) {
    return new JdbcSink<>(source, table.keyedBy(List.of(keys)), batchTable, batchSize);
  }

  /**
   * The same, sending so many rows at a time; 1000 unless set. A partition with no more is written again by itself when
   * the database breaks off; of a larger one the task fails then, and is tried again.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public JdbcSink<T> batchSize(int rows) {
    if (rows < 1) {
      throw new IllegalArgumentException(
          "At least 1 row must be sent at a time, got " + rows + ".");
    }
    return new JdbcSink<>(source, table, batchTable, rows);
  }

  /**
   * The same with another table for what was taken; {@code sluice_batches} unless set. It is made if it is not there; several outputs may share it.
   *
   * @throws IllegalArgumentException if that is no name
   */
  public JdbcSink<T> batchTable(String name) {
    requireNonNull(name, "The name of the table of batches is null.");
    return new JdbcSink<>(source, table, Names.require(name, "The table of batches"), batchSize);
  }

  @Override
  public BatchWriter<T> open(String pipeline, BatchPartition partition) {
    if (table.columns().isEmpty()) {
      throw new IllegalStateException(
          "The sink into table '%s' has no columns. Give each with column(name, function)."
              .formatted(table.name()));
    }
    return new JdbcWriter<>(
        new SinkPlace<>(
            source,
            table,
            batchTable,
            pipeline,
            partition.partition(),
            partition.time().toEpochMilli()),
        batchSize,
        Patience.of(source));
  }
}
