package io.sluice.cli;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Nodes of which a test kills some: which to take, and time in which killed ones come back. */
final class KilledNodes {

  private static final Pattern TAKING_OVER =
      Pattern.compile("Taking over \\[.*] as driver \\[(\\d+)]");

  private KilledNodes() {}

  /** The program's own process, or the last one that took over. */
  static int driver(ChaosNodes nodes) throws IOException {
    int driver = 0;
    long newest = 0;
    for (int number : nodes.all()) {
      Matcher takenOver = TAKING_OVER.matcher(nodes.log(number));
      while (takenOver.find()) {
        long epoch = Long.parseLong(takenOver.group(1));
        if (epoch > newest) {
          newest = epoch;
          driver = number;
        }
      }
    }
    return driver;
  }

  /** A node that lives and is not the driver. */
  static int worker(ChaosNodes nodes) throws IOException {
    int driver = driver(nodes);
    List<Integer> running = nodes.running();
    return running.stream().filter(number -> number != driver).findFirst().orElseThrow();
  }

  static void pass(ChaosNodes nodes, long millis) throws Exception {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    while (System.nanoTime() < end) {
      nodes.restartEnded();
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }
}
