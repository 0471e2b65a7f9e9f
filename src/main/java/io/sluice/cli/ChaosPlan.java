package io.sluice.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** What is done to a cluster, and when: the same for the same seed. */
final class ChaosPlan {

  /** What is done to a node. */
  enum Deed {
    /** SIGKILL; another node is started in its place. */
    KILL,
    /** SIGSTOP, and SIGCONT ten seconds later. */
    PAUSE
  }

  /**
   * One deed.
   *
   * @param atSecond after the first result
   * @param driver whether the driver's node suffers it, or a worker
   * @param victim chooses among the workers
   */
  record Step(int atSecond, Deed deed, boolean driver, int victim) {}

  static final int PAUSE_SECONDS = 10;
  private static final int SECONDS_BETWEEN = 6;

  private ChaosPlan() {}

  /** Begins with the kill of a worker and of a driver; what follows is drawn. */
  static List<Step> of(long seed, int seconds) {
    Random random = new Random(seed);
    List<Step> steps = new ArrayList<>();
    int at = 3;
    while (at < seconds - SECONDS_BETWEEN) {
      int number = steps.size();
      Deed deed = number < 2 || random.nextInt(4) > 0 ? Deed.KILL : Deed.PAUSE;
      boolean driver = number < 2 ? number == 1 : random.nextBoolean();
      steps.add(new Step(at, deed, driver, random.nextInt(1 << 16)));
      at += SECONDS_BETWEEN + random.nextInt(3) + (deed == Deed.PAUSE ? PAUSE_SECONDS : 0);
    }
    return steps;
  }
}
