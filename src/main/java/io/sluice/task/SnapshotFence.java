package io.sluice.task;

import java.util.HashMap;
import java.util.Map;

/**
 * Which pieces of copied state count: those of the latest copy. A copy that was given up, because its way was cut or its driver
 * replaced, may go on arriving for a while, and must not overwrite what is newer. Thread-safe.
 */
final class SnapshotFence {

  private final Map<WorkerSession.StateKey, Long> latest = new HashMap<>();
  private long least;

  /** A name for a copy; later ones, and those of later drivers, have greater names. */
  static long copy(long epoch, long number) {
    return epoch << 32 | number;
  }

  /** Copies of earlier drivers count no more. */
  synchronized void sealBefore(long epoch) {
    least = Math.max(least, copy(epoch, 0));
  }

  /** Whether the piece counts; the first of a copy replaces all before. */
  synchronized boolean admits(WorkerSession.StateKey state, long copy, long piece) {
    long known = latest.getOrDefault(state, 0L);
    if (copy < least || copy < known || (piece > 0 && copy != known)) {
      return false;
    }
    latest.put(state, copy);
    return true;
  }
}
