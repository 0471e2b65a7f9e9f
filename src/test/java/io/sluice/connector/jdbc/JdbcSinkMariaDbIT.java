package io.sluice.connector.jdbc;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;

/** The sink against a real MariaDB, by its own driver; skipped where none is installed. */
@Timeout(90)
class JdbcSinkMariaDbIT extends MariaDbContract {

  private static MariaDbServer server;

  @BeforeAll
  static void startServer() throws IOException {
    assumeTrue(MariaDbServer.isInstalled(), "Needs MariaDB: apt-get install mariadb-server");
    server = new MariaDbServer("mariadb");
  }

  @AfterAll
  static void stopServer() throws IOException {
    if (server != null) {
      server.close();
    }
  }

  @Override
  DatabaseServer server() {
    return server;
  }
}
