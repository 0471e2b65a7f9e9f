package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.sluice.api.Receiver;
import io.sluice.api.StorageLevel;
import io.sluice.api.StreamingListener;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * More comes than can be processed. For longer than usual: {@code -Dsluice.overload.seconds=300 -Dtest.timeout.seconds=900}.
 */
@Timeout(900)
class OverloadTest {

  private static final int SECONDS = Integer.getInteger("sluice.overload.seconds", 3);
  private static final int RECORD_CHARS = 1000;
  private static final long MEMORY = 4 << 20;
  private static final long DISK = 8 << 20;
  private static final long BLOCK = 256 << 10;

  /** A record takes a byte for each character at least. One block may be under way, and another wait for room. */
  private static final long MOST_RECORDS = (MEMORY + DISK + 2 * BLOCK) / RECORD_CHARS;

  private static final long JOB_RECORDS_A_SECOND = 4000;

  /** Offers records at a rate, as a source that nothing slows down but {@code store}. */
  private static final class Pouring extends Receiver<String> {
    private static final long serialVersionUID = 1L;
    static final AtomicLong offered = new AtomicLong();
    static final AtomicLong stored = new AtomicLong();
    static volatile long recordsASecond;

    Pouring() {
      super(StorageLevel.MEMORY_AND_DISK_SER);
    }

    @Override
    public void onStart() {
      Thread thread = new Thread(this::pour, "pouring");
      thread.setDaemon(true);
      thread.start();
    }

    private void pour() {
      String record = "x".repeat(RECORD_CHARS);
      long start = System.nanoTime();
      double due = 0;
      while (!isStopped()) {
        long now = System.nanoTime();
        due += recordsASecond * (now - start) / 1e9;
        start = now;
        for (; due >= 1 && !isStopped(); due--) {
          offered.incrementAndGet();
          store(record);
          stored.incrementAndGet();
        }
        LockSupport.parkNanos(2_000_000);
      }
    }

    @Override
    public void onStop() {}
  }

  @TempDir
  private Path directory = Path.of("");

  private final AtomicLong processed = new AtomicLong();
  private final AtomicLong mostHeld = new AtomicLong();
  private final AtomicBoolean behind = new AtomicBoolean();
  private final CountDownLatch caughtUp = new CountDownLatch(1);

  @Test
  void sourceTwiceAsFastAsTheJobIsHeldBackWithinTheBoundsAndThenTheJobCatchesUp() throws Exception {
    Pouring.recordsASecond = 2 * JOB_RECORDS_A_SECOND;
    try (StreamingContext context = context()) {
      context.receiverStream(new Pouring()).foreachRDD(rdd -> {
        long records = rdd.count();
        TimeUnit.MICROSECONDS.sleep(records * 1_000_000 / JOB_RECORDS_A_SECOND);
        done(records);
      });
      context.start();
      TimeUnit.SECONDS.sleep(SECONDS);
      // Nothing is lost that was held back: it comes later, with what is due by then.
      Pouring.recordsASecond = JOB_RECORDS_A_SECOND / 10;
      assertThat(caughtUp.await(10L + 2L * SECONDS, TimeUnit.SECONDS)).isTrue();
      context.stop(true);
    }
    assertThat(behind).isTrue();
    assertThat(processed.get()).isEqualTo(Pouring.stored.get());
    assertThat(mostHeld.get()).isGreaterThan(JOB_RECORDS_A_SECOND / 2).isLessThan(MOST_RECORDS);
  }

  @Test
  void sinkThatIsStuckHoldsBackTheSourceAndLosesNothing() throws Exception {
    Pouring.recordsASecond = JOB_RECORDS_A_SECOND;
    CountDownLatch stuck = new CountDownLatch(1);
    try (StreamingContext context = context()) {
      context.receiverStream(new Pouring()).foreachRDD(rdd -> {
        long records = rdd.count();
        if (processed.get() > 0 && stuck.getCount() > 0) {
          stuck.countDown();
          TimeUnit.SECONDS.sleep(SECONDS);
        }
        done(records);
      });
      context.start();
      stuck.await();
      TimeUnit.SECONDS.sleep(SECONDS);
      Pouring.recordsASecond = 100;
      assertThat(caughtUp.await(20, TimeUnit.SECONDS)).isTrue();
      context.stop(true);
    }
    assertThat(processed.get()).isEqualTo(Pouring.stored.get());
    assertThat(mostHeld.get()).isGreaterThan(JOB_RECORDS_A_SECOND).isLessThan(MOST_RECORDS);
  }

  private void done(long records) {
    long held = Pouring.stored.get() - processed.getAndAdd(records);
    mostHeld.accumulateAndGet(held, Math::max);
  }

  private StreamingContext context() {
    Pouring.offered.set(0);
    Pouring.stored.set(0);
    StreamingContext context = StreamingContext.builder("overload", Duration.ofMillis(100))
        .config(ConfigFactory.parseMap(Map.of(
                "sluice.block.memory", MEMORY,
                "sluice.block.disk", DISK,
                "sluice.receiver.block-size", BLOCK,
                "sluice.block.directory", directory.toString()))
            .withFallback(ConfigFactory.load()))
        .nodes(1)
        .build();
    context.addStreamingListener(new StreamingListener() {
      @Override
      public void onFallingBehind(BatchInfo batch) {
        behind.set(true);
      }

      @Override
      public void onCaughtUp(BatchInfo batch) {
        caughtUp.countDown();
      }
    });
    return context;
  }
}
