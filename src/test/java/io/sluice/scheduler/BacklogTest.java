package io.sluice.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.StreamingEvent;
import io.sluice.api.StreamingListener.BatchInfo;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BacklogTest {

  private static final long INTERVAL = 1000;

  private final Backlog backlog = new Backlog(INTERVAL);
  private final List<String> told = new ArrayList<>();
  private long freeMillis;
  private int number;

  @Test
  void fastBatchesAreNotBehind() {
    run(1000, 10, 900, 1000);

    assertThat(told).isEmpty();
  }

  @Test
  void oneLongBatchIsNotBehind() {
    run(4500, 500, 500, 500, 500, 500, 500, 500);

    assertThat(told).isEmpty();
  }

  @Test
  void batchesSlowerThanTheIntervalAreToldOnce() {
    run(1600, 1600, 1600, 1600, 1600, 1600, 1600);

    assertThat(told).containsExactly("FallingBehind 3");
  }

  @Test
  void slowBatchesThatMakeNobodyWaitAreNotBehind() {
    run(1100, 1100, 1100, 1100);

    assertThat(told).isEmpty();
  }

  @Test
  void batchThatWaitedForManyIntervalsIsBehindThoughItIsFast() {
    run(7000, 100);

    assertThat(told).containsExactly("FallingBehind 2");
  }

  @Test
  void caughtUpIsToldWhenABatchBeginsInItsOwnInterval() {
    run(2000, 2000, 2000, 100, 100, 100, 100, 100);

    assertThat(told).containsExactly("FallingBehind 3", "CaughtUp 7");
  }

  /** Batches one after another, each with how long it takes. */
  private void run(long... processing) {
    for (long millis : processing) {
      long due = ++number * INTERVAL;
      long start = Math.max(due, freeMillis);
      freeMillis = start + millis;
      backlog
          .completed(batch(due, start, freeMillis))
          .ifPresent(event ->
              told.add((event instanceof StreamingEvent.CaughtUp ? "CaughtUp " : "FallingBehind ")
                  + number));
    }
  }

  private static BatchInfo batch(long due, long start, long end) {
    return new BatchInfo(
        Instant.ofEpochMilli(due),
        Map.of(),
        Instant.ofEpochMilli(due),
        Optional.of(Instant.ofEpochMilli(start)),
        Optional.of(Instant.ofEpochMilli(end)),
        Map.of(),
        1,
        Map.of(),
        List.of(),
        List.of(),
        Optional.empty());
  }
}
