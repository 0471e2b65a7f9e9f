package bench;

import io.sluice.DStream;
import io.sluice.RDD;
import io.sluice.StreamingContext;
import io.sluice.api.StreamingListener;
import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;

/** Gives every batch the next lines, or keys, out of memory: so many that a batch takes 0.9 of the interval. */
final class Feed {

  static volatile int batchLines = 50_000;
  private static volatile long position;
  private static Given taken;

  private Feed() {}

  static DStream<String> of(StreamingContext context, boolean keys) {
    taken = Given.from(0, keys ? KeyOrder.KEYS : Text.LINES);
    new Slice(keys, 0, 0).iterator();
    return context.queueStream(new Pool(context, keys)).flatMap(Slice::iterator);
  }

  /** A stretch of the pool. */
  record Slice(boolean keys, long from, int count) implements Serializable {
    Iterator<String> iterator() {
      String[] lines = keys ? KeyOrder.all() : Text.lines();
      return new Iterator<>() {
        private int at = (int) (from % lines.length);
        private int left = count;

        @Override
        public boolean hasNext() {
          return left > 0;
        }

        @Override
        public String next() {
          left--;
          String line = lines[at];
          if (++at == lines.length) {
            at = 0;
          }
          return line;
        }
      };
    }
  }

  /** The next lines, in two partitions; every second call ends a batch. */
  private static final class Pool extends ArrayDeque<RDD<Slice>> {
    private final transient StreamingContext context;
    private final boolean keys;
    private boolean given;

    Pool(StreamingContext context, boolean keys) {
      this.context = context;
      this.keys = keys;
    }

    @Override
    public RDD<Slice> poll() {
      given = !given;
      if (!given) {
        return null;
      }
      given = false;
      int half = Given.isOver() ? 0 : batchLines / 2;
      long from = position;
      position += 2L * half;
      taken.add(2L * half);
      return context.parallelize(
          List.of(new Slice(keys, from, half), new Slice(keys, from + half, half)), 2);
    }
  }

  static final class SizeBatches implements StreamingListener {
    private long counted;

    @Override
    public void onBatchCompleted(BatchInfo batch) {
      long given = position;
      Measure.LINES.add(given - counted);
      counted = given;
      double millis = Math.max(1, batch.processingDelay().orElseThrow().toNanos() / 1e6);
      double factor = Sluice.INTERVAL_MILLIS * 0.9 / millis;
      double damped = factor > 2 ? Math.min(8, factor) : Math.sqrt(Math.max(0.25, factor));
      batchLines = (int) Math.max(1000, Math.min(500_000_000, batchLines * damped));
    }
  }
}
