package io.sluice.connector.jdbc;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A database, and how to reach it from every worker. Never changes; every choice gives another one.
 *
 * <p>Connections are in a pool, one for each JVM and description, which is made when it is first needed and closed a minute after its last
 * use. The pool is HikariCP, {@code com.zaxxer:HikariCP}; it and the database's driver must be on the class path of the workers,
 * or in the jars of the program. A user and a password that are given here travel with the program; with {@link #supplied} the
 * workers get them where they are.
 */
public final class JdbcSource implements Serializable {

  /** Makes the data source of a JVM. Called once for each JVM and name, on the thread of a task. */
  @FunctionalInterface
  public interface DataSourceSupplier extends Serializable {
    DataSource get() throws Exception;
  }

  private static final long serialVersionUID = 1L;
  private static final int POOL_SIZE = 10;
  private static final Duration RETRY_FOR = Duration.ofSeconds(60);

  private final String name;
  private final @Nullable DataSourceSupplier supplier;
  private final Dialect dialect;
  private final TreeMap<String, String> properties;
  private final int poolSize;
  private final Duration retryFor;

  private JdbcSource(
      String name,
      @Nullable DataSourceSupplier supplier,
      Dialect dialect,
      Map<String, String> properties,
      int poolSize,
      Duration retryFor) {
    this.name = name;
    this.supplier = supplier;
    this.dialect = dialect;
    this.properties = new TreeMap<>(properties);
    this.poolSize = poolSize;
    this.retryFor = retryFor;
  }

  /**
   * A database by its URL, of PostgreSQL, MySQL, MariaDB or H2.
   *
   * @throws IllegalArgumentException if the URL is of another database; give its dialect with {@link #of(String, Dialect)}
   */
  public static JdbcSource of(String url) {
    requireNonNull(url, "The URL of a database is null.");
    return of(
        url,
        Dialect.of(url)
            .orElseThrow(() -> new IllegalArgumentException(
                "The URL must begin with jdbc:postgresql:, jdbc:mysql:, jdbc:mariadb: or jdbc:h2:, got '%s'. For another driver name the dialect of its database: JdbcSource.of(url, dialect)."
                    .formatted(withoutSecrets(url)))));
  }

  /** As {@link #of(String)}, with a URL that does not tell which SQL the database speaks. */
  public static JdbcSource of(String url, Dialect dialect) {
    requireNonNull(url, "The URL of a database is null.");
    requireNonNull(dialect, "The dialect of a database is null.");
    if (!url.startsWith("jdbc:")) {
      throw new IllegalArgumentException("The URL of a database must begin with 'jdbc:', got '%s'."
          .formatted(withoutSecrets(url)));
    }
    return new JdbcSource(url, null, dialect, Map.of(), POOL_SIZE, RETRY_FOR);
  }

  /**
   * A database that the workers reach by a data source of the program's, which should be a pool. It is closed a minute after its last
   * use, if it can be closed.
   *
   * @param name shows in errors; in one JVM, equal names mean the same data source
   */
  public static JdbcSource supplied(String name, Dialect dialect, DataSourceSupplier supplier) {
    requireNonNull(name, "The name of a data source is null.");
    requireNonNull(dialect, "The dialect of a database is null.");
    requireNonNull(supplier, "The supplier of a data source is null.");
    return new JdbcSource(name, supplier, dialect, Map.of(), POOL_SIZE, RETRY_FOR);
  }

  /** The same with a user and the password. */
  public JdbcSource user(String user, String password) {
    return property("user", user).property("password", password);
  }

  /** The same with a property of its driver, which goes before what is chosen by default. */
  public JdbcSource property(String key, String value) {
    requireNonNull(key, "The name of a property is null.");
    requireNonNull(value, () -> "Property '" + key + "' is null.");
    if (supplier != null) {
      throw new IllegalArgumentException(
          "Data source '%s' is the program's own; give it '%s' where it is made."
              .formatted(name, key));
    }
    Map<String, String> more = new TreeMap<>(properties);
    more.put(key, value);
    return new JdbcSource(name, null, dialect, more, poolSize, retryFor);
  }

  /**
   * The same with at most so many connections in a JVM; 10 unless set. A task that writes or looks up needs one; tasks that find none wait.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public JdbcSource poolSize(int connections) {
    if (connections < 1) {
      throw new IllegalArgumentException(
          "A pool must have at least 1 connection, got " + connections + ".");
    }
    return new JdbcSource(name, supplier, dialect, properties, connections, retryFor);
  }

  /**
   * The same, trying again for this long, with a pause that doubles up to 5 s, while the database cannot be reached, is starting,
   * or has others in the way; 60 s unless set. Only then the task fails, and is tried again in turn. What cannot succeed later, such as a table that is not
   * there, fails at once.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public JdbcSource retryFor(Duration duration) {
    requireNonNull(duration, "The duration is null.");
    if (duration.isNegative()) {
      throw new IllegalArgumentException(
          "A database must be waited for, for no time or longer, got " + duration + ".");
    }
    return new JdbcSource(name, supplier, dialect, properties, poolSize, duration);
  }

  Dialect dialect() {
    return dialect;
  }

  Duration retryFor() {
    return retryFor;
  }

  int poolSize() {
    return poolSize;
  }

  Optional<DataSourceSupplier> supplier() {
    return Optional.ofNullable(supplier);
  }

  String url() {
    return name;
  }

  /** What the driver is told. */
  Properties driverProperties() {
    Properties all = new Properties();
    Dialect.properties(name).forEach((key, value) -> {
      if (!name.contains(key + "=")) {
        all.setProperty(key, value);
      }
    });
    properties.forEach(all::setProperty);
    return all;
  }

  /** Equal where a pool can be the same one. */
  Object poolKey() {
    return supplier == null ? List.of(name, properties, poolSize) : name;
  }

  /** Where the database is, without user, password and other parameters. */
  @Override
  public String toString() {
    return supplier == null ? withoutSecrets(name) : name;
  }

  private static String withoutSecrets(String url) {
    return url.replaceFirst("[?;].*", "").replaceFirst("//.*@", "//");
  }
}
