package examples;

import io.sluice.DStream;
import io.sluice.api.Pair;
import io.sluice.connector.jdbc.JdbcLookup;
import io.sluice.connector.jdbc.JdbcSink;
import io.sluice.connector.jdbc.JdbcSource;
import io.sluice.testkit.StreamingTest;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;

/**
 * Looks up the price of each order in a table, and writes what it costs into another one, once, although the driver is
 * killed in the middle.
 */
public final class PricedOrdersInATable {

  private PricedOrdersInATable() {}

  /** So many pieces of an item. */
  record Order(int id, String item, int pieces) {}

  /** The argument is the URL of a database without these tables, for example {@code jdbc:h2:/tmp/shop}. */
  public static void main(String[] args) throws SQLException {
    JdbcSource shop = JdbcSource.of(args[0]);
    try (Connection connection = DriverManager.getConnection(args[0]);
        Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE TABLE prices (item VARCHAR(20) PRIMARY KEY, cents BIGINT NOT NULL)");
      statement.execute("INSERT INTO prices VALUES ('tea', 250), ('milk', 99)");
      statement.execute(
          "CREATE TABLE costs (id INTEGER PRIMARY KEY, item VARCHAR(20), cents BIGINT)");
      run(shop);
      try (ResultSet sum = statement.executeQuery("SELECT COUNT(*), SUM(cents) FROM costs")) {
        sum.next();
        System.out.println(sum.getInt(1) + " orders cost " + sum.getLong(2) + " cents.");
      }
    }
  }

  private static void run(JdbcSource shop) {
    JdbcLookup<String, Long> prices =
        JdbcLookup.of(shop, "prices", "item", row -> row.getLong("cents"));
    JdbcSink<Pair<Order, Optional<Long>>> costs = JdbcSink.<Pair<Order, Optional<Long>>>into(
            shop, "costs")
        .column("id", priced -> priced.key().id())
        .column("item", priced -> priced.key().item())
        .column(
            "cents", priced -> priced.value().map(cents -> cents * priced.key().pieces()))
        .upsert("id");
    try (StreamingTest test = StreamingTest.builder().nodes(2).build()) {
      DStream<Order> orders = test.input(List.of(
          List.of(new Order(1, "tea", 2), new Order(2, "milk", 1)),
          List.of(new Order(3, "gold", 1)),
          List.of(new Order(4, "tea", 4))));
      prices.enrich(orders, Order::item).saveTo("costs", costs);
      test.beforeBatch(2, test::killDriver);

      test.runBatches(3);
    }
  }
}
