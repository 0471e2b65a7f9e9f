package io.sluice.connector.jdbc;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The MariaDB of the machine, with data of its own. */
final class MariaDbServer implements DatabaseServer {

  private static final Path PROGRAM = Path.of("/usr/sbin/mariadbd");
  private static final int PATIENCE_SECONDS = 30;

  private final String scheme;
  private final Path directory;
  private final int port;
  private Optional<Process> running = Optional.empty();

  /** @param scheme which driver connects: {@code mariadb} or {@code mysql} */
  MariaDbServer(String scheme) throws IOException {
    this.scheme = scheme;
    this.directory = Files.createTempDirectory("sluice-mariadb");
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      this.port = free.getLocalPort();
    }
    Process install = begin(
        "mariadb-install-db",
        "--no-defaults",
        "--auth-root-authentication-method=normal",
        "--skip-test-db");
    if (await(install) != 0) {
      throw new IOException("No data of MariaDB could be made: " + log());
    }
    start();
  }

  static boolean isInstalled() {
    return Files.isExecutable(PROGRAM);
  }

  private Process begin(String... command) throws IOException {
    List<String> all = new ArrayList<>(List.of(command));
    all.add("--datadir=" + directory.resolve("data"));
    all.add("--user=" + System.getProperty("user.name"));
    return new ProcessBuilder(all)
        .redirectErrorStream(true)
        .redirectOutput(
            ProcessBuilder.Redirect.appendTo(directory.resolve("log").toFile()))
        .start();
  }

  private static int await(Process process) throws IOException {
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IOException(process.info() + " does not end");
      }
      return process.exitValue();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException(interrupted);
    }
  }

  private String log() {
    try {
      return Files.readString(directory.resolve("log"));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  @Override
  public void start() throws IOException {
    if (running.isPresent()) {
      return;
    }
    Process server = begin(
        PROGRAM.toString(),
        "--no-defaults",
        "--bind-address=127.0.0.1",
        "--port=" + port,
        "--socket=" + directory.resolve("socket"));
    running = Optional.of(server);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!answers()) {
      if (!server.isAlive() || System.nanoTime() > end) {
        throw new IOException("MariaDB does not start: " + log());
      }
    }
  }

  private boolean answers() throws IOException {
    try (var connection = DriverManager.getConnection(url("mysql"), "root", "")) {
      connection.createStatement().execute("CREATE DATABASE IF NOT EXISTS shop");
      return true;
    } catch (SQLException notYet) {
      try {
        Thread.sleep(100);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new IOException(interrupted);
      }
      return false;
    }
  }

  @Override
  public void stop() throws IOException {
    if (running.isPresent()) {
      running.get().destroy();
      await(running.get());
      running = Optional.empty();
    }
  }

  @Override
  public String url() {
    return url("shop");
  }

  private String url(String database) {
    return "jdbc:%s://127.0.0.1:%d/%s".formatted(scheme, port, database);
  }

  @Override
  public TestDatabase database() {
    return new TestDatabase(JdbcSource.of(url()).user("root", ""), url(), "root");
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
