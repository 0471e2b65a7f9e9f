package io.sluice.connector.jdbc;

import java.sql.SQLException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a database has refused, told by the codes of its error: texts of drivers have the values of records in them. */
final class SqlProblem {

  /** What is wrong, and what to do. */
  enum Kind {
    NO_ANSWER(
        "it did not succeed in the time that is allowed",
        "See that the database runs, that the workers reach it, and that no other transaction holds its rows; the task is tried again."),
    NO_TABLE(
        "there is no such table",
        "Create it, or correct its name. A name in double quotes is taken as it is, another as the database folds it."),
    NO_COLUMN(
        "it has no such column",
        "Correct the name of the column. A name in double quotes is taken as it is, another as the database folds it."),
    NO_KEY(
        "it has no primary key or unique constraint of the columns of the key",
        "Add one; without it the database cannot tell which row to replace."),
    TWICE(
        "two records of one statement have a key that is the same to the database, but not here",
        "Make the values of the key the same, for example in case and precision."),
    NO_ACCESS("the database refuses the user or the password", "Correct them."),
    NO_DATABASE("there is no such database", "Create it, or correct the URL."),
    NO_RIGHT("the user may not do this", "Grant the right, or use another user."),
    CONSTRAINT(
        "a record violates a constraint", "Leave such records out before, or change the table."),
    VALUE(
        "a record has a value that the column does not take",
        "Let the column's function give what the column takes, or leave such records out before."),
    OTHER("the database refuses it", "The database's log says more.");

    private final String what;
    private final String remedy;

    Kind(String what, String remedy) {
      this.what = what;
      this.remedy = remedy;
    }

    String what() {
      return what;
    }

    String remedy() {
      return remedy;
    }

    /** Whether it is a record's fault, and not that of a table or of the database. */
    boolean isOfRecord() {
      return this == CONSTRAINT || this == VALUE;
    }
  }

  private static final int LONGEST_CHAIN = 20;
  private static final String UNKNOWN = "none";

  private static final Set<String> TRANSIENT_CLASSES = Set.of("08", "40", "53", "58");
  private static final Set<String> TRANSIENT_STATES = Set.of(
      "57P01", "57P02", "57P03", "57P05", "57014", "55P03", "25006", "25P03", "HYT00", "HYT01");

  /** MySQL: too many connections, lock wait, deadlock. H2: broken, closed, at shutdown, lock wait, concurrent update. */
  private static final Set<Integer> TRANSIENT_CODES =
      Set.of(1040, 1205, 1213, 90067, 90098, 90121, 50200, 90131);

  private static final Set<String> MISSING_TABLES = Set.of("42P01", "42S02", "42S03", "42S04");
  private static final Set<String> MISSING_COLUMNS = Set.of("42703", "42S22");
  private static final Set<String> WRONG_TYPES = Set.of("42804", "07006", "HY004", "42846");
  private static final Set<Integer> RIGHTS_OF_MYSQL = Set.of(1044, 1142, 1143);
  private static final Set<Integer> KEPT_EMPTY_OF_MYSQL = Set.of(1364);
  private static final int DUPLICATE_OF_MYSQL = 1062;
  private static final int NO_DATABASE_OF_MYSQL = 1049;
  private static final int NO_RIGHT_OF_H2 = 90096;
  private static final int NO_DATABASE_OF_H2 = 90149;
  private static final int CHECK_OF_MYSQL = 3819;
  private static final int CHECK_OF_MARIADB = 4025;

  private static final Pattern CONSTRAINT_NAME = Pattern.compile(
      "^ERROR: [a-z -]*(?:relation \"[^\"]*\" )?violates [a-z -]*constraint \"([^\"\n]+)\"");

  private final SQLException decisive;
  private final List<SQLException> chain;
  private final Kind kind;

  private SqlProblem(List<SQLException> chain) {
    this.chain = chain;
    this.decisive = chain.stream()
        .filter(failure -> kind(failure) != Kind.OTHER)
        .reduce((one, other) -> kind(one) == Kind.NO_ANSWER ? other : one)
        .orElse(chain.get(0));
    this.kind = kind(decisive);
  }

