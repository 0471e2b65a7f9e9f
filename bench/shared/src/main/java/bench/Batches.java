package bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A source in memory for batch engines: each batch is so large that it takes 0.95 of the interval, in slices for tasks. */
public final class Batches {

  private static final double SHARE = 0.95;

  /** With one for each core, the faster core would wait for the slower at the end of each stage. */
  private static final int SLICES = 8;

  private static final int MOST = Integer.getInteger("most", 500_000_000);

  private final boolean keys;
  private final Given given;
  private final boolean sized;
  private final Queue<Integer> under = new ConcurrentLinkedQueue<>();
  private volatile int size;
  private volatile long position;

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
    under.add(slices * each);
    return batch;
  }

  /** Hears how long a batch took; batches end in their order. The next is sized by what this one had. */
  public void ended(double millis, long intervalMillis) {
    int lines = under.remove();
    Measure.LINES.add(lines);
    if (sized && lines > 0) {
      double factor = intervalMillis * SHARE / Math.max(1, millis);
      double damped = factor > 2 ? Math.min(8, factor) : Math.sqrt(Math.max(0.25, factor));
      size = (int) Math.max(1000, Math.min(MOST, lines * damped));
    }
  }
}
