package io.sluice.connector.jdbc;

import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Makes of names as a program gives them the ones that a database has, quoted, so that a name may be a word of SQL. */
final class Names {

  private static final Pattern PART = Pattern.compile("\"((?:[^\"]|\"\")+)\"|([^\".]+)");
  private static final Pattern NAME =
      Pattern.compile("(?:%1$s)(?:\\.(?:%1$s))*".formatted(PART.pattern()));

  private final Dialect dialect;
  private final UnaryOperator<String> fold;

  private Names(Dialect dialect, UnaryOperator<String> fold) {
    this.dialect = dialect;
    this.fold = fold;
  }

  /** As the database folds names that are not quoted. */
  static Names of(Dialect dialect, DatabaseMetaData database) throws SQLException {
    if (dialect == Dialect.MYSQL) {
      return new Names(dialect, UnaryOperator.identity());
    } else if (database.storesUpperCaseIdentifiers()) {
      return upper(dialect);
    }
    return database.storesLowerCaseIdentifiers()
        ? lower(dialect)
        : new Names(dialect, UnaryOperator.identity());
  }

  static Names upper(Dialect dialect) {
    return new Names(dialect, name -> name.toUpperCase(Locale.ROOT));
  }

  static Names lower(Dialect dialect) {
    return new Names(dialect, name -> name.toLowerCase(Locale.ROOT));
  }

  static Names unfolded(Dialect dialect) {
    return new Names(dialect, UnaryOperator.identity());
  }

  /**
   * Refuses what can be no name.
   *
   * @param what the name is of, for people
   */
  static String require(String name, String what) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "%s must be a name, with its schema and a dot before it if need be, got '%s'. Put a part that has dots or quotes itself into double quotes."
              .formatted(what, name));
    }
    return name;
  }

  /** A name with dots between its parts; parts in double quotes are taken as they are. */
  String quoted(String name) {
    return PART.matcher(name)
        .results()
        .map(part -> dialect.quote(part(part)))
        .collect(Collectors.joining("."));
  }

  private String part(MatchResult part) {
    return part.group(1) == null ? fold.apply(part.group(2)) : part.group(1).replace("\"\"", "\"");
  }

  List<String> quoted(List<String> names) {
    return names.stream().map(this::quoted).toList();
  }

  /** The name without quotes, as an error of a database would show it in any case of letters. */
  static String bare(String name) {
    Matcher part = PART.matcher(name);
    String last = name;
    while (part.find()) {
      last = part.group(1) == null ? part.group(2) : part.group(1).replace("\"\"", "\"");
    }
    return last;
  }
}
