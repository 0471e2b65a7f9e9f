package bench;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** W8: a table of a PostgreSQL into which lines are written. */
public final class Rows {

  public static final String URL = "jdbc:postgresql://127.0.0.1:" + Generator.PORT + "/postgres";
  public static final String USER = "postgres";
  public static final String TABLE = "lines";

  private Rows() {}

  /** An empty table. */
  public static void make() throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute("DROP TABLE IF EXISTS " + TABLE);
      statement.execute("CREATE TABLE lines (line VARCHAR(100) NOT NULL, words INTEGER NOT NULL)");
    }
  }

  /** Rows that are there, read afresh. */
  static long count() {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet count = statement.executeQuery("SELECT COUNT(*) FROM " + TABLE)) {
      count.next();
      return count.getLong(1);
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
  }

  /** What the second column has of a line: something that is cheap. */
  public static int words(String line) {
    int words = 1;
    for (int at = line.indexOf(' '); at >= 0; at = line.indexOf(' ', at + 1)) {
      words++;
    }
    return words;
  }

  public static Connection connect() throws SQLException {
    return DriverManager.getConnection(URL + "?reWriteBatchedInserts=true", USER, "");
  }
}
