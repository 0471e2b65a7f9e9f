package bench;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.atomic.LongAdder;

/** Counts while a workload runs, then prints one JSON line. */
final class Measure {

  static final LongAdder LINES = new LongAdder();
  static final LongAdder RESULTS = new LongAdder();
  static final int WARM_SECONDS = Integer.getInteger("warm", 8);

  private final String head;
  private long startNanos;
  private long startCpu;
  private long startLines;

  Measure(String peer, String workload, String path) {
    this.head =
        "{\"peer\":\"%s\",\"workload\":\"%s\",\"path\":\"%s\"".formatted(peer, workload, path);
  }

  /** Warms up, then measures for so long. */
  void run(int seconds) throws InterruptedException {
    Thread.sleep(WARM_SECONDS * 1000L);
    startLines = LINES.sum();
    startCpu = cpuNanos();
    startNanos = System.nanoTime();
    Thread.sleep(seconds * 1000L);
    double elapsed = (System.nanoTime() - startNanos) / 1e9;
    double cpu = (cpuNanos() - startCpu) / 1e9;
    long lines = LINES.sum() - startLines;
    if (lines == 0 || RESULTS.sum() == 0) {
      System.err.println("Nothing was computed; is the line generator running?");
      System.exit(1);
    }
    System.out.printf(
        Locale.ROOT,
        "%s,\"lines_per_s\":%.0f,\"lines_per_core_s\":%.0f,\"cores\":%.2f,\"results\":%d}%n",
        head,
        lines / elapsed,
        lines / cpu,
        cpu / elapsed,
        RESULTS.sum());
  }

  /** Prints percentiles of delays in milliseconds. */
  void delays(double[] millis, String more) {
    Arrays.sort(millis);
    System.out.printf(
        Locale.ROOT,
        "%s,\"batches\":%d,\"p50_ms\":%.2f,\"p99_ms\":%.2f,\"max_ms\":%.2f%s}%n",
        head,
        millis.length,
        millis[millis.length / 2],
        millis[(int) (millis.length * 0.99)],
        millis[millis.length - 1],
        more);
  }

  private static long cpuNanos() {
    return ((com.sun.management.OperatingSystemMXBean)
            ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }
}
