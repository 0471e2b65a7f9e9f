package io.sluice.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sluice chaos}: a cluster of processes that are killed and paused, and the proof that no number is lost. */
@Command(
    name = "chaos",
    description = "Kills and pauses the nodes of a cluster of processes while it counts.",
    footer = {
      "",
      "Ends with one line sent=N counted=N lost=0 duplicated=0 worker_gap_ms=N driver_gap_ms=N kills=N,",
      "and with exit code 0 if nothing was lost, counted twice or wrong."
    })
final class ChaosCommand implements Callable<Integer> {

  private static final int START_SECONDS = 60;
  private static final int CATCH_UP_SECONDS = 40;
  private static final int RESTART_AFTER_MILLIS = 1500;

  @Spec
  private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--nodes",
      paramLabel = "N",
      defaultValue = "4",
      description = "Working nodes, beside the program's own (default: ${DEFAULT-VALUE}).")
  private int nodes;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "60",
      description = "How long numbers flow (default: ${DEFAULT-VALUE}).")
  private int seconds;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Chooses what is done, and when (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "20000",
      description = "Numbers a second (default: ${DEFAULT-VALUE}).")
  private long rate;

  @Option(
      names = "--durable",
      description = "Keep the program in a checkpoint directory, beside the nodes' memory.")
  private boolean durable;

  @Mixin
  private Failures failures = new Failures();

  private final ChaosTally tally = new ChaosTally();
  private int kills;

  @Override
  public Integer call() throws InterruptedException {
    check(nodes >= 3 && nodes <= 16, "--nodes must be between 3 and 16, got " + nodes + ".");
    check(seconds >= 10, "--seconds must be at least 10, got " + seconds + ".");
    check(
        rate >= 1 && rate <= 1_000_000, "--rate must be between 1 and 1000000, got " + rate + ".");
    try {
      return run();
    } catch (RuntimeException | IOException failure) {
      return failures.report(failure);
    }
  }

  private int run() throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("sluice-chaos-");
    say("Seed " + seed + "; configurations and logs of the nodes are in " + directory + ".");
    try (ChaosSource source = new ChaosSource(rate);
        ServerSocket results = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        ChaosNodes cluster = new ChaosNodes(nodes, directory, durable)) {
      ChaosSource.start(() -> take(results), "chaos-results");
      for (int number = 1; number <= nodes; number++) {
        cluster.startWorker(number);
      }
      cluster.startDriver(List.of(
          "--class",
          ChaosProgram.class.getName(),
          String.valueOf(source.port()),
          String.valueOf(results.getLocalPort()),
          "200"));
      await(START_SECONDS, () -> tally.counted() > 0);
      if (tally.counted() == 0) {
        throw new CommandException("The cluster put nothing out within " + START_SECONDS
            + " s; see the logs in " + directory + ".");
      }
      harass(cluster);
      source.end();
      await(CATCH_UP_SECONDS, () -> tally.counted() >= source.sent());
      // What is counted twice would come later.
      TimeUnit.SECONDS.sleep(2);
      return verdict(source.sent());
    }
  }

  private void harass(ChaosNodes cluster) throws IOException, InterruptedException {
    long start = System.nanoTime();
    for (ChaosPlan.Step step : ChaosPlan.of(seed, seconds)) {
      sleepUntil(start, step.atSecond());
      await(CATCH_UP_SECONDS, () -> cluster.withPid(tally.driverPid()) >= 0);
      int driver = cluster.withPid(tally.driverPid());
      List<Integer> workers = new ArrayList<>(cluster.running());
      workers.remove((Integer) driver);
      int victim = step.driver() ? driver : workers.get(step.victim() % workers.size());
      say("%3d s: %s node %d%s"
          .formatted(
              step.atSecond(),
              step.deed() == ChaosPlan.Deed.KILL ? "kill " : "pause",
              victim,
              step.driver() ? ", the driver" : ""));
      kills++;
      tally.killed(step.driver(), System.currentTimeMillis());
      if (step.deed() == ChaosPlan.Deed.KILL) {
        cluster.kill(victim);
        TimeUnit.MILLISECONDS.sleep(RESTART_AFTER_MILLIS);
        cluster.startWorker(victim);
      } else {
        cluster.pause(victim);
        TimeUnit.SECONDS.sleep(ChaosPlan.PAUSE_SECONDS);
        cluster.resume(victim);
      }
    }
    sleepUntil(start, seconds);
  }

  private static void sleepUntil(long startNanos, int second) throws InterruptedException {
    long left = TimeUnit.SECONDS.toNanos(second) - (System.nanoTime() - startNanos);
    TimeUnit.NANOSECONDS.sleep(Math.max(0, left));
  }

  private static void await(int limitSeconds, BooleanSupplier condition)
      throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(limitSeconds);
    while (!condition.getAsBoolean() && System.nanoTime() < deadline) {
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  private void take(ServerSocket results) {
    try {
      while (true) {
        Socket client = results.accept();
        ChaosSource.start(() -> take(client), "chaos-result");
      }
    } catch (IOException closed) {
      // The run is over.
    }
  }

  private void take(Socket client) {
    try (client;
        BufferedReader in = new BufferedReader(
            new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII))) {
      String line = in.readLine();
      if (line != null) {
        tally.result(line, System.currentTimeMillis());
        client.getOutputStream().write('\n');
      }
    } catch (IOException killed) {
      // Its node was killed; another will tell again.
    }
  }

  private int verdict(long sent) {
    List<String> wrong = tally.wrong(sent);
    wrong.stream().limit(10).forEach(this::say);
    long lost = tally.lost(sent);
    long duplicated = tally.duplicated(sent);
    say("sent=%d counted=%d lost=%d duplicated=%d worker_gap_ms=%d driver_gap_ms=%d kills=%d"
        .formatted(
            sent,
            tally.counted(),
            lost,
            duplicated,
            tally.gapMillis(false),
            tally.gapMillis(true),
            kills));
    return lost == 0 && duplicated == 0 && wrong.isEmpty()
        ? CommandLine.ExitCode.OK
        : CommandLine.ExitCode.SOFTWARE;
  }

  private void say(String line) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(line);
    out.flush();
  }

  private void check(boolean valid, String message) {
    if (!valid) {
      throw new ParameterException(spec.commandLine(), message);
    }
  }
}
