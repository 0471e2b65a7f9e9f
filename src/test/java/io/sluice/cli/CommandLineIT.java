package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(100)
class CommandLineIT {

  private static final int LINES = 100;

  @TempDir
  private Path directory = Path.of("");

  @Test
  void demoCountsEveryLineItSends() throws Exception {
    try (Command demo = new Command("demo", "--seconds", "2", "--interval", "100ms")) {
      int exit = demo.awaitExit();

      List<String> shown = demo.lines();
      assertThat(shown.get(shown.size() - 1)).matches("sent=(\\d+) counted=\\1");
      assertThat(exit).isZero();
    }
  }

  @Test
  void workersRunAProgramThatTheDriverShips() throws Exception {
    int port = freePort();
    String worker = config("worker.conf", port, "");
    String driver = config("driver.conf", port, "");
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Command first = new Command("node", "--config", worker);
        Command second = new Command("node", "--config", worker);
        Command third = new Command("node", "--config", worker);
        Command program = new Command(
            "run",
            "--config",
            driver,
            "--class",
            "examples.NetworkWordCount",
            "127.0.0.1",
            Integer.toString(server.getLocalPort()))) {
      for (Command node : List.of(first, second, third)) {
        node.awaitLine("is ready");
      }
      try (Socket reader = server.accept()) {
        OutputStream out = reader.getOutputStream();
        out.write("water gate water\n".repeat(LINES).getBytes(StandardCharsets.UTF_8));
        out.flush();

        program.await(shown -> total(shown, "water") == 2 * LINES && total(shown, "gate") == LINES);
      }
    }
  }

  @Test
  void aWorkerWithAnotherTokenIsRefused() throws Exception {
    int port = freePort();
    String driver = config("driver.conf", port, "sluice.cluster.min-workers = 1");
    String stranger = config("worker.conf", port, "sluice.cluster.token = other");
    try (Command program = new Command(
            "run", "--config", driver, "--class", "examples.NetworkWordCount", "127.0.0.1", "9");
        Command worker = new Command("node", "--config", stranger)) {
      worker.awaitLine("it does not hold the cluster's token (sluice.cluster.token)");
      program.awaitLine("Refused worker");
    }
  }

  @Test
  void anUnreachableSeedNodeEndsANodeWithAClearError() throws Exception {
    String worker = config("worker.conf", freePort(), "sluice.cluster.join-timeout = 4 s");
    try (Command node = new Command("node", "--config", worker)) {
      assertThat(node.awaitExit()).isEqualTo(1);
      assertThat(node.lines()).anyMatch(line -> line.contains("Still looking for seed node"));
      assertThat(node.lines())
          .anyMatch(line -> line.startsWith("sluice: The cluster could not be joined within 4 s"));
    }
  }

  @Test
  void aMalformedSeedNodeIsAFailureThatShowsTheForm() throws Exception {
    String worker =
        config("worker.conf", freePort(), "akka.cluster.seed-nodes = [\"127.0.0.1:25520\"]");
    try (Command node = new Command("node", "--config", worker)) {
      assertThat(node.awaitExit()).isEqualTo(1);
      assertThat(node.lines())
          .hasSize(1)
          .allMatch(line -> line.contains("'127.0.0.1:25520'"))
          .allMatch(line -> line.contains("akka://sluice@HOST:PORT"));
    }
  }

  @Test
  void aPortInUseEndsANodeWithAClearError() throws Exception {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Command node = new Command(
            "node",
            "--config",
            config("worker.conf", freePort(), ""),
            "--port",
            Integer.toString(other.getLocalPort()))) {
      assertThat(node.awaitExit()).isEqualTo(1);
      assertThat(node.lines()).hasSize(1).allMatch(line -> line.contains("Address already in use"));
    }
  }

  @Test
  void aMissingConfigurationIsAFailure() throws Exception {
    try (Command node = new Command("node", "--config", "missing.conf")) {
      assertThat(node.awaitExit()).isEqualTo(1);
      assertThat(node.lines()).hasSize(1).allMatch(line -> line.contains("'missing.conf'"));
    }
  }

  @Test
  void aBadSettingIsAFailureThatNamesTheKey() throws Exception {
    String worker = config("worker.conf", freePort(), "sluice.cluster.data-port = 70000");
    try (Command node = new Command("node", "--config", worker)) {
      assertThat(node.awaitExit()).isEqualTo(1);
      assertThat(node.lines())
          .hasSize(1)
          .allMatch(line -> line.contains("sluice.cluster.data-port"));
    }
  }

  @Test
  void aWrongOptionIsAUsageError() throws Exception {
    try (Command demo = new Command("demo", "--interval", "fast")) {
      assertThat(demo.awaitExit()).isEqualTo(2);
      assertThat(demo.lines().get(0)).contains("'fast' is not a duration", "50ms");
    }
  }

  /** The sum of a word's counts in all batches so far. */
  private static int total(List<String> shown, String word) {
    Pattern count = Pattern.compile("\\(" + word + ",(\\d+)\\)");
    return shown.stream()
        .map(count::matcher)
        .filter(line -> line.matches())
        .mapToInt(line -> Integer.parseInt(line.group(1)))
        .sum();
  }

  private String config(String delivered, int port, String more) throws IOException {
    return TestConfig.of(directory, delivered, port, more);
  }

  private static int freePort() throws IOException {
    return TestConfig.freePort();
  }
}
