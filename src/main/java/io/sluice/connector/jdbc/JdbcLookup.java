package io.sluice.connector.jdbc;

import static java.util.Objects.requireNonNull;

import io.sluice.DStream;
import io.sluice.DStreamLike;
import io.sluice.PairDStream;
import io.sluice.RDD;
import io.sluice.TaskContext;
import io.sluice.api.Function;
import io.sluice.api.Pair;
import java.io.Serializable;
import java.sql.ResultSet;
import java.time.Instant;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Looks up what a table of a database has for the records of a stream. Never changes; every choice gives another one.
 *
 * <pre>{@code
 * JdbcLookup<String, Long> prices =
 *     JdbcLookup.of(shop, "prices", "item", row -> row.getLong("cents"));
 * DStream<Pair<Order, Optional<Long>>> priced = prices.enrich(orders, Order::item);
 * }</pre>
 *
 * <p>The keys of a partition are asked for in chunks, one {@code SELECT} each. In one JVM each key is asked for once in a batch, and
 * what was found is kept in memory until the next batch asks. A batch that is run again in another process asks
 * again, so it gives the same records only if the table still has the same rows.
 *
 * @param <K> the keys: String, Integer, Long, Short, BigDecimal, UUID, LocalDate or what else the driver reads as it
 *     was written, and equal in Java where it is in the database
 * @param <V> what is made of a row
 */
public final class JdbcLookup<K, V> implements Serializable {

  /**
   * Makes the value of a key from its row. Called on the threads of tasks; must not move on in the result or close it. Null counts as
   * a row that is not there.
   */
  @FunctionalInterface
  public interface RowFunction<V> extends Serializable {
    @Nullable
    V of(ResultSet row) throws Exception;
  }

  private static final long serialVersionUID = 1L;
  private static final int CHUNK = 500;

  private final UUID id = UUID.randomUUID();
  private final JdbcSource source;
  private final LookedUpTable<V> table;
  private final int chunk;

  private JdbcLookup(JdbcSource source, LookedUpTable<V> table, int chunk) {
    this.source = source;
    this.table = table;
    this.chunk = chunk;
  }

  /**
   * A lookup that reads all columns of a row.
   *
   * @param table as in {@link JdbcSink#into}
   * @param key the column to compare with; of several rows with one key any may be taken
   * @throws IllegalArgumentException if these are no names
   */
  public static <K, V> JdbcLookup<K, V> of(
      JdbcSource source, String table, String key, RowFunction<V> value) {
    requireNonNull(source, "The database of a lookup is null.");
    requireNonNull(table, "The table of a lookup is null.");
    requireNonNull(key, "The key column of a lookup is null.");
    requireNonNull(value, "The function that makes values of rows is null.");
    LookedUpTable<V> all = new LookedUpTable<>(
        Names.require(table, "The table of a lookup"),
        Names.require(key, "The key column of a lookup"),
        List.of(),
        value);
    return new JdbcLookup<>(source, all, CHUNK);
  }

  /**
   * The same, reading only these columns, and the key.
   *
   * @throws IllegalArgumentException if these are no names
   */
  public JdbcLookup<K, V> columns(String... names) {
    List.of(names).forEach(name -> Names.require(name, "A column"));
    return new JdbcLookup<>(source, table.with(List.of(names)), chunk);
  }

  /**
   * The same, reading ahead so many records to ask for their keys at once; 500 unless set.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public JdbcLookup<K, V> chunk(int records) {
    if (records < 1) {
      throw new IllegalArgumentException(
          "At least 1 record must be looked up at a time, got " + records + ".");
    }
    return new JdbcLookup<>(source, table, records);
  }

  /**
   * Each record with what the table has for its key; empty if there is no row, or the key is null.
   *
   * @param key gives the key of a record, on the threads of tasks
   */
  public <T, R extends RDD<T>> DStream<Pair<T, Optional<V>>> enrich(
      DStreamLike<T, ?, R> stream, Function<? super T, ? extends K> key) {
    requireNonNull(stream, "The stream to enrich is null.");
    requireNonNull(key, "The function that gives keys is null.");
    return stream.mapPartitions(records -> enriched(records, key));
  }

  /** Each pair with what the table has for its key; empty if there is no row. */
  public <W> PairDStream<K, Pair<W, Optional<V>>> leftOuterJoin(PairDStream<K, W> stream) {
    requireNonNull(stream, "The stream to join is null.");
    return stream.mapPartitionsToPair(records -> new Mapped<>(
        this.<Pair<K, W>>enriched(records, Pair::key),
        found -> Pair.of(found.key().key(), Pair.of(found.key().value(), found.value()))));
  }

  private <T> Iterator<Pair<T, Optional<V>>> enriched(
      Iterator<T> records, Function<? super T, ? extends K> key) {
    return new EnrichedRecords<>(records, key, this::find, chunk);
  }

  private Map<K, Optional<V>> find(Collection<K> keys) throws Exception {
    long batchMillis =
        TaskContext.current().batchTime().map(Instant::toEpochMilli).orElse(-1L);
    return LookupCache.<K, V>of(id, batchMillis)
        .get(keys, missing -> table.select(source, Patience.of(source), missing));
  }

  /** What a function makes of what another iterator gives. */
  private record Mapped<A, B>(Iterator<A> from, java.util.function.Function<A, B> function)
      implements Iterator<B> {
    @Override
    public boolean hasNext() {
      return from.hasNext();
    }

    @Override
    public B next() {
      return function.apply(from.next());
    }
  }
}
