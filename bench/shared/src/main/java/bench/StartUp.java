package bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** W6: the words of one line, counted. The first result is there when all its counts are. */
public final class StartUp {

  public static final String LINE = "to be or not to be";

  private static final Map<String, Long> DUE = Map.of("to", 2L, "be", 2L, "or", 1L, "not", 1L);
  private static final Map<String, Long> counts = new ConcurrentHashMap<>();
  private static final CountDownLatch complete = new CountDownLatch(1);
  private static volatile long millis;

  private StartUp() {}

  /** Takes a word's count, the newest in the place of the one before. */
  public static void count(String word, long count) {
    counts.put(word, count);
    if (counts.equals(DUE) && complete.getCount() > 0) {
      millis = System.currentTimeMillis() - Long.getLong("launch");
      complete.countDown();
    }
  }

  /** Waits for the counts, prints the time since the JVM was launched, and ends the JVM. */
  public static void run(Measure measure) throws InterruptedException {
    awaitCounts();
    measure.print(",\"first_result_ms\":" + millis);
  }

  /** Waits for the counts and lets the job run on; prints the most memory that was resident, and ends the JVM. */
  public static void resident(Measure measure) throws InterruptedException, IOException {
    awaitCounts();
    Thread.sleep(Measure.WARM_SECONDS * 1000L);
    String peak = "VmHWM:";
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith(peak)) {
        String kib = line.substring(peak.length()).replace("kB", "").strip();
        measure.print(",\"resident_mb\":" + Long.parseLong(kib) * 1024 / 1_000_000);
      }
    }
    throw new IOException("/proc/self/status has no " + peak);
  }

  private static void awaitCounts() throws InterruptedException {
    if (!complete.await(60, TimeUnit.SECONDS)) {
      Measure.fail("the counts are " + counts + " instead of " + DUE);
    }
  }
}
