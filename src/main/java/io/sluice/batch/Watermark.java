package io.sluice.batch;

import java.util.Map;
import java.util.TreeMap;

/**
 * How far event time has come: the earliest of what the sources have reached, less the lateness allowed. It never
 * goes back.
 *
 * <p>A source without data for a while no longer counts, and when all are silent the watermark goes on with the
 * batches, so that a window is not open for ever.
 */
public final class Watermark {

  /** Before any record. */
  public static final long NONE = Long.MIN_VALUE / 2;

  /** How far the sources have come, by their number, and event time itself. */
  public record Snapshot(Map<Integer, Reached> sources, long current) {}

  /** The latest event time of a source, and the last batch in which it had data. */
  public record Reached(long eventMillis, long batchMillis) {}

  private static final class Source {
    private long reachedMillis = NONE;
    private long lastDataMillis;

    Source(long since) {
      lastDataMillis = since;
    }
  }

  private final long latenessMillis;
  private final long idleMillis;
  private final Map<Integer, Source> sources = new TreeMap<>();
  private long current = NONE;

  /**
   * @param latenessMillis how much later than a later record a record may come
   * @param idleMillis after how much time without data a source no longer counts
   * @param sources how many there are at least
   * @param startMillis the batch time before the first
   */
  public Watermark(long latenessMillis, long idleMillis, int sources, long startMillis) {
    this.latenessMillis = latenessMillis;
    this.idleMillis = idleMillis;
    for (int source = 0; source < sources; source++) {
      this.sources.put(source, new Source(startMillis));
    }
  }

  public Snapshot snapshot() {
    Map<Integer, Reached> reached = new TreeMap<>();
    sources.forEach((number, source) ->
        reached.put(number, new Reached(source.reachedMillis, source.lastDataMillis)));
    return new Snapshot(reached, current);
  }

  /** Goes on from where another has come. */
  public void restore(Snapshot snapshot) {
    current = snapshot.current();
    snapshot.sources().forEach((number, reached) -> {
      Source source = new Source(reached.batchMillis());
      source.reachedMillis = reached.eventMillis();
      sources.put(number, source);
    });
  }

  /** A batch had records of a source, the latest of this event time. */
  public void seen(int source, long eventMillis, long batchMillis) {
    Source known = sources.computeIfAbsent(source, unknown -> new Source(batchMillis));
    known.reachedMillis = Math.max(known.reachedMillis, eventMillis);
    known.lastDataMillis = Math.max(known.lastDataMillis, batchMillis);
  }

  /** The watermark in a batch, by what the batches before it had. */
  public long at(long batchMillis) {
    long slowest = Long.MAX_VALUE;
    long fastest = NONE;
    long lastData = Long.MIN_VALUE;
    for (Source source : sources.values()) {
      if (batchMillis - source.lastDataMillis <= idleMillis) {
        slowest = Math.min(slowest, source.reachedMillis);
      }
      fastest = Math.max(fastest, source.reachedMillis);
      lastData = Math.max(lastData, source.lastDataMillis);
    }
    long reached = slowest;
    if (slowest == Long.MAX_VALUE) {
      reached = fastest == NONE ? NONE : fastest + batchMillis - lastData - idleMillis;
    }
    if (reached > NONE) {
      current = Math.max(current, reached - latenessMillis);
    }
    return current;
  }
}
