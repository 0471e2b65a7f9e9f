package io.sluice.cluster;

/**
 * When a node tries to take over from a driver that it does not hear any more. Silence is counted in the node's own
 * beats, so that a node that was itself paused suspects nobody. Nodes try one after another, in the order of their ranks.
 */
final class DriverWatch {

  private static final int BEATS_PER_RANK = 3;
  private static final int BEATS_AFTER_BREAK = 2;
  private static final int BEATS_HEARD = 2;

  private final int patience;
  private int rank;
  private int silentBeats;
  private int beatsSinceHeard = BEATS_HEARD + 1;
  private boolean broken;

  /**
   * @param patience how many beats a driver may be silent
   */
  DriverWatch(int patience) {
    this.patience = patience;
  }

  /**
   * The driver was heard.
   *
   * @param asRank how many other nodes try before this one
   */
  void heard(int asRank) {
    rank = asRank;
    silentBeats = 0;
    beatsSinceHeard = 0;
    broken = false;
  }

  /** The connection to the driver broke, which a driver that is killed causes at once. */
  void broke() {
    broken = true;
    beatsSinceHeard = BEATS_HEARD + 1;
  }

  /** Some node tries, or a try has failed: there may be another driver soon. */
  void given() {
    silentBeats = 0;
    broken = false;
    beatsSinceHeard = BEATS_HEARD + 1;
  }

  /**
   * Whether the driver is there as far as this node can tell. Then the node helps no other to take over, which may just
   * not hear the driver itself.
   */
  boolean isHeard() {
    return beatsSinceHeard <= BEATS_HEARD;
  }

  /** A beat has passed; true if it is this node's turn. */
  boolean beat() {
    silentBeats++;
    beatsSinceHeard = Math.min(beatsSinceHeard, BEATS_HEARD) + 1;
    int allowed = (broken ? BEATS_AFTER_BREAK : patience) + rank * BEATS_PER_RANK;
    return silentBeats > allowed;
  }
}
