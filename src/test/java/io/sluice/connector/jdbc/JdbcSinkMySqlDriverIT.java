package io.sluice.connector.jdbc;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;

/** The sink against a real MariaDB, by the driver of MySQL; skipped where none is installed. */
@Timeout(90)
class JdbcSinkMySqlDriverIT extends MariaDbContract {

  private static MariaDbServer server;

  @BeforeAll
  static void startServer() throws IOException {
    assumeTrue(MariaDbServer.isInstalled(), "Needs MariaDB: apt-get install mariadb-server");
    server = new MariaDbServer("mysql");
  }

  @AfterAll
  static void stopServer() throws IOException {
    if (server != null) {
      server.close();
    }
  }

  /** It takes MariaDB for a MySQL that knows whole seconds only. */
  @Override
  Instant moment() {
    return super.moment().truncatedTo(ChronoUnit.SECONDS);
  }

  @Override
  DatabaseServer server() {
    return server;
  }
}
