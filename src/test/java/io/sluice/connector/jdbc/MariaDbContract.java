package io.sluice.connector.jdbc;

import io.sluice.api.ErrorCode;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/** What holds for a MariaDB, whichever driver connects. */
abstract class MariaDbContract extends ServerContract {

  @Override
  final String typeOfBytes() {
    return "BLOB";
  }

  @Override
  final String typeOfTime() {
    return "TIMESTAMP(6) NULL";
  }

  @Override
  final String typeOfUuid() {
    return "CHAR(36)";
  }

  @Override
  final void breakConnections() throws SQLException {
    for (String id :
        database().rows("SELECT trx_mysql_thread_id FROM information_schema.innodb_trx")) {
      database().execute("KILL " + id);
    }
  }

  @Test
  final void wrongPasswordFailsAtOnce() throws Exception {
    database().execute("CREATE OR REPLACE USER clerk IDENTIFIED BY 'right'");
    JdbcSource wrong = JdbcSource.of(server().url()).user("clerk", "12345");
    JdbcSink<Order> sink = JdbcSink.<Order>into(wrong, "orders").column("id", Order::id);

    assertFails(sink, new Order(1, "tea", 5), ErrorCode.SINK_FAILED)
        .hasMessageContaining("refuses the user or the password");
  }

  @Test
  final void userWhoMayNotWriteFailsAtOnce() throws Exception {
    database()
        .execute(
            "CREATE OR REPLACE USER guest IDENTIFIED BY ''", "GRANT SELECT ON shop.* TO guest");
    JdbcSource guest = JdbcSource.of(server().url()).user("guest", "");
    JdbcSink<Order> sink = JdbcSink.<Order>into(guest, "orders").column("id", Order::id);

    assertFails(sink, new Order(1, "tea", 5), ErrorCode.SINK_FAILED)
        .hasMessageContaining("the user may not do this");
  }
}
