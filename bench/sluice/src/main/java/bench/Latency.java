package bench;

import io.sluice.StreamingContext;
import io.sluice.api.Receiver;
import io.sluice.api.StorageLevel;
import io.sluice.api.StreamingListener;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;

/** W5 with lines at a fixed rate: from the time each line is due at its source to the time the counts of its batch are out. */
final class Latency {

  private static final int LINES_PER_SECOND = Integer.getInteger("rate", 50_000);
  private static final long NANOS_PER_LINE = 1_000_000_000L / LINES_PER_SECOND;

  /** When the first line was due. */
  private static volatile long start;

  private final long[] nanos;
  private final long from = 1L * Measure.WARM_SECONDS * LINES_PER_SECOND;
  private long seen;

  private Latency(int seconds) {
    nanos = new long[seconds * LINES_PER_SECOND];
  }

  /** Runs words counted from a receiver, and measures each line that is due in these seconds. */
  static void run(StreamingContext context, Measure measure, int seconds) throws Exception {
    Latency latency = new Latency(seconds);
    context.addStreamingListener(
        new StreamingListener() {
          @Override
          public void onBatchCompleted(BatchInfo batch) {
            latency.out(batch.numRecords());
          }
        });
    Sluice.build("W2", context.receiverStream(new Paced()));
    context.start();
    Thread.sleep((Measure.WARM_SECONDS + seconds) * 1000L);
    measure.delays(latency.millis(), Sluice.INTERVAL_MILLIS, latency.nanos.length);
  }

  /** Lines come in their order, so that the number of lines tells which they are. */
  private synchronized void out(long lines) {
    long now = System.nanoTime();
    for (long line = seen; line < seen + lines; line++) {
      if (line >= from && line < from + nanos.length) {
        nanos[(int) (line - from)] = now - start - line * NANOS_PER_LINE;
      }
    }
    seen += lines;
  }

  /** Of the lines whose results are out, which are all if they do not take another 10 s. */
  private synchronized double[] millis() throws InterruptedException {
    for (int i = 0; i < 100 && seen < from + nanos.length; i++) {
      wait(100);
    }
    int out = (int) Math.max(0, Math.min(nanos.length, seen - from));
    return Arrays.stream(nanos, 0, out).mapToDouble(each -> each / 1e6).toArray();
  }

  /** Stores each line when it is due, or as soon as it is awake. */
  private static final class Paced extends Receiver<String> {
    private transient Thread thread;

    Paced() {
      super(StorageLevel.MEMORY_ONLY);
    }

    @Override
    public void onStart() {
      String[] lines = Text.lines();
      Given given = Given.from(0, lines.length);
      thread =
          new Thread(
              () -> {
                start = System.nanoTime();
                for (long line = 0; !isStopped() && !Given.isOver(); line++) {
                  while (System.nanoTime() < start + line * NANOS_PER_LINE) {
                    LockSupport.parkNanos(100_000);
                  }
                  store(lines[(int) (line % lines.length)]);
                  given.add(1);
                }
              });
      thread.setDaemon(true);
      thread.start();
    }

    @Override
    public void onStop() throws InterruptedException {
      thread.join();
    }
  }
}
