package io.sluice.scheduler;

import io.sluice.api.StreamingEvent;
import io.sluice.api.StreamingListener.BatchInfo;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells from the batches of a context when it falls behind its batch interval, and when it has caught up. */
final class Backlog {

  private static final Logger log = LoggerFactory.getLogger(Backlog.class);
  private static final int SLOW_BATCHES = 3;
  private static final int WAITING_INTERVALS = 5;

  private final Duration interval;
  private int slowInARow;
  private boolean behind;

  Backlog(long intervalMillis) {
    this.interval = Duration.ofMillis(intervalMillis);
  }

  /** Takes note of a batch that was completed; gives what there is to tell. */
  Optional<StreamingEvent> completed(BatchInfo batch) {
    Instant start = batch.processingStart().orElse(batch.batchTime());
    Duration waited = Duration.between(batch.batchTime(), start);
    Duration processing = batch.processingDelay().orElse(Duration.ZERO);
    slowInARow = processing.compareTo(interval) > 0 ? slowInARow + 1 : 0;
    boolean waitedForOthers = waited.compareTo(interval) > 0;
    boolean waitedLong = waited.compareTo(interval.multipliedBy(WAITING_INTERVALS)) > 0;
    boolean now = behind
        ? waitedForOthers || slowInARow > 0
        : waitedLong || (waitedForOthers && slowInARow >= SLOW_BATCHES);
    if (now == behind) {
      return Optional.empty();
    }
    behind = now;
    if (!now) {
      log.info("Batches have caught up with [{}]", batch.batchTime());
      return Optional.of(new StreamingEvent.CaughtUp(batch));
    }
    log.warn(
        "Batches fall behind: [{}] began [{}] ms after its time and took [{}] ms of [{}] ms",
        batch.batchTime(),
        waited.toMillis(),
        processing.toMillis(),
        interval.toMillis());
    return Optional.of(new StreamingEvent.FallingBehind(batch));
  }
}
