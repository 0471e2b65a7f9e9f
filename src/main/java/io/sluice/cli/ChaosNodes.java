package io.sluice.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** The processes of a chaos run: nodes on fixed ports, one of which runs the program at first. */
final class ChaosNodes implements AutoCloseable {

  private static final int SEEDS = 3;

  private final Path directory;
  private final String checkpoint;
  private final List<Integer> ports = new ArrayList<>();
  private final Map<Integer, Process> processes = new TreeMap<>();

  /**
   * Chooses the ports; nothing runs yet.
   *
   * @param workers beside the driver's node
   * @param directory for configurations and logs
   * @param durable whether the program is kept in a checkpoint directory
   */
  ChaosNodes(int workers, Path directory, boolean durable) throws IOException {
    this.directory = directory;
    this.checkpoint = durable ? directory.resolve("checkpoint").toString() : "";
    List<ServerSocket> taken = new ArrayList<>();
    for (int i = 0; i <= workers; i++) {
      ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
      taken.add(free);
      ports.add(free.getLocalPort());
    }
    for (ServerSocket socket : taken) {
      socket.close();
    }
  }

  /** Numbers of the nodes that live. */
  List<Integer> running() {
    return processes.entrySet().stream()
        .filter(process -> process.getValue().isAlive())
        .map(Map.Entry::getKey)
        .toList();
  }

  /** The node with a process; -1 for none. */
  int withPid(long pid) {
    return processes.entrySet().stream()
        .filter(process -> process.getValue().pid() == pid)
        .mapToInt(Map.Entry::getKey)
        .findFirst()
        .orElse(-1);
  }

  void startWorker(int number) throws IOException {
    start(number, "worker", List.of("node"), List.of());
  }

  /** Starts the program's process, as node 0. */
  void startDriver(List<String> arguments) throws IOException {
    start(0, "driver", List.of("run"), arguments);
  }

  private void start(int number, String role, List<String> command, List<String> program)
      throws IOException {
    Path config = directory.resolve("node-" + number + ".conf");
    // A node that is started again must not begin a cluster of its own, as the first seed node may.
    boolean again = processes.containsKey(number);
    List<String> seeds = ports.stream()
        .skip(1)
        .limit(SEEDS)
        .filter(port -> !again || !port.equals(ports.get(number)))
        .map(port -> "\"akka://sluice@127.0.0.1:" + port + "\"")
        .toList();
    Files.writeString(config, """
        include classpath("sluice-cluster.conf")
        sluice.cluster { token = chaos, driver-works = false, min-workers = %d }
        sluice.batch.partitions = 4
        sluice.task.slots = 1
        sluice.checkpoint.directory = "%s"
        akka.remote.artery.canonical { hostname = "127.0.0.1", port = %d }
        akka.cluster { roles = [%s], seed-nodes = [%s] }
        """.formatted(
            ports.size() - 1, checkpoint, ports.get(number), role, String.join(", ", seeds)));
    List<String> line = new ArrayList<>(List.of(
        ProcessHandle.current().info().command().orElse("java"),
        "-Xmx256m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-cp",
        System.getProperty("java.class.path"),
        Main.class.getName()));
    line.addAll(command);
    line.addAll(List.of("--config", config.toString()));
    line.addAll(program);
    Path log = directory.resolve("node-" + number + ".log");
    processes.put(
        number,
        new ProcessBuilder(line)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start());
  }

  void kill(int number) throws InterruptedException {
    Process process = process(number);
    process.destroyForcibly();
    process.waitFor();
  }

  void pause(int number) throws IOException, InterruptedException {
    signal(number, "STOP");
  }

  void resume(int number) throws IOException, InterruptedException {
    signal(number, "CONT");
  }

  private void signal(int number, String name) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, String.valueOf(process(number).pid()))
        .start()
        .waitFor(5, TimeUnit.SECONDS);
  }

  private Process process(int number) {
    Process process = processes.get(number);
    if (process == null) {
      throw new IllegalArgumentException("Node " + number + " was not started");
    }
    return process;
  }

  @Override
  public void close() {
    processes.values().forEach(Process::destroyForcibly);
  }
}
