package io.sluice.connector.jdbc;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Iterator;
import java.util.Map;
import java.util.Properties;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Finds the libraries that a program brings, also in its own jars: {@code DriverManager} knows only the drivers of the
 * process's class path.
 */
final class Drivers {

  private static final String POOL = "com.zaxxer.hikari.HikariDataSource";
  private static final Map<String, String> ARTIFACTS = Map.of(
      "jdbc:postgresql:", "org.postgresql:postgresql",
      "jdbc:mysql:", "com.mysql:mysql-connector-j",
      "jdbc:mariadb:", "org.mariadb.jdbc:mariadb-java-client",
      "jdbc:h2:", "com.h2database:h2");

  private final ClassLoader loader;

  /** @param loader where drivers are looked for */
  Drivers(ClassLoader loader) {
    this.loader = loader;
  }

  /**
   * A source of new connections, without a pool.
   *
   * @throws SluiceException PLAN_INVALID if the driver is missing
   */
  DataSource connecting(JdbcSource source) {
    return new Connecting(driver(source), source);
  }

  private Driver driver(JdbcSource source) {
    Iterator<Driver> drivers = ServiceLoader.load(Driver.class, loader).iterator();
    while (true) {
      try {
        if (!drivers.hasNext()) {
          throw missing(artifact(source.url()), "the driver of " + source);
        }
        Driver driver = drivers.next();
        if (driver.acceptsURL(source.url())) {
          return driver;
        }
      } catch (ServiceConfigurationError | SQLException another) {
        // A driver that cannot be loaded is none; it is missed only if no other takes the URL.
      }
    }
  }

  private static String artifact(String url) {
    return ARTIFACTS.entrySet().stream()
        .filter(known -> url.startsWith(known.getKey()))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse("the artifact of this driver");
  }

  /**
   * Refuses to go on without the pool.
   *
   * @throws SluiceException PLAN_INVALID
   */
  void requirePool() {
    try {
      Class.forName(POOL, false, loader);
    } catch (ClassNotFoundException absent) {
      throw missing("com.zaxxer:HikariCP", "the pool of connections");
    }
  }

  private static SluiceException missing(String artifact, String what) {
    return new SluiceException(
        ErrorCode.PLAN_INVALID,
        "Library '%s' is missing: it has %s. Add it to the program's dependencies, and to the class path of all nodes or the jars of the program."
            .formatted(artifact, what));
  }

  /** Connects by one driver. */
  private record Connecting(Driver driver, JdbcSource source) implements DataSource {

    @Override
    public Connection getConnection() throws SQLException {
      return connected(source.driverProperties());
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
      Properties properties = source.driverProperties();
      properties.setProperty("user", user);
      properties.setProperty("password", password);
      return connected(properties);
    }

    private Connection connected(Properties properties) throws SQLException {
      Connection connection = driver.connect(source.url(), properties);
      if (connection == null) {
        throw new SQLException("The driver does not take the URL.", "08001");
      }
      return connection;
    }

    @Override
    public @Nullable PrintWriter getLogWriter() {
      return null;
    }

    @Override
    public void setLogWriter(PrintWriter out) {}

    @Override
    public void setLoginTimeout(int seconds) {}

    @Override
    public int getLoginTimeout() {
      return 0;
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
      throw new SQLFeatureNotSupportedException();
    }

    @Override
    public <W> W unwrap(Class<W> kind) throws SQLException {
      throw new SQLException("Nothing is wrapped.");
    }

    @Override
    public boolean isWrapperFor(Class<?> kind) {
      return false;
    }

    @Override
    public String toString() {
      return source.toString();
    }
  }
}
