package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.Receiver;
import io.sluice.api.StorageLevel;
import io.sluice.api.StreamingListener;
import io.sluice.testkit.ManualClock;
import io.sluice.testkit.StreamingTest;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ReceiverStreamTest {

  private static final class Failing extends Receiver<String> {
    private static final long serialVersionUID = 1L;

    @Override
    public void onStart() {
      reportError("the source is gone", new IllegalStateException("hello"));
      stop("nothing more to read");
    }

    @Override
    public void onStop() {}
  }

  @Test
  void r3_listenerHearsOfStartErrorAndEnd() throws InterruptedException {
    try (StreamingTest test = StreamingTest.create()) {
      BlockingQueue<String> events = new LinkedBlockingQueue<>();
      test.context().addStreamingListener(new StreamingListener() {
        @Override
        public void onReceiverStarted(ReceiverInfo receiver) {
          events.add("started " + receiver.streamId());
        }

        @Override
        public void onReceiverError(ReceiverInfo receiver) {
          events.add("error " + receiver.lastError().orElse(""));
        }

        @Override
        public void onReceiverStopped(ReceiverInfo receiver) {
          events.add("stopped " + receiver.lastError().orElse(""));
        }
      });
      test.output(test.context().receiverStream(new Failing()));
      test.start();

      List<String> heard = Arrays.asList(next(events), next(events), next(events));

      assertThat(heard)
          .containsExactlyInAnyOrder(
              "started 0",
              "error the source is gone (java.lang.IllegalStateException: hello)",
              "stopped nothing more to read");
      assertThat(events).isEmpty();
    }
  }

  /** Stores one record whenever it is told to, then as many as it can. */
  private static final class Flood extends Receiver<Integer> {
    private static final long serialVersionUID = 1L;
    private static final int AT_ONCE = 2000;
    static final BlockingQueue<Integer> ones = new LinkedBlockingQueue<>();
    static final BlockingQueue<Thread> threads = new LinkedBlockingQueue<>();

    Flood() {
      super(StorageLevel.MEMORY_ONLY);
    }

    @Override
    public void onStart() {
      Thread thread = new Thread(() -> {
        try {
          for (int one = ones.take(); one > 0; one = ones.take()) {
            store(List.of(one), one);
          }
          while (!isStopped()) {
            store(Collections.nCopies(AT_ONCE, 0));
          }
        } catch (InterruptedException | RuntimeException ended) {
          // The test is over.
        }
      });
      thread.setDaemon(true);
      thread.start();
      threads.add(thread);
    }

    @Override
    public void onStop() {}
  }

  @Test
  void receiverIsHeldBackToTheRateAtWhichBatchesAreProcessed() throws InterruptedException {
    try (StreamingTest test = StreamingTest.builder()
        .set("sluice.rate.enabled", true)
        .set("sluice.rate.min-rate", 0.1)
        .build()) {
      BlockingQueue<Instant> completed = new LinkedBlockingQueue<>();
      test.context().addStreamingListener(new StreamingListener() {
        @Override
        public void onBatchCompleted(BatchInfo batch) {
          completed.add(batch.batchTime());
        }
      });
      BlockingQueue<Integer> counted = new LinkedBlockingQueue<>();
      ManualClock clock = test.clock();
      test.context().receiverStream(new Flood()).foreachRDD(rdd -> {
        // Half a second for a record.
        List<Integer> records = rdd.take(1);
        if (!records.isEmpty()) {
          clock.advance(Duration.ofMillis(500));
        }
        counted.addAll(records);
      });
      test.start();
      Thread storing = next(Flood.threads);
      for (int i = 1; i <= 2; i++) {
        Flood.ones.add(i);
        while (!counted.contains(i)) {
          Instant now = clock.now();
          Instant boundary = Instant.ofEpochSecond(now.getEpochSecond() + 1);
          clock.advance(Duration.between(now, boundary));
          assertThat(next(completed)).isEqualTo(boundary);
        }
      }
      Flood.ones.add(0);

      while (!waitsForItsRate(storing)) {
        Thread.onSpinWait();
      }
      assertThat(storing.isAlive()).isTrue();
    }
  }

  private static boolean waitsForItsRate(Thread thread) {
    return thread.getState() == Thread.State.TIMED_WAITING
        && Arrays.stream(thread.getStackTrace())
            .anyMatch(frame -> frame.getClassName().endsWith(".Throttle"));
  }

  private static <E> E next(BlockingQueue<E> queue) throws InterruptedException {
    E next = queue.poll(20, TimeUnit.SECONDS);
    assertThat(next).isNotNull();
    return next;
  }
}
