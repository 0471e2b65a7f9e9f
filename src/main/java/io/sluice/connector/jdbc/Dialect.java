package io.sluice.connector.jdbc;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The databases for which statements are known. */
public enum Dialect {
  /** PostgreSQL, and what speaks as it does. */
  POSTGRESQL("\""),
  /** MySQL and MariaDB. */
  MYSQL("`"),
  /** H2, in this process or as a server. */
  H2("\"");

  private final String quote;

  Dialect(String quote) {
    this.quote = quote;
  }

  /** The dialect that a URL names; empty if it names none of these. */
  static Optional<Dialect> of(String url) {
    if (url.startsWith("jdbc:postgresql:")) {
      return Optional.of(POSTGRESQL);
    } else if (url.startsWith("jdbc:mysql:") || url.startsWith("jdbc:mariadb:")) {
      return Optional.of(MYSQL);
    } else if (url.startsWith("jdbc:h2:")) {
      return Optional.of(H2);
    }
    return Optional.empty();
  }

  /** What the driver of a URL is told where neither the URL nor the program says otherwise. */
  static Map<String, String> properties(String url) {
    if (url.startsWith("jdbc:postgresql:")) {
      return Map.of("reWriteBatchedInserts", "true", "tcpKeepAlive", "true");
    }
    // The driver of MariaDB has an option of this name too, which makes wrong statements of
    // upserts.
    return url.startsWith("jdbc:mysql:") ? Map.of("rewriteBatchedStatements", "true") : Map.of();
  }

  /** A quoted name, as it is. */
  String quote(String name) {
    return quote + name.replace(quote, quote + quote) + quote;
  }

  /** Adds a row. Names are quoted already. */
  String append(String table, List<String> columns) {
    return "INSERT INTO %s (%s) VALUES (%s)"
        .formatted(table, String.join(", ", columns), marks(columns.size()));
  }

  /** Adds a row, or replaces the other columns of the one that has its keys. Names are quoted already. */
  String upsert(String table, List<String> columns, List<String> keys) {
    if (this == H2) {
      return "MERGE INTO %s (%s) KEY (%s) VALUES (%s)"
          .formatted(
              table, String.join(", ", columns), String.join(", ", keys), marks(columns.size()));
    }
    List<String> others =
        columns.stream().filter(column -> !keys.contains(column)).toList();
    return append(table, columns)
        + (this == MYSQL ? onDuplicate(others, keys) : onConflict(others, keys));
  }

  private static String onConflict(List<String> others, List<String> keys) {
    String target = " ON CONFLICT (%s) DO ".formatted(String.join(", ", keys));
    return others.isEmpty()
        ? target + "NOTHING"
        : target + "UPDATE SET " + assign(others.stream(), "%1$s = EXCLUDED.%1$s");
  }

  /** MariaDB does not know the alias that MySQL prefers to VALUES(). */
  private static String onDuplicate(List<String> others, List<String> keys) {
    return " ON DUPLICATE KEY UPDATE "
        + (others.isEmpty()
            ? assign(keys.stream().limit(1), "%1$s = %1$s")
            : assign(others.stream(), "%1$s = VALUES(%1$s)"));
  }

  private static String assign(Stream<String> columns, String form) {
    return columns.map(form::formatted).collect(Collectors.joining(", "));
  }

  static String marks(int count) {
    return String.join(", ", Collections.nCopies(count, "?"));
  }

  /**
   * What each new connection is told; empty for nothing. A worker that lost its power holds the lock on its partition until the
   * server misses it, which takes hours where the system's defaults are left.
   */
  Optional<String> session() {
    return this == POSTGRESQL
        ? Optional.of(
            "SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3")
        : Optional.empty();
  }

  /** Whether the database has a type for UUIDs; else they are text. */
  boolean hasUuids() {
    return this != MYSQL;
  }
}
