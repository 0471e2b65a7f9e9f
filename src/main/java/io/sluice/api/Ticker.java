package io.sluice.api;

import java.time.Duration;
import java.time.Instant;

/**
 * The clock of a context: it tells the time and wakes the driver at batch boundaries.
 *
 * <p>Batch times come from {@link #now()}, never from counting calls, so a late or missing wake-up delays a batch but cannot
 * shift it. Implementations are called from one thread at a time.
 */
public interface Ticker extends AutoCloseable {

  /** The present, to the microsecond where the platform can. */
  Instant now();

  /**
   * Calls {@code wake} at {@code first} and then once an interval, from any thread, until closed.
   *
   * @param wake returns at once and never throws
   */
  void start(Instant first, Duration interval, Runnable wake);

  /** Stops waking; no call of {@code wake} begins afterwards. */
  @Override
  void close();
}
