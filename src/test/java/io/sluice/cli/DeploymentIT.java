package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What the files of docs/deployment say, with a loopback address for each machine. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "needs loopback addresses beyond 127.0.0.1")
@Timeout(100)
class DeploymentIT {

  /** Runs of this test at the same time must not meet. */
  private final String net = "127.%d.%d."
      .formatted(
          ThreadLocalRandom.current().nextInt(40, 250),
          ThreadLocalRandom.current().nextInt(250));

  /** Served on loopback, the page would answer to no other name than localhost. */
  private int page;

  @TempDir
  private Path directory = Path.of("");

  /** JUnit would warn of a link that leads out of what it deletes. */
  @AfterEach
  void uninstall() throws IOException {
    Files.deleteIfExists(directory.resolve("opt/sluice"));
  }

  @Test
  void unitsStartAClusterWhoseProbesAnswerAndThatEndsInOrder() throws Exception {
    install();
    page = freePort();
    List<Command> workers = new ArrayList<>();
    try (ServerSocket lines = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Command driver = unit("sluice-driver.service", "ExecStart", 1, lines.getLocalPort(), 0)) {
      for (int machine = 2; machine <= 4; machine++) {
        workers.add(unit("sluice-worker.service", "ExecStart", machine, 0, 0));
      }
      try (Socket reader = lines.accept()) {
        OutputStream out = reader.getOutputStream();
        out.write("water gate\n".getBytes(StandardCharsets.UTF_8));
        out.flush();
        driver.awaitLine("(water,1)");

        for (String path : probes("path: (\\S+)")) {
          assertThat(status("http://" + net + "1:" + page + path)).as(path).isEqualTo(200);
        }
        Config config =
            ConfigFactory.parseFile(Deployment.DIRECTORY.resolve("worker.conf").toFile());
        for (String key :
            List.of("akka.remote.artery.canonical.port", "sluice.cluster.data-port")) {
          probe(net + "2", config.getInt(key));
        }

        workers.get(2).terminate();
        assertThat(workers.get(2).awaitExit())
            .isEqualTo(Integer.parseInt(
                Deployment.unit("sluice-worker.service", "SuccessExitStatus").get(0)));
        assertThat(workers.get(2).lines()).contains("The node has left.");

        try (Command stop =
            unit("sluice-driver.service", "ExecStop", 1, lines.getLocalPort(), driver.pid())) {
          assertThat(stop.awaitExit()).as(String.join("\n", stop.lines())).isZero();
        }
        assertThat(driver.awaitExit()).isZero();
      }
      workers.get(0).awaitLine("waiting for the next one");
      // What a probe does is nothing to be warned of.
      assertThat(workers.get(0).lines())
          .noneMatch(line -> line.contains("Closed a connection from"));
    } finally {
      workers.forEach(Command::close);
    }
  }

  @Test
  void theImageStartsWithItsArchive() throws Exception {
    install();
    String image = Deployment.text("Dockerfile");
    String archive = Deployment.groups(image, "(?m)^RUN (java .*)$").get(0);
    String entry = String.join(
        " ",
        Deployment.groups(image, "(?m)^ENTRYPOINT \\[(.*)]$")
            .get(0)
            .replace("\"", "")
            .split(", "));

    try (Command made = start(archive, Map.of())) {
      assertThat(made.awaitExit()).as(String.join("\n", made.lines())).isZero();
    }
    try (Command version =
        start(entry.replace("-XX:Shared", "-Xshare:on -XX:Shared") + " --version", Map.of())) {
      assertThat(version.awaitExit()).isZero();
      assertThat(version.lines()).singleElement().asString().startsWith("sluice ");
    }
  }

  /** The directories of the guide, below that of this test. */
  private void install() throws IOException {
    assertThat(Path.of("target/lib")).isDirectory();
    Path etc = Files.createDirectories(directory.resolve("etc/sluice"));
    for (String file : List.of("worker.conf", "driver.conf")) {
      Files.copy(Deployment.DIRECTORY.resolve(file), etc.resolve(file));
    }
    Files.copy(Path.of("conf/tls.conf"), etc.resolve("tls.conf"));
    Path opt = Files.createDirectories(directory.resolve("opt"));
    Files.createSymbolicLink(opt.resolve("sluice"), Path.of("target").toAbsolutePath());
  }

  /** A command of a unit, on a machine. */
  private Command unit(String file, String key, int machine, int linesPort, long mainPid)
      throws IOException {
    Map<String, String> environment = new HashMap<>(Deployment.environment());
    environment.replaceAll((name, value) -> value.replace("10.0.0.", net));
    environment.put("SLUICE_HOST", net + machine);
    environment.put("MAINPID", Long.toString(mainPid));
    String command = Deployment.unit(file, key).get(0);
    return start(
        command
            .replace("localhost 9999", "localhost " + linesPort)
            .replace(":4040", ":" + page)
            .replace(
                "java -Xmx1g ",
                "java -Xmx1g -Dsluice.dashboard.host=0.0.0.0 -Dsluice.dashboard.port=" + page
                    + " "),
        environment);
  }

  private Command start(String command, Map<String, String> environment) throws IOException {
    String here = command
        .replaceAll(
            "(/usr/bin/)?\\bjava -",
            Path.of(System.getProperty("java.home"), "bin/java") + " -XX:TieredStopAtLevel=1 -")
        .replaceAll("-Xmx\\dg", "-Xmx256m")
        .replace("/etc/sluice/", directory + "/etc/sluice/")
        .replace("/opt/sluice/", directory + "/opt/sluice/")
        .replace(directory + "/opt/sluice/sluice.jsa", directory + "/sluice.jsa");
    ProcessBuilder builder = new ProcessBuilder("/bin/sh", "-c", "exec " + here);
    builder.directory(directory.toFile()).environment().putAll(environment);
    return new Command(builder);
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0)) {
      return free.getLocalPort();
    }
  }

  private static List<String> probes(String pattern) throws IOException {
    List<String> found = Deployment.groups(Deployment.text("kubernetes.yaml"), pattern);
    assertThat(found).hasSizeGreaterThan(2);
    return found;
  }

  private static int status(String uri) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(uri)).build(), HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }

  /** As Kubernetes does: connects, and closes. */
  private static void probe(String host, int port) throws IOException {
    try (Socket probing = new Socket()) {
      probing.connect(new InetSocketAddress(host, port), 2000);
      assertThat(probing.isConnected()).isTrue();
    }
  }
}
