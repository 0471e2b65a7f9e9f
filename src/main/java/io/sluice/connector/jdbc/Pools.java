package io.sluice.connector.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.connector.Leases;
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

  private record Leased(Connection connection, Leases.Lease<Pool> pool) implements Lease {
    @Override
    public void close() throws SQLException {
      try (pool) {
        connection.close();
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
    Leases.Lease<Pool> pool = take(source);
    try {
      return new Leased(pool.thing().connections.getConnection(), pool);
    } catch (SQLException | RuntimeException failure) {
      pool.close();
      throw failure;
    }
  }

  private static Leases.Lease<Pool> take(JdbcSource source) throws SQLException {
    try {
      return POOLS.take(source.poolKey(), () -> new Pool(open(source)));
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
