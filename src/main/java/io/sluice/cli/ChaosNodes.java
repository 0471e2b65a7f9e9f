package io.sluice.cli;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * The processes of a chaos run: nodes on addresses of their own, one of which runs the program at first. They reach each
 * other through proxies alone, so that they can be cut off from each other.
 */
final class ChaosNodes implements AutoCloseable {

  private static final int SEEDS = 3;
  private static final int FIRST_ADDRESS = 2;
  private static final long RESTART_AFTER_NANOS = TimeUnit.MILLISECONDS.toNanos(1500);

  /** A node's address, and the ports on which it listens, with the proxies before them. */
  private record Place(String host, Port messages, Port data) {}

  private record Port(int bound, ChaosProxy proxy) {}

  private final Path directory;
  private final String checkpoint;
  private final String more;
  private final ChaosCuts cuts = new ChaosCuts();
  private final List<Place> places = new ArrayList<>();
  private final Map<Integer, Process> processes = new TreeMap<>();
  private final Map<Integer, Long> ended = new HashMap<>();

  /**
   * Chooses the ports; nothing runs yet.
   *
   * @param workers beside the driver's node
   * @param directory for configurations and logs
   * @param durable whether the program is kept in a checkpoint directory
   * @param more settings of all nodes
   */
  ChaosNodes(int workers, Path directory, boolean durable, String more) throws IOException {
    this.directory = directory;
    this.more = more;
    this.checkpoint = durable ? directory.resolve("checkpoint").toString() : "";
    for (int number = 0; number <= workers; number++) {
      String host = "127.0.0." + (FIRST_ADDRESS + number);
      places.add(new Place(host, open(number, host), open(number, host)));
    }
  }

  private Port open(int number, String host) throws IOException {
    int free;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(host))) {
      free = socket.getLocalPort();
    } catch (BindException none) {
      throw new CommandException("Nodes need loopback addresses of their own, and " + host
          + " is not there. Run on Linux, or add it to the loopback interface.");
    }
    return new Port(
        free,
        new ChaosProxy(
            number,
            new InetSocketAddress(host, free),
            cuts,
            caller -> caller.getAddress()[3] - FIRST_ADDRESS));
  }

  /** Which nodes do not hear which others. */
  ChaosCuts cuts() {
    return cuts;
  }

  /** Numbers of all nodes, whether they live or not. */
  List<Integer> all() {
    return IntStream.range(0, places.size()).boxed().toList();
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

  /** Starts nodes again that ended some time ago. */
  void restartEnded() throws IOException {
    long now = System.nanoTime();
    for (int number : all()) {
      Process process = processes.get(number);
      if (process != null && !process.isAlive()) {
        long since = ended.computeIfAbsent(number, gone -> now);
        if (now - since >= RESTART_AFTER_NANOS) {
          startWorker(number);
        }
      }
    }
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
    List<String> seeds = all().stream()
        .skip(1)
        .limit(SEEDS)
        .filter(seed -> !again || seed != number)
        .map(seed -> "\"akka://sluice@127.0.0.1:%d\""
            .formatted(places.get(seed).messages().proxy().port()))
        .toList();
    Place place = places.get(number);
    Files.writeString(config, """
        include classpath("sluice-cluster.conf")
        sluice.cluster {
          token = chaos, driver-works = false, min-workers = %1$d
          data-port = %2$d
          data-bind { host = "%3$s", port = %4$d, outbound-host = "%3$s" }
        }
        sluice.batch.partitions = 4
        sluice.task.slots = 1
        sluice.checkpoint.directory = "%5$s"
        akka.remote.artery {
          canonical { hostname = "127.0.0.1", port = %6$d }
          bind { hostname = "%3$s", port = %7$d }
          advanced.tcp.outbound-client-hostname = "%3$s"
        }
        akka.cluster { roles = [%8$s], seed-nodes = [%9$s] }
        %10$s
        """.formatted(
            places.size() - 1,
            place.data().proxy().port(),
            place.host(),
            place.data().bound(),
            checkpoint,
            place.messages().proxy().port(),
            place.messages().bound(),
            role,
            String.join(", ", seeds),
            more));
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
    ended.remove(number);
    processes.put(
        number,
        new ProcessBuilder(line)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start());
  }

  /** What a node has logged so far, in all its lives. */
  String log(int number) throws IOException {
    return Files.readString(directory.resolve("node-" + number + ".log"));
  }

  long pid(int number) {
    return process(number).pid();
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
  public void close() throws IOException {
    processes.values().forEach(Process::destroyForcibly);
    for (Place place : places) {
      place.messages().proxy().close();
      place.data().proxy().close();
    }
  }
}
