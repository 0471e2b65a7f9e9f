package io.sluice.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sluice chaos}: a cluster of processes that are killed, paused and cut off, and the proof that no number is lost. */
@Command(
    name = "chaos",
    description = "Kills, pauses and cuts off the nodes of a cluster of processes while it counts.",
    footer = {
      "",
      "Ends with one line sent=N counted=N lost=0 duplicated=0 worker_gap_ms=N driver_gap_ms=N kills=N,",
      "and with exit code 0 if nothing was lost, counted twice or wrong."
    })
final class ChaosCommand implements Callable<Integer> {

  private static final int CATCH_UP_SECONDS = 40;

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
    try (ChaosRun run = new ChaosRun(nodes, directory, rate, durable, "")) {
      run.start();
      harass(run);
      run.finish(CATCH_UP_SECONDS);
      return verdict(run);
    }
  }

  private void harass(ChaosRun run) throws IOException, InterruptedException {
    long start = System.nanoTime();
    for (ChaosPlan.Step step : ChaosPlan.of(seed, seconds)) {
      passUntil(run, start, step.atSecond());
      if (run.driver() < 0) {
        say("Nothing is put out any more.");
        return;
      }
      List<Integer> victims = victims(run, step);
      say("%3d s: %s".formatted(step.atSecond(), told(step, victims)));
      run.inflict(step.deed(), victims, step.driver());
      passUntil(run, System.nanoTime(), step.seconds());
      run.relieve(step.deed(), victims);
    }
    passUntil(run, start, seconds);
  }

  /** The node that suffers, and one more, which suffers with it or is parted from it. */
  private static List<Integer> victims(ChaosRun run, ChaosPlan.Step step)
      throws InterruptedException {
    List<Integer> workers = new ArrayList<>(run.workers());
    List<Integer> victims = new ArrayList<>();
    victims.add(
        step.driver()
            ? run.driver()
            : workers.remove(step.victim() % workers.size()).intValue());
    if (step.deed() == ChaosPlan.Deed.SPLIT || step.deed() == ChaosPlan.Deed.PART) {
      victims.add(workers.get(step.victim() % workers.size()));
    }
    return victims;
  }

  private static String told(ChaosPlan.Step step, List<Integer> victims) {
    String first = "node " + victims.get(0) + (step.driver() ? ", the driver" : "");
    String what = switch (step.deed()) {
      case KILL -> "kill " + first;
      case PAUSE -> "pause " + first;
      case CUT_OFF -> "cut off " + first;
      case SPLIT -> "cut off node " + victims.get(1) + " and " + first;
      case DEAFEN -> "deafen " + first;
      case MUTE -> "mute " + first;
      case PART -> "part node " + victims.get(1) + " from " + first;
    };
    return step.seconds() == 0 ? what : what + " (for " + step.seconds() + " s)";
  }

  private static void passUntil(ChaosRun run, long startNanos, int second)
      throws IOException, InterruptedException {
    long left = TimeUnit.SECONDS.toNanos(second) - (System.nanoTime() - startNanos);
    run.pass(TimeUnit.NANOSECONDS.toMillis(left));
  }

  private int verdict(ChaosRun run) {
    ChaosTally tally = run.tally();
    long sent = run.source().sent();
    say("Longest times without a result, in ms, by fault: " + tally.gaps());
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
            run.faults()));
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
