package io.sluice.connector.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;

/** The connections of this JVM. Thread-safe. */
final class Pools {

  /** A connection, and what is to be done when it is let go of. */
  interface Lease extends AutoCloseable {
    Connection connection();

    @Override
    void close() throws SQLException;
  }

  private record Pool(DataSource connections) implements AutoCloseable {
    @Override
    public void close() throws Exception {
      if (connections instanceof AutoCloseable closeable) {
        closeable.close();
      }
    }
  }

  private record Leased(Connection connection, Object key) implements Lease {
    @Override
    public void close() throws SQLException {
      try {
        connection.close();
      } finally {
        POOLS.letGo(key);
      }
    }
  }

  private static final int UNUSED_SECONDS = 60;
  private static final long CONNECT_MILLIS = 2000;
  private static final long IDLE_MILLIS = 30_000;

  private static final Leases<Object, Pool> POOLS =
      new Leases<>(CompletableFuture.delayedExecutor(UNUSED_SECONDS, TimeUnit.SECONDS));

  private Pools() {}

  /** A connection of the pool; waits up to 2 s for one. */
  static Lease connect(JdbcSource source) throws SQLException {
    Object key = source.poolKey();
    Pool pool = take(source, key);
    try {
      return new Leased(pool.connections.getConnection(), key);
    } catch (SQLException | RuntimeException failure) {
      POOLS.letGo(key);
      throw failure;
    }
  }

  private static Pool take(JdbcSource source, Object key) throws SQLException {
    try {
      return POOLS.take(key, () -> new Pool(open(source)));
    } catch (SQLException | RuntimeException failure) {
      throw failure;
    } catch (Exception failure) {
      throw new SluiceException(
          ErrorCode.TASK_FAILED,
          "The supplier of data source '%s' failed with %s. It must give a data source on every worker."
              .formatted(source, failure.getClass().getName()),
          failure);
    }
  }

  private static DataSource open(JdbcSource source) throws Exception {
    Optional<JdbcSource.DataSourceSupplier> supplier = source.supplier();
    if (supplier.isPresent()) {
      return supplier.get().get();
    }
    new Drivers(Pools.class.getClassLoader()).requirePool();
    return Pooled.open(new Drivers(programLoader()).connecting(source), source);
  }

  /** Tasks have the loader of the program's jars. */
  private static ClassLoader programLoader() {
    ClassLoader ofThread = Thread.currentThread().getContextClassLoader();
    return ofThread == null ? Pools.class.getClassLoader() : ofThread;
  }

  /** Apart, because its classes may be missing. */
  private static final class Pooled {

    private Pooled() {}

    static DataSource open(DataSource connecting, JdbcSource source) {
      HikariConfig config = new HikariConfig();
      config.setDataSource(connecting);
      config.setMaximumPoolSize(source.poolSize());
      config.setMinimumIdle(0);
      config.setIdleTimeout(IDLE_MILLIS);
      config.setConnectionTimeout(CONNECT_MILLIS);
      // Whether the database can be reached is the task's question, which asks again.
      config.setInitializationFailTimeout(-1);
      config.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
      source.dialect().session().ifPresent(config::setConnectionInitSql);
      return new HikariDataSource(config);
    }
  }
}
