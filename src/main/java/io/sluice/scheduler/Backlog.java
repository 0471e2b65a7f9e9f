package io.sluice.scheduler;

import java.time.Duration;
import java.util.Optional;

/** Tells from the batches of a context when it falls behind its batch interval, and when it has caught up. */
final class Backlog {

  private static final int SLOW_BATCHES = 3;
  private static final int WAITING_INTERVALS = 5;

  private final Duration interval;
  private int slowInARow;
  private boolean behind;

  Backlog(long intervalMillis) {
    this.interval = Duration.ofMillis(intervalMillis);
  }

  /**
   * Takes note of a batch that was completed.
   *
   * @param processing how long it ran
   * @param waited from its batch time to its start
   * @return whether the context is behind from now on; empty if nothing has changed
   */
  Optional<Boolean> completed(Duration processing, Duration waited) {
    slowInARow = processing.compareTo(interval) > 0 ? slowInARow + 1 : 0;
    boolean late = waited.compareTo(interval.multipliedBy(WAITING_INTERVALS)) > 0;
    // What waits is made up only when a batch begins in its own interval again.
    boolean now = behind
        ? waited.compareTo(interval) > 0 || slowInARow > 0
        : late || (slowInARow >= SLOW_BATCHES && waited.compareTo(interval) > 0);
    if (now == behind) {
      return Optional.empty();
    }
    behind = now;
    return Optional.of(now);
  }
}
