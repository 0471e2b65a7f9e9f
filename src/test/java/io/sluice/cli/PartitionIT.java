package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nodes in processes of their own that live but do not hear each other. */
@Timeout(200)
class PartitionIT {

  /** How long both sides of a network live apart; longer with {@code -Dsluice.it.partition.seconds=60}. */
  private static final int SECONDS = Integer.getInteger("sluice.it.partition.seconds", 8);

  /** Bounds that also hold on a busy machine; what was measured is printed. */
  private static final int GO_ON_SECONDS = 20;

  private static final int CATCH_UP_SECONDS = 40;
  private static final long RATE = 5000;

  @TempDir
  private Path directory = Path.of("");

  @Test
  void oneSideAloneGoesOnWhenTheDriverIsCutOffAndTheOtherSaysSoAndEndsWhenItHearsOfIt()
      throws Exception {
    // No resolver ends the smaller side: both live on.
    try (ChaosRun run =
        new ChaosRun(3, directory, RATE, false, "akka.cluster.downing-provider-class = \"\"")) {
      run.start();
      run.pass(2000);
      long old = run.nodes().pid(0);
      run.inflict(ChaosPlan.Deed.CUT_OFF, List.of(0), true);
      long cut = System.currentTimeMillis();

      assertThat(ChaosRun.await(GO_ON_SECONDS, () -> run.tally().driverPid() != old))
          .isTrue();
      long took = System.currentTimeMillis() - cut;
      run.pass(TimeUnit.SECONDS.toMillis(SECONDS));
      assertThat(run.nodes().running()).contains(0);
      assertThat(run.nodes().log(0)).contains("can decide nothing");
      run.relieve(ChaosPlan.Deed.CUT_OFF, List.of(0));
      awaitLog(run, 0, "was sealed by epoch");
      run.finish(CATCH_UP_SECONDS);

      System.out.printf("driver cut off for %d s: others went on after %d ms%n", SECONDS, took);
      // A batch that ran when the network broke may still have been put out, but nothing after it.
      assertThat(run.tally().lastResultOf(old)).isLessThan(cut + took);
      assertEverythingIsCountedOnce(run);
    }
  }

  @Test
  void workersThatAreCutOffOrPartedFromEachOtherHoldNobodyUp() throws Exception {
    // No resolver ends the worker that is cut off: it comes back.
    try (ChaosRun run =
        new ChaosRun(3, directory, RATE, false, "akka.cluster.downing-provider-class = \"\"")) {
      run.start();
      run.pass(2000);
      run.inflict(ChaosPlan.Deed.CUT_OFF, List.of(2), false);
      run.pass(TimeUnit.SECONDS.toMillis(SECONDS));
      run.relieve(ChaosPlan.Deed.CUT_OFF, List.of(2));
      awaitLog(run, 2, "Starting afresh");
      run.pass(1000);
      run.inflict(ChaosPlan.Deed.PART, List.of(3, 1), false);
      long before = run.tally().counted();

      assertThat(ChaosRun.await(GO_ON_SECONDS, () -> run.tally().counted() > before + 3 * RATE))
          .isTrue();
      run.relieve(ChaosPlan.Deed.PART, List.of(3, 1));
      run.finish(CATCH_UP_SECONDS);

      System.out.printf(
          "worker cut off for %d s, two workers parted: gaps %s ms%n",
          SECONDS, run.tally().gaps());
      assertEverythingIsCountedOnce(run);
    }
  }

  @Test
  void processThatIsPausedFindsItsDirectorySealedByTheOneThatWentOn() throws Exception {
    ChaosTally tally = new ChaosTally();
    try (ChaosSource source = new ChaosSource(RATE);
        ChaosResults results = new ChaosResults(tally)) {
      Process first = embedded("first", source, results);
      Process second = null;
      try {
        assertThat(ChaosRun.await(CATCH_UP_SECONDS, () -> tally.counted() > RATE))
            .isTrue();
        signal(first, "STOP");
        second = embedded("second", source, results);
        long pid = second.pid();
        assertThat(ChaosRun.await(CATCH_UP_SECONDS, () -> tally.driverPid() == pid))
            .isTrue();
        long resumed = System.currentTimeMillis();
        signal(first, "CONT");

        assertThat(first.waitFor(GO_ON_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(Files.readString(directory.resolve("first.log")))
            .contains("was sealed by epoch");
        source.end();
        ChaosRun.await(CATCH_UP_SECONDS, () -> tally.counted() >= source.sent());

        System.out.printf(
            "paused process put out its last result %d ms after it went on%n",
            tally.lastResultOf(first.pid()) - resumed);
        assertThat(tally.lost(source.sent())).isZero();
        assertThat(tally.duplicated(source.sent())).isZero();
        assertThat(tally.wrong(source.sent())).isEmpty();
      } finally {
        first.destroyForcibly();
        if (second != null) {
          second.destroyForcibly();
        }
      }
    }
  }

  private Process embedded(String name, ChaosSource source, ChaosResults results)
      throws IOException {
    Path config = directory.resolve(name + ".conf");
    Files.writeString(config, """
        sluice { mode = local, batch.partitions = 2, task.slots = 1, checkpoint.directory = "%s" }
        """.formatted(directory.resolve("checkpoint")));
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName(),
            "run",
            "--config",
            config.toString(),
            "--class",
            ChaosProgram.class.getName(),
            String.valueOf(source.port()),
            String.valueOf(results.port()),
            "200")
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve(name + ".log").toFile())
        .start();
  }

  private static void signal(Process process, String name)
      throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
        .start()
        .waitFor();
  }

  private static void awaitLog(ChaosRun run, int node, String part) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(GO_ON_SECONDS);
    while (!run.nodes().log(node).contains(part)) {
      assertThat(System.nanoTime())
          .as("node %d has not told '%s'", node, part)
          .isLessThan(deadline);
      run.pass(100);
    }
  }

  private static void assertEverythingIsCountedOnce(ChaosRun run) {
    long sent = run.source().sent();
    assertThat(run.tally().lost(sent)).isZero();
    assertThat(run.tally().duplicated(sent)).isZero();
    assertThat(run.tally().wrong(sent)).isEmpty();
  }
}
