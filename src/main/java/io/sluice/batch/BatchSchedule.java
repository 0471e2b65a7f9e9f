package io.sluice.batch;

import java.util.ArrayList;
import java.util.List;

/**
 * Which batch times have come. Times are multiples of the interval; each is given once and in order,
 * however late the caller asks, unless so many are due that the oldest are skipped.
 */
public final class BatchSchedule {

  /** Times that are due, and how many older ones were given up. */
  public record Due(List<Long> times, long skipped) {}

  private final long intervalMillis;
  private final int maxLate;
  private final long zeroMillis;
  private long nextMillis;

  /**
   * @param startMillis the present; the first batch is at the next multiple of the interval
   * @param maxLate how many times may be due at once
   */
  public BatchSchedule(long intervalMillis, long startMillis, int maxLate) {
    this.intervalMillis = intervalMillis;
    this.maxLate = maxLate;
    this.zeroMillis = Math.floorDiv(startMillis, intervalMillis) * intervalMillis;
    this.nextMillis = zeroMillis + intervalMillis;
  }

  /** Goes on after the last time that an earlier schedule has given. */
  public static BatchSchedule after(
      long lastMillis, long zeroMillis, long intervalMillis, int maxLate) {
    BatchSchedule schedule = new BatchSchedule(intervalMillis, zeroMillis, maxLate);
    schedule.nextMillis = Math.max(schedule.nextMillis, lastMillis + intervalMillis);
    return schedule;
  }

  /** One interval before the first batch. */
  public long zeroMillis() {
    return zeroMillis;
  }

  /** The next time that is not yet given. */
  public long nextMillis() {
    return nextMillis;
  }

  /** All times up to now that were not given before. */
  public Due takeDue(long nowMillis) {
    long due = nowMillis < nextMillis ? 0 : (nowMillis - nextMillis) / intervalMillis + 1;
    long skipped = Math.max(0, due - maxLate);
    nextMillis += skipped * intervalMillis;
    List<Long> times = new ArrayList<>();
    for (long i = skipped; i < due; i++) {
      times.add(nextMillis);
      nextMillis += intervalMillis;
    }
    return new Due(times, skipped);
  }

  /** The next time, whether it has come or not: for the last batches of a stopping context. */
  public long takeNext() {
    long taken = nextMillis;
    nextMillis += intervalMillis;
    return taken;
  }
}
