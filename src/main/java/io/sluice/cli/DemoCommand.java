package io.sluice.cli;

import io.sluice.StreamingContext;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sluice demo}: a cluster, a source and a program in one process, and the proof that no line is lost. */
@Command(
    name = "demo",
    description = "Counts the words of a generated text on a cluster inside this process.",
    footer = {
      "",
      "Ends after --seconds or on Ctrl-C with the line sent=N counted=N,",
      "and with exit code 0 if both numbers are equal."
    })
final class DemoCommand implements Callable<Integer> {

  private static final int MAX_NODES = 16;
  private static final long MAX_RATE = 10_000_000;

  @Spec
  private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "How long to run. Without it the demo runs until Ctrl-C.")
  private @Nullable Integer seconds;

  @Option(
      names = "--nodes",
      paramLabel = "N",
      defaultValue = "3",
      description = "Nodes of the cluster, the driver's included (default: ${DEFAULT-VALUE}).")
  private int nodes;

  @Option(
      names = "--interval",
      paramLabel = "DURATION",
      defaultValue = "1s",
      description = "Batch interval, like 50ms (default: ${DEFAULT-VALUE}).")
  private Duration interval = Duration.ofSeconds(1);

  @Option(
      names = "--rate",
      paramLabel = "LINES",
      defaultValue = "5000",
      description = "Lines a second, of 8 words each (default: ${DEFAULT-VALUE}).")
  private long rate;

  @Mixin
  private Failures failures = new Failures();

  private final CountDownLatch stop = new CountDownLatch(1);

  @Override
  public Integer call() {
    check(seconds == null || seconds >= 1, "--seconds must be at least 1, got " + seconds + ".");
    check(
        nodes >= 1 && nodes <= MAX_NODES,
        "--nodes must be between 1 and " + MAX_NODES + ", got " + nodes + ".");
    check(
        interval.toMillis() >= 1 && interval.compareTo(Duration.ofMinutes(10)) <= 0,
        "--interval must be between 1ms and 10min.");
    check(
        rate >= 1 && rate <= MAX_RATE,
        "--rate must be between 1 and " + MAX_RATE + ", got " + rate + ".");
    // The lost connection at the end of the source is not news here.
    System.setProperty("sluice.log.level", System.getProperty("sluice.log.level", "ERROR"));
    CtrlC ctrlC = CtrlC.install(stop::countDown);
    int exit = ExitCode.SOFTWARE;
    try {
      exit = run();
    } catch (RuntimeException failure) {
      failures.report(failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } finally {
      ctrlC.ended(exit);
    }
    return exit;
  }

  private void check(boolean fine, String otherwise) {
    if (!fine) {
      throw new ParameterException(spec.commandLine(), otherwise);
    }
  }

  private int run() throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    out.printf("Starting a cluster of %d nodes in this process ...%n", nodes);
    out.flush();
    try (TextGenerator text = new TextGenerator(rate);
        DemoCluster cluster = new DemoCluster(nodes)) {
      DemoScreen screen = new DemoScreen(out);
      DemoProgram program = new DemoProgram(cluster.driver(), interval, text.port(), screen);
      screen.show(program, text);
      try (StreamingContext context = program.context()) {
        context.start();
        screen.started(cluster.driverAddress(), text.port(), rate);
        if (awaitEnd(context)) {
          // Throws what has ended it, if that was a failure.
          context.awaitTermination();
          screen.stopped();
          return ExitCode.OK;
        }
        text.finish();
        context.stop(true);
        context.awaitTermination();
      }
      screen.end(text.sent(), program.counted());
      return text.sent() == program.counted() ? ExitCode.OK : ExitCode.SOFTWARE;
    }
  }

  /** Waits until the time is over or Ctrl-C is pressed; true if the context has ended before. */
  private boolean awaitEnd(StreamingContext context) throws InterruptedException {
    long deadline = System.nanoTime()
        + (seconds == null ? Long.MAX_VALUE / 2 : TimeUnit.SECONDS.toNanos(seconds));
    while (!stop.await(100, TimeUnit.MILLISECONDS) && System.nanoTime() - deadline < 0) {
      if (context.awaitTermination(Duration.ZERO)) {
        return true;
      }
    }
    return false;
  }
}
