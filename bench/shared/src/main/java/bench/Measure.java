package bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;

/** Counts while a workload runs, checks the results, prints one JSON line and ends the JVM: 0, or 1 if they are wrong. */
public final class Measure {

  /** Lines that went in. */
  public static final LongAdder LINES = new LongAdder();

  /** What came out, see {@link Expected#results}. */
  public static final LongAdder RESULTS = new LongAdder();

  /** W4: updates that were a key's first. */
  public static final LongAdder KEYS = new LongAdder();

  public static final int WARM_SECONDS = Integer.getInteger("warm", 8);

  /** Results that have stood still for so long will not come. */
  private static final int CATCH_UP_SECONDS = Integer.getInteger("catchup", 45);

  private static final AtomicReference<String> FAILURE = new AtomicReference<>();

  private final String workload;
  private final String path;
  private final String head;
  private final Expected expected;

  public Measure(String peer, String workload, String path) {
    Thread.currentThread().setUncaughtExceptionHandler(Measure::died);
    this.workload = workload;
    this.path = path;
    this.head =
        "{\"peer\":\"%s\",\"workload\":\"%s\",\"path\":\"%s\"".formatted(peer, workload, path);
    this.expected = new Expected(workload.equals("W5") ? workload + " " + path : workload);
    if (workload.equals("W3")) {
      Tops.expect(expected);
    }
  }

  /** Says that a result is wrong; the run will fail for it. Only the first reason is kept. */
  public static void fail(String reason) {
    FAILURE.compareAndSet(null, reason);
  }

  /** Takes the total an update of W4 has given. */
  public static void updated(long total) {
    RESULTS.add(total);
    if (total == 1) {
      KEYS.increment();
    }
  }

  /** Warms up from the first lines done, in W4 at least until every key is there; measures for so long; checks; prints; ends the JVM. */
  public void run(int seconds) throws Exception {
    warmUp();
    long startLines = LINES.sum();
    long startCpu = cpuNanos();
    long startNanos = System.nanoTime();
    Thread.sleep(seconds * 1000L);
    double elapsed = (System.nanoTime() - startNanos) / 1e9;
    double cpu = (cpuNanos() - startCpu) / 1e9;
    long lines = LINES.sum() - startLines;
    if (lines == 0) {
      fail("no lines were done while it was measured; measure longer");
    }
    check();
    print(
        ",\"lines_per_s\":%.0f,\"lines_per_core_s\":%.0f,\"cores\":%.2f,\"results\":%d"
            .formatted(lines / elapsed, lines / cpu, cpu / elapsed, results()));
  }

  /**
   * Measures how fast the rest of so many lines, which are there already, is taken after a third of them; checks; prints; ends the JVM. What
   * the lines are must be the data, round and round.
   */
  public void catchUp(long lines) throws Exception {
    await(() -> LINES.sum() >= lines / 3);
    long startLines = LINES.sum();
    long startCpu = cpuNanos();
    long startNanos = System.nanoTime();
    await(() -> LINES.sum() >= lines);
    double elapsed = (System.nanoTime() - startNanos) / 1e9;
    double cpu = (cpuNanos() - startCpu) / 1e9;
    long taken = LINES.sum() - startLines;
    Given.from(0, Text.LINES).add(lines);
    check();
    if (LINES.sum() != lines) {
      fail("%d lines were taken; there are %d".formatted(LINES.sum(), lines));
    }
    print(
        ",\"lines_per_s\":%.0f,\"lines_per_core_s\":%.0f,\"cores\":%.2f,\"results\":%d"
            .formatted(taken / elapsed, taken / cpu, cpu / elapsed, results()));
  }

  private void warmUp() throws InterruptedException {
    await(() -> LINES.sum() > 0);
    Thread.sleep(WARM_SECONDS * 1000L);
    if (workload.equals("W4")) {
      await(() -> KEYS.sum() >= KeyOrder.KEYS);
    }
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    for (int i = 0; i < 6000 && !condition.getAsBoolean(); i++) {
      Thread.sleep(10);
    }
  }

  /** Checks; prints percentiles of delays in milliseconds; ends the JVM. */
  public void delays(double[] millis, long intervalMillis, long due) throws Exception {
    check();
    if (millis.length == 0) {
      fail("no batch ran while it was measured");
      print("");
      return;
    }
    Arrays.sort(millis);
    print(
        ",\"measured\":%d,\"p50_ms\":%.2f,\"p99_ms\":%.2f,\"max_ms\":%.2f,\"interval_ms\":%d,\"expected\":%d"
            .formatted(
                millis.length,
                millis[millis.length / 2],
                millis[(int) (millis.length * 0.99)],
                millis[millis.length - 1],
                intervalMillis,
                due));
  }

  /** Has the sources end and waits for the results of all that they gave. */
  private void check() throws InterruptedException, IOException {
    Given.end();
    if (path.startsWith("socket")) {
      Generator.end();
    }
    long moved = System.nanoTime();
    long before = results();
    while (results() != expected.results()) {
      if (results() != before) {
        before = results();
        moved = System.nanoTime();
      }
      if (System.nanoTime() - moved > CATCH_UP_SECONDS * 1_000_000_000L) {
        fail("the results come to %d; %d are due".formatted(results(), expected.results()));
        return;
      }
      Thread.sleep(50);
    }
    if (workload.equals("W4") && KEYS.sum() != KeyOrder.KEYS) {
      fail("there are %d keys; %d are due".formatted(KEYS.sum(), KeyOrder.KEYS));
    }
  }

  private long results() {
    return workload.equals("W8") ? Rows.count() : RESULTS.sum();
  }

  /** Prints one line and ends the JVM; threads and hooks an engine has left are not waited for. */
  void print(String figures) {
    String failure = FAILURE.get();
    String end = failure == null ? "" : ",\"error\":\"" + failure.replace('"', '\'') + "\"";
    System.out.println(head + figures + end + "}");
    System.out.flush();
    if (failure != null) {
      System.err.println("WRONG: " + failure);
    }
    Runtime.getRuntime().halt(failure == null ? 0 : 1);
  }

  private static void died(Thread thread, Throwable failure) {
    failure.printStackTrace();
    Runtime.getRuntime().halt(1);
  }

  /** Of this JVM and of those it has started. */
  private static long cpuNanos() {
    long own =
        ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
            .getProcessCpuTime();
    return ProcessHandle.current()
        .descendants()
        .flatMap(child -> child.info().totalCpuDuration().stream())
        .mapToLong(Duration::toNanos)
        .reduce(own, Long::sum);
  }
}
