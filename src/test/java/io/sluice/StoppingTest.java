package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.sluice.api.Receiver;
import io.sluice.api.SluiceException;
import io.sluice.api.StorageLevel;
import io.sluice.api.StreamingListener;
import io.sluice.testkit.StreamingTest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every way of stopping ends, and tells everybody who waits. */
@Timeout(60)
class StoppingTest {

  private static final Duration SECOND = Duration.ofSeconds(1);

  /** Stores one record; its end waits until a node is killed, if it is told to. */
  private static final class OneRecord extends Receiver<String> {
    private static final long serialVersionUID = 1L;
    private static final AtomicReference<Runnable> atEnd = new AtomicReference<>(() -> {});

    OneRecord() {
      super(StorageLevel.MEMORY_AND_DISK_SER_2);
    }

    @Override
    public void onStart() {
      store(List.of("record"));
    }

    @Override
    public void onStop() {
      atEnd.getAndSet(() -> {}).run();
    }
  }

  @Test
  void gracefulStopEndsThoughTheReceiversWorkerIsLost() {
    try (StreamingTest test = StreamingTest.builder().nodes(3).build()) {
      CompletableFuture<String> at = new CompletableFuture<>();
      test.context().addStreamingListener(new StreamingListener() {
        @Override
        public void onReceiverStarted(ReceiverInfo receiver) {
          at.complete(receiver.location());
        }
      });
      test.output(test.context().receiverStream(new OneRecord()));
      test.start();
      String node = at.join();
      CountDownLatch killed = new CountDownLatch(1);
      OneRecord.atEnd.set(() -> {
        test.killNode(node);
        killed.countDown();
      });

      test.context().stop(true);

      assertThat(killed.getCount()).isZero();
    }
  }

  /** Stores more than a node has room for. */
  private static final class Flood extends Receiver<String> {
    private static final long serialVersionUID = 1L;
    static final AtomicLong stored = new AtomicLong();
    static final CountDownLatch waits = new CountDownLatch(1);

    Flood() {
      super(StorageLevel.MEMORY_ONLY);
    }

    @Override
    public void onStart() {
      Thread thread = new Thread(() -> {
        for (int i = 0; i < 40 && !isStopped(); i++) {
          if (i == 15) {
            waits.countDown();
          }
          store(List.of("x".repeat(4000)));
          stored.incrementAndGet();
        }
      });
      thread.setDaemon(true);
      thread.start();
    }

    @Override
    public void onStop() {}
  }

  @Test
  void gracefulStopProcessesWhatAReceiverIsStillWaitingToStore() throws Exception {
    AtomicLong processed = new AtomicLong();
    try (StreamingContext context = StreamingContext.builder("flood", SECOND)
        .config(ConfigFactory.parseMap(Map.of("sluice.block.memory", 70_000))
            .withFallback(ConfigFactory.load()))
        .nodes(1)
        .build()) {
      context
          .receiverStream(new Flood())
          .foreachRDD((rdd, time) -> processed.addAndGet(rdd.count()));
      context.start();
      assertThat(Flood.waits.await(20, TimeUnit.SECONDS)).isTrue();

      context.stop(true);

      assertThat(processed).hasValue(Flood.stored.get());
    }
  }

  /** Stores a block that no store can ever hold. */
  private static final class TooLarge extends Receiver<String> {
    private static final long serialVersionUID = 1L;
    static final CompletableFuture<Throwable> refused = new CompletableFuture<>();

    TooLarge() {
      super(StorageLevel.MEMORY_ONLY);
    }

    @Override
    public void onStart() {
      try {
        store(List.of("x".repeat(200_000)));
      } catch (SluiceException failure) {
        refused.complete(failure);
      }
    }

    @Override
    public void onStop() {}
  }

  @Test
  void gracefulStopEndsAfterABlockWasRefused() {
    try (StreamingTest test =
        StreamingTest.builder().set("sluice.block.memory", 70_000).build()) {
      test.output(test.context().receiverStream(new TooLarge()));
      test.start();
      assertThat(TooLarge.refused.join()).hasMessageContaining("can never be stored");

      test.context().stop(true);
    }
  }

  @Test
  void anOutputMayStopItsContextGracefully() throws Exception {
    try (StreamingTest test = StreamingTest.create()) {
      CompletableFuture<Void> called = new CompletableFuture<>();
      test.input(List.of(List.of(1))).foreachRDD((rdd, time) -> {
        test.context().stop(true);
        called.complete(null);
      });
      test.start();
      test.clock().advance(SECOND);

      called.get(20, TimeUnit.SECONDS);
      assertThat(test.context().awaitTermination(Duration.ofSeconds(20))).isTrue();
    }
  }

  @Test
  void anActionAfterTheEndIsRefused() {
    try (StreamingTest test = StreamingTest.create()) {
      RDD<Integer> numbers = test.context().parallelize(List.of(1, 2));
      test.output(test.input(List.of(List.of(1))));
      test.start();
      assertThat(numbers.count()).isEqualTo(2);
      test.context().stop();

      assertThatThrownBy(numbers::count)
          .isInstanceOf(SluiceException.class)
          .hasMessageContaining("stopped");
    }
  }
}
