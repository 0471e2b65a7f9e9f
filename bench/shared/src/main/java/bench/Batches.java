package bench;

import java.util.ArrayList;
import java.util.List;

/** A source in memory for batch engines: each batch is so large that it takes 0.95 of the interval, in slices for tasks. */
public final class Batches {

  private static final double SHARE = 0.95;

  /** With one for each core, the faster core would wait for the slower at the end of each stage. */
  private static final int SLICES = 8;

  private static final int MOST = Integer.getInteger("most", 500_000_000);

  private final boolean keys;
  private final Given given;
  private final boolean sized;
  private volatile int size;
  private volatile long position;
  private long counted;

  private Batches(boolean keys, int size, boolean sized) {
    this.keys = keys;
    this.size = size;
    this.sized = sized;
    this.given = Given.from(0, (keys ? KeyOrder.all() : Text.lines()).length);
  }

  /** W4 is given keys, all others lines; W5 always 100. */
  public static Batches of(String workload) {
    return workload.equals("W5")
        ? new Batches(false, 100, false)
        : new Batches(workload.equals("W4"), 50_000, true);
  }

  /** The next batch; it is empty when the measurement is over. */
  public List<Slice> next() {
    int slices = sized ? SLICES : 2;
    int each = Given.isOver() ? 0 : size / slices;
    List<Slice> batch = new ArrayList<>();
    for (int slice = 0; slice < slices; slice++) {
      batch.add(new Slice(keys, position, each));
      position += each;
    }
    given.add((long) slices * each);
    return batch;
  }

  /** Hears how long a batch took. */
  public synchronized void ended(double millis, long intervalMillis) {
    long taken = position;
    Measure.LINES.add(taken - counted);
    counted = taken;
    if (sized) {
      double factor = intervalMillis * SHARE / Math.max(1, millis);
      double damped = factor > 2 ? Math.min(8, factor) : Math.sqrt(Math.max(0.25, factor));
      size = (int) Math.max(1000, Math.min(MOST, size * damped));
    }
  }
}
