package io.sluice.connector.jdbc;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does something again, with a pause that doubles, as long as it fails for a reason that may pass. */
final class Patience {

  /** What is done. It leaves nothing behind when it fails. */
  interface Work<R> {
    R run() throws Exception;
  }

  /** Lets time pass. */
  interface Pause {
    void millis(long millis) throws InterruptedException;
  }

  private static final Logger log = LoggerFactory.getLogger(Patience.class);
  private static final long FIRST_PAUSE_MILLIS = 100;
  private static final long LONGEST_PAUSE_MILLIS = 5000;

  private final long limitMillis;
  private final LongSupplier clockMillis;
  private final Pause pause;

  Patience(Duration limit, LongSupplier clockMillis, Pause pause) {
    this.limitMillis = limit.toMillis();
    this.clockMillis = clockMillis;
    this.pause = pause;
  }

  static Patience of(JdbcSource source) {
    return new Patience(source.retryFor(), () -> System.nanoTime() / 1_000_000, Thread::sleep);
  }

  /** @throws TableException of the last attempt, when there is no time for another or none can succeed */
  <R> R run(JdbcSource source, Work<R> work) throws Exception {
    long end = clockMillis.getAsLong() + limitMillis;
    long wait = FIRST_PAUSE_MILLIS;
    while (true) {
      try {
        return work.run();
      } catch (TableException failure) {
        long left = end - clockMillis.getAsLong();
        if (!failure.problem().isTransient() || left <= 0) {
          throw failure;
        }
        if (wait == FIRST_PAUSE_MILLIS) {
          log.warn(
              "Database [{}] cannot be used now (SQLState [{}]); trying again for [{}] ms",
              source,
              failure.problem().state(),
              left);
        }
        pause.millis(Math.min(wait, left));
        wait = Math.min(2 * wait, LONGEST_PAUSE_MILLIS);
      }
    }
  }
}
