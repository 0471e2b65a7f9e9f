package bench;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** W8 by hand: two threads, each with a connection, batches of 1,000 rows and transactions of 20,000. */
final class TableLoop {

  private static final int THREADS = 2;
  private static final int ROWS = 20_000;
  private static final int BATCH = 1_000;

  private TableLoop() {}

  static void run(Measure measure, int seconds) throws Exception {
    Rows.make();
    Text.lines();
    for (int number = 0; number < THREADS; number++) {
      int from = Text.LINES / THREADS * number;
      Thread thread = new Thread(() -> write(from));
      thread.setDaemon(true);
      thread.start();
    }
    measure.run(seconds);
  }

  private static void write(int from) {
    String[] lines = Text.lines();
    Given given = Given.from(from, Text.LINES);
    int at = from;
    try (Connection connection = Rows.connect();
        PreparedStatement insert =
            connection.prepareStatement("INSERT INTO lines (line, words) VALUES (?, ?)")) {
      connection.setAutoCommit(false);
      while (!Given.isOver()) {
        given.add(ROWS);
        for (int row = 1; row <= ROWS; row++) {
          insert.setString(1, lines[at]);
          insert.setInt(2, Rows.words(lines[at]));
          insert.addBatch();
          at = at + 1 == lines.length ? 0 : at + 1;
          if (row % BATCH == 0) {
            insert.executeBatch();
          }
        }
        connection.commit();
        Measure.LINES.add(ROWS);
      }
    } catch (SQLException failure) {
      Measure.fail(failure.toString());
    }
  }
}
