package io.sluice.api;

import java.time.Duration;

/**
 * What can be chosen for an incremental window. Never changes; every choice gives other options.
 *
 * @param length how far back the window reaches
 * @param slide how often it is put out
 * @param numPartitions into how many partitions keys are divided; 0 for as many as shuffles have by default
 * @param dropsEmptyKeys whether a key goes when its last record has left the window, instead of staying with the value
 *     that is left
 */
public record WindowOptions(
    Duration length, Duration slide, int numPartitions, boolean dropsEmptyKeys) {

  public WindowOptions {
    if (numPartitions < 0) {
      throw new IllegalArgumentException(
          "Partitions must be at least 1, got " + numPartitions + ".");
    }
  }

  /** A window with the usual choices: keys stay. */
  public static WindowOptions of(Duration length, Duration slide) {
    return new WindowOptions(length, slide, 0, false);
  }

  /**
   * The same, with keys divided into so many partitions.
   *
   * @throws IllegalArgumentException if it is less than 1
   */
  public WindowOptions partitions(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("Partitions must be at least 1, got " + count + ".");
    }
    return new WindowOptions(length, slide, count, dropsEmptyKeys);
  }

  /** The same, without keys of which nothing in the window is left. */
  public WindowOptions dropEmptyKeys() {
    return new WindowOptions(length, slide, numPartitions, true);
  }
}
