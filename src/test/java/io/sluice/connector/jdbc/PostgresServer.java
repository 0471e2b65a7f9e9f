package io.sluice.connector.jdbc;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;

/** A PostgreSQL that comes with the tests. */
public final class PostgresServer implements DatabaseServer {

  private final Path directory;
  private Optional<EmbeddedPostgres> running = Optional.empty();
  private int port;

  public PostgresServer() throws IOException {
    directory = Files.createTempDirectory("sluice-postgres");
    start();
  }

  @Override
  public void start() throws IOException {
    if (running.isPresent()) {
      return;
    }
    EmbeddedPostgres server = EmbeddedPostgres.builder()
        .setDataDirectory(directory)
        .setCleanDataDirectory(false)
        .setPort(port)
        .start();
    port = server.getPort();
    running = Optional.of(server);
  }

  @Override
  public void stop() throws IOException {
    if (running.isPresent()) {
      running.get().close();
      running = Optional.empty();
    }
  }

  Path directory() {
    return directory;
  }

  @Override
  public String url() {
    return "jdbc:postgresql://localhost:" + port + "/postgres";
  }

  @Override
  public TestDatabase database() {
    return new TestDatabase(JdbcSource.of(url()).user("postgres", ""), url(), "postgres");
  }

  @Override
  public void close() throws IOException {
    stop();
    try (var files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
