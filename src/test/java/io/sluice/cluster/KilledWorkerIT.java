package io.sluice.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.DStream;
import io.sluice.StreamingContext;
import io.sluice.cli.Command;
import io.sluice.cli.ProgramJar;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Workers in processes of their own, one of which is killed, or asked to end, while lines pour in. */
@Timeout(100)
class KilledWorkerIT {

  /** Lines a second; another number with {@code -Dsluice.it.rate=200000}. */
  private static final long RATE = Long.getLong("sluice.it.rate", 100_000);

  private static final int WORKERS = 3;
  private static final int SECONDS = 5;
  private static final int SIGTERM_EXIT = 143;
  private static final long TOTAL = RATE * SECONDS / NumberedLines.CYCLE * NumberedLines.CYCLE;

  @TempDir
  private Path directory = Path.of("");

  @Test
  void everyLineIsCountedOnceWhenTheReceiversWorkerIsKilledAndPositionsAreStored()
      throws Exception {
    try (NumberedLines lines = new NumberedLines(RATE, TOTAL, true)) {
      killWhileCounting(
          lines, context -> context.receiverStream(new ResumingReceiver(lines.port())), true);
    }
  }

  @Test
  void everyLineOfAPlainSocketIsCountedOnceWhenAnotherWorkerIsKilled() throws Exception {
    try (NumberedLines lines = new NumberedLines(RATE, TOTAL, false)) {
      killWhileCounting(
          lines, context -> context.socketTextStream("127.0.0.1", lines.port()), false);
    }
  }

  @Test
  void everyLineIsCountedOnceWhenTheReceiversWorkerIsAskedToEnd() throws Exception {
    try (NumberedLines lines = new NumberedLines(RATE, TOTAL, true)) {
      endWhileCounting(
          lines,
          context -> context.receiverStream(new ResumingReceiver(lines.port())),
          true,
          Command::terminate,
          ended -> {
            ended.awaitLine("all it had is elsewhere now");
            assertThat(ended.awaitExit()).isEqualTo(SIGTERM_EXIT);
          });
    }
  }

  private void killWhileCounting(
      NumberedLines lines,
      Function<StreamingContext, DStream<String>> source,
      boolean receiversWorker)
      throws Exception {
    endWhileCounting(lines, source, receiversWorker, Command::kill, killed -> {});
  }

  private interface Check {
    void accept(Command ended) throws Exception;
  }

  private void endWhileCounting(
      NumberedLines lines,
      Function<StreamingContext, DStream<String>> source,
      boolean receiversWorker,
      Consumer<Command> end,
      Check check)
      throws Exception {
    Path jar = ProgramJar.of(directory, CountedWords.class, ResumingReceiver.class);
    Map<String, Object> settings = Map.of(
        "sluice.cluster.min-workers", WORKERS, "sluice.program.jars", List.of(jar.toString()));
    try (WorkerProcesses cluster = new WorkerProcesses(directory, settings)) {
      Map<String, Command> workers = cluster.start(WORKERS);
      CountedWords program = new CountedWords(cluster.driver(), source);
      try (program) {
        program.start();
        program.await(() -> program.lines() >= TOTAL / 3);
        program.measureGaps();
        Command victim = victim(workers, program.receiverWorker(), receiversWorker);
        end.accept(victim);
        program.await(() -> program.lines() >= TOTAL);
        // On a busy machine the receiver may have moved once more.
        program.await(() -> receiversWorker ? lines.connections() >= 2 : lines.connections() == 1);
        check.accept(victim);
      }
      System.out.printf(
          "%d lines counted at %d a second, %s ended: longest gap between results %d ms%n",
          program.lines(),
          RATE,
          receiversWorker ? "the receiver's worker" : "another worker",
          program.longestGapMillis());
      assertEveryLineIsCountedOnce(program);
    }
  }

  private static Command victim(
      Map<String, Command> workers, String receiverWorker, boolean receiversWorker) {
    return workers.entrySet().stream()
        .filter(worker -> worker.getKey().equals(receiverWorker) == receiversWorker)
        .map(Map.Entry::getValue)
        .findFirst()
        .orElseThrow();
  }

  private static void assertEveryLineIsCountedOnce(CountedWords program) {
    assertThat(program.lines()).isEqualTo(TOTAL);
    assertThat(program.total()).isEqualTo(NumberedLines.words(TOTAL));
    program
        .windows()
        .forEach((end, counts) ->
            assertThat(counts).as("window until %s", end).isEqualTo(program.expectedWindow(end)));
  }
}
