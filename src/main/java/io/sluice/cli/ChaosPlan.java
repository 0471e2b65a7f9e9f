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
    /** SIGSTOP, and SIGCONT later. */
    PAUSE,
    /** The node and the others do not hear each other for a while. */
    CUT_OFF,
    /** Two nodes and the others do not hear each other for a while. */
    SPLIT,
    /** The node is heard, but hears nobody. */
    DEAFEN,
    /** The node hears the others, but is not heard. */
    MUTE,
    /** The node and one other do not hear each other; all others hear both. */
    PART;

    boolean isCut() {
      return this != KILL && this != PAUSE;
    }
  }

  /**
   * One deed.
   *
   * @param atSecond after the first result
   * @param driver whether the driver's node suffers it, or a worker
   * @param victim chooses among the workers
   * @param seconds how long it lasts; 0 for what is not taken back
   */
  record Step(int atSecond, Deed deed, boolean driver, int victim, int seconds) {}

  private static final int PAUSE_SECONDS = 10;
  private static final int SECONDS_BETWEEN = 6;
  /** A node that the others have taken out ends itself only then, and more losses at once than copies stop any cluster. */
  private static final int SECONDS_TO_RETURN = 10;

  private static final int SHORTEST_CUT_SECONDS = 4;
  private static final int LONGEST_CUT_SECONDS = 15;
  private static final List<Deed> CUTS = List.of(
      Deed.CUT_OFF, Deed.CUT_OFF, Deed.CUT_OFF, Deed.SPLIT, Deed.DEAFEN, Deed.MUTE, Deed.PART);

  private ChaosPlan() {}

  /** Begins with the kill of a worker and of a driver; what follows is drawn. */
  static List<Step> of(long seed, int seconds) {
    Random random = new Random(seed);
    List<Step> steps = new ArrayList<>();
    int at = 3;
    while (at < seconds - SECONDS_BETWEEN) {
      int number = steps.size();
      Deed deed = number < 2 ? Deed.KILL : draw(random);
      boolean driver = number < 2 ? number == 1 : random.nextBoolean();
      int lasts = lasts(deed, random);
      steps.add(new Step(at, deed, driver, random.nextInt(1 << 16), lasts));
      at += SECONDS_BETWEEN + random.nextInt(3) + lasts + (deed.isCut() ? SECONDS_TO_RETURN : 0);
    }
    return steps;
  }

  private static Deed draw(Random random) {
    return switch (random.nextInt(5)) {
      case 0, 1 -> Deed.KILL;
      case 2 -> Deed.PAUSE;
      default -> CUTS.get(random.nextInt(CUTS.size()));
    };
  }

  private static int lasts(Deed deed, Random random) {
    if (deed == Deed.KILL) {
      return 0;
    }
    return deed == Deed.PAUSE
        ? PAUSE_SECONDS
        : SHORTEST_CUT_SECONDS + random.nextInt(LONGEST_CUT_SECONDS - SHORTEST_CUT_SECONDS + 1);
  }
}