  static SqlProblem of(SQLException failure) {
    List<SQLException> chain = new ArrayList<>();
    collect(failure, chain);
    return new SqlProblem(chain);
  }

  private static void collect(@Nullable Throwable failure, List<SQLException> chain) {
    if (failure == null || chain.size() >= LONGEST_CHAIN || chain.contains(failure)) {
      return;
    }
    if (failure instanceof SQLException known) {
      chain.add(known);
      collect(known.getNextException(), chain);
    }
    collect(failure.getCause(), chain);
  }

  Kind kind() {
    return kind;
  }

  /** Whether the same can succeed a little later. */
  boolean isTransient() {
    return kind == Kind.NO_ANSWER;
  }

  boolean isDuplicate() {
    return "23505".equals(decisive.getSQLState()) || decisive.getErrorCode() == DUPLICATE_OF_MYSQL;
  }

  /** Which of the columns is meant, if the database says so. */
  Optional<String> column(List<String> columns) {
    return columns.stream().filter(column -> isNamed(Names.bare(column))).findFirst();
  }

  private boolean isNamed(String column) {
    Pattern quoted = Pattern.compile(
        "(?i)column [\"'`]?(?:[^\"'` ]*\\.)?" + Pattern.quote(column) + "(?![\\w$])[\"'`]?");
    return chain.stream()
        .anyMatch(
            failure -> quoted.matcher(String.valueOf(failure.getMessage())).find());
  }

  /** The constraint of PostgreSQL that is violated; other databases show values beside its name. */
  Optional<String> constraint() {
    return chain.stream()
        .map(failure -> CONSTRAINT_NAME.matcher(String.valueOf(failure.getMessage())))
        .filter(Matcher::find)
        .map(found -> found.group(1))
        .findFirst();
  }

  String state() {
    String state = decisive.getSQLState();
    return state == null ? UNKNOWN : state;
  }

  int code() {
    return decisive.getErrorCode();
  }

  /** The same failure without its text. */
  SQLException withoutText() {
    SQLException same =
        new SQLException(decisive.getClass().getName() + " " + state(), state(), code());
    same.setStackTrace(decisive.getStackTrace());
    return same;
  }

  private static Kind kind(SQLException failure) {
    String state = String.valueOf(failure.getSQLState()).toUpperCase(Locale.ROOT);
    int code = failure.getErrorCode();
    Kind known = permanent(state, code);
    if (known != Kind.OTHER) {
      return known;
    }
    boolean later = Stream.of(SQLTransientException.class, SQLRecoverableException.class)
            .anyMatch(kind -> kind.isInstance(failure))
        || TRANSIENT_STATES.contains(state)
        || TRANSIENT_CODES.contains(code)
        || (state.length() == 5 && TRANSIENT_CLASSES.contains(state.substring(0, 2)));
    return later ? Kind.NO_ANSWER : Kind.OTHER;
  }

  private static Kind permanent(String state, int code) {
    if (MISSING_TABLES.contains(state)) {
      return Kind.NO_TABLE;
    } else if (MISSING_COLUMNS.contains(state)) {
      return Kind.NO_COLUMN;
    } else if (state.equals("42P10")) {
      return Kind.NO_KEY;
    } else if (state.equals("21000")) {
      return Kind.TWICE;
    } else if (state.equals("3D000") || code == NO_DATABASE_OF_MYSQL || code == NO_DATABASE_OF_H2) {
      return Kind.NO_DATABASE;
    } else if (state.equals("42501") || RIGHTS_OF_MYSQL.contains(code) || code == NO_RIGHT_OF_H2) {
      return Kind.NO_RIGHT;
    } else if (state.startsWith("28")) {
      return Kind.NO_ACCESS;
    } else if (state.startsWith("23") || code == CHECK_OF_MYSQL || code == CHECK_OF_MARIADB) {
      return Kind.CONSTRAINT;
    } else if (state.startsWith("22")
        || WRONG_TYPES.contains(state)
        || KEPT_EMPTY_OF_MYSQL.contains(code)) {
      return Kind.VALUE;
    }
    return Kind.OTHER;
  }
}
