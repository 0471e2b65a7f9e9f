package io.sluice.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A cluster of processes that counts numbers of a known source, with the hands to disturb it. */
final class ChaosRun implements AutoCloseable {

  private static final int START_SECONDS = 60;
  private static final int DRIVER_SECONDS = 40;
  private static final int POLL_MILLIS = 50;
  private static final String BATCH_MILLIS = "200";

  private final Path directory;
  private final ChaosTally tally = new ChaosTally();
  private final ChaosSource source;
  private final ChaosResults results;
  private final ChaosNodes nodes;
  private int faults;

  /**
   * Begins to serve numbers; nothing counts them yet.
   *
   * @param workers beside the program's own node
   * @param directory for configurations and logs
   * @param perSecond numbers a second
   * @param durable whether the program is kept in a checkpoint directory
   * @param more settings of all nodes
   */
  ChaosRun(int workers, Path directory, long perSecond, boolean durable, String more)
      throws IOException {
    this.directory = directory;
    this.results = new ChaosResults(tally);
    this.nodes = new ChaosNodes(workers, directory, durable, more);
    this.source = new ChaosSource(perSecond);
  }

  /** Starts all nodes and blocks until the first result. */
  void start() throws IOException, InterruptedException {
    for (int number : nodes.all()) {
      if (number > 0) {
        nodes.startWorker(number);
      }
    }
    nodes.startDriver(List.of(
        "--class",
        ChaosProgram.class.getName(),
        String.valueOf(source.port()),
        String.valueOf(results.port()),
        BATCH_MILLIS));
    if (!await(START_SECONDS, () -> tally.counted() > 0)) {
      throw new CommandException("The cluster put nothing out within " + START_SECONDS
          + " s; see the logs in " + directory + ".");
    }
  }

  ChaosNodes nodes() {
    return nodes;
  }

  ChaosTally tally() {
    return tally;
  }

  ChaosSource source() {
    return source;
  }

  int faults() {
    return faults;
  }

  /** The node whose driver puts results out; blocks until it is known. */
  int driver() throws InterruptedException {
    await(DRIVER_SECONDS, () -> nodes.withPid(tally.driverPid()) >= 0);
    return nodes.withPid(tally.driverPid());
  }

  /** The nodes that live and do not drive. */
  List<Integer> workers() throws InterruptedException {
    List<Integer> workers = new ArrayList<>(nodes.running());
    workers.remove((Integer) driver());
    return workers;
  }

  /** Does what is to be done to these nodes, of which the first one suffers most. */
  void inflict(ChaosPlan.Deed deed, List<Integer> victims, boolean driver)
      throws IOException, InterruptedException {
    faults++;
    tally.killed(driver, System.currentTimeMillis());
    ChaosCuts cuts = nodes.cuts();
    int first = victims.get(0);
    switch (deed) {
      case KILL -> nodes.kill(first);
      case PAUSE -> nodes.pause(first);
      case CUT_OFF, SPLIT -> cuts.isolate(victims, nodes.all(), false, false);
      case DEAFEN -> cuts.isolate(victims, nodes.all(), true, false);
      case MUTE -> cuts.isolate(victims, nodes.all(), false, true);
      case PART -> cuts.isolate(victims.subList(0, 1), victims, false, false);
    }
  }

  /** Takes back what can be taken back. */
  void relieve(ChaosPlan.Deed deed, List<Integer> victims)
      throws IOException, InterruptedException {
    if (deed == ChaosPlan.Deed.PAUSE) {
      nodes.resume(victims.get(0));
    }
    nodes.cuts().heal();
  }

  /** Lets time pass; nodes that have ended are started again, as a supervisor would. */
  void pass(long millis) throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    while (System.nanoTime() < end) {
      nodes.restartEnded();
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
  }

  /** Ends the numbers and waits until all are counted, or nothing more is to be hoped for. */
  void finish(int seconds) throws IOException, InterruptedException {
    source.end();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (tally.counted() < source.sent() && System.nanoTime() < deadline) {
      pass(POLL_MILLIS);
    }
    // What is counted twice would come later.
    pass(TimeUnit.SECONDS.toMillis(2));
  }

  static boolean await(int limitSeconds, BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(limitSeconds);
    while (!condition.getAsBoolean() && System.nanoTime() < deadline) {
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
    return condition.getAsBoolean();
  }

  @Override
  public void close() throws IOException {
    nodes.close();
    results.close();
    source.close();
  }
}
