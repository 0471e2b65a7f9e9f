package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.stream.javadsl.Source;
import akka.stream.javadsl.SourceWithContext;
import io.sluice.api.SluiceException;
import io.sluice.api.StorageLevel;
import io.sluice.api.StreamingListener;
import io.sluice.testkit.Recorded;
import io.sluice.testkit.StreamingTest;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SourceStreamTest {

  private static final AtomicInteger RUNS = new AtomicInteger();
  private static final AtomicInteger PULLED = new AtomicInteger();
  private static final CountDownLatch CANCELLED = new CountDownLatch(1);

  @Test
  void elementsComeInOrderAndTheReceiverStopsAfterTheLast() throws InterruptedException {
    try (StreamingTest test = StreamingTest.builder().nodes(2).build()) {
      BlockingQueue<String> events = events(test);
      Recorded<Integer> output =
          test.output(test.context().sourceStream(() -> Source.range(1, 1000)));

      SocketStreamTest.untilRecorded(test, output, 1000);

      assertThat(SocketStreamTest.all(output))
          .containsExactlyElementsOf(IntStream.rangeClosed(1, 1000).boxed().toList());
      assertThat(events.poll(20, TimeUnit.SECONDS)).isEqualTo("stopped: The source has completed");
    }
  }

  private static Source<Integer, ?> failingOnce() {
    return RUNS.incrementAndGet() == 1
        ? Source.from(List.of(1, 2, 0)).map(number -> {
          if (number == 0) {
            throw new IllegalStateException("no more");
          }
          return number;
        })
        : Source.single(3);
  }

  @Test
  void sourceThatFailsIsMadeAgainAndNothingBeforeTheFailureIsLost() throws InterruptedException {
    try (StreamingTest test =
        StreamingTest.builder().set("sluice.receiver.min-backoff", "1 ms").build()) {
      BlockingQueue<String> events = events(test);
      Recorded<Integer> output =
          test.output(test.context().sourceStream(SourceStreamTest::failingOnce));

      SocketStreamTest.untilRecorded(test, output, 3);

      assertThat(SocketStreamTest.all(output)).containsExactly(1, 2, 3);
      assertThat(events.poll(20, TimeUnit.SECONDS))
          .startsWith("error: The source failed")
          .contains("starting again")
          .contains("no more");
      assertThat(events.poll(20, TimeUnit.SECONDS)).isEqualTo("stopped: The source has completed");
    }
  }

  @Test
  void sourceIsPulledNoFasterThanItIsStored() {
    try (StreamingTest test =
        StreamingTest.builder().set("sluice.rate.max-rate", 20).build()) {
      Recorded<Integer> output = test.output(test.context()
          .sourceStream(() -> Source.range(1, 1_000_000).map(element -> {
            PULLED.incrementAndGet();
            return element;
          })));

      SocketStreamTest.untilRecorded(test, output, 3);

      assertThat(PULLED.get()).isLessThan(1000);
    }
  }

  @Test
  void sourceEndsWithTheContext() throws InterruptedException {
    try (StreamingTest test = StreamingTest.create()) {
      Recorded<Integer> output = test.output(test.context()
          .sourceStream(() -> Source.single(1)
              .concat(Source.<Integer>maybe())
              .watchTermination(
                  (value, done) -> done.whenComplete((end, failure) -> CANCELLED.countDown()))));
      SocketStreamTest.untilRecorded(test, output, 1);
    }

    assertThat(CANCELLED.await(20, TimeUnit.SECONDS)).isTrue();
  }

  /** Hands out numbers, and again those that nobody has acknowledged. */
  private static final class Numbers {
    private static final AtomicLong ACKNOWLEDGED = new AtomicLong();
    private static final AtomicLong REFUSALS = new AtomicLong();
    private static final Queue<String> OUT_OF_ORDER = new ConcurrentLinkedQueue<>();

    static void begin(int refusals) {
      ACKNOWLEDGED.set(0);
      REFUSALS.set(refusals);
      OUT_OF_ORDER.clear();
    }

    static SourceWithContext<Integer, Long, ?> unacknowledged() {
      return Source.range((int) ACKNOWLEDGED.get() + 1, 3000)
          .asSourceWithContext(number -> (long) number);
    }

    static CompletionStage<?> acknowledge(List<Long> numbers) {
      if (numbers.get(0) > 500 && REFUSALS.getAndDecrement() > 0) {
        return CompletableFuture.failedFuture(new IllegalStateException("not now"));
      }
      for (long number : numbers) {
        long before = ACKNOWLEDGED.getAndSet(number);
        if (number != before + 1) {
          OUT_OF_ORDER.add(before + " before " + number);
        }
      }
      return CompletableFuture.completedFuture(null);
    }
  }

  @Test
  void acknowledgedIsWhatWasStoredInItsOrder() throws InterruptedException {
    Numbers.begin(2);
    try (StreamingTest test =
        StreamingTest.builder().set("sluice.receiver.min-backoff", "1 ms").build()) {
      BlockingQueue<String> events = events(test);
      Recorded<Integer> output = test.output(
          test.context().acknowledgedStream(Numbers::unacknowledged, Numbers::acknowledge));

      SocketStreamTest.untilRecorded(test, output, 3000);
      while (!SocketStreamTest.all(output).contains(3000)) {
        test.runBatches(1);
      }

      assertThat(new TreeSet<>(SocketStreamTest.all(output)))
          .containsExactlyElementsOf(IntStream.rangeClosed(1, 3000).boxed().toList());
      assertThat(SocketStreamTest.all(output).size()).as("some came again").isGreaterThan(3000);
      assertThat(Numbers.OUT_OF_ORDER).isEmpty();
      assertThat(events.poll(20, TimeUnit.SECONDS))
          .contains(
              "What is stored cannot be acknowledged: java.lang.IllegalStateException: not now")
          .contains("starting again");
    }
  }

  @Test
  void nothingAcknowledgedIsLostWithItsWorker() {
    Numbers.begin(0);
    try (StreamingTest test = StreamingTest.builder()
        .nodes(3)
        .set("sluice.rate.max-rate", 1000)
        .set("sluice.receiver.min-backoff", "1 ms")
        .build()) {
      Recorded<Integer> output = test.output(
          test.context().acknowledgedStream(Numbers::unacknowledged, Numbers::acknowledge));
      test.beforeBatch(2, () -> {
        while (Numbers.ACKNOWLEDGED.get() == 0) {
          Thread.onSpinWait();
        }
        test.killNode("node-1");
      });

      while (!SocketStreamTest.all(output).contains(3000)) {
        test.runBatches(1);
      }

      assertThat(new TreeSet<>(SocketStreamTest.all(output)))
          .containsExactlyElementsOf(IntStream.rangeClosed(1, 3000).boxed().toList());
    }
  }

  /** A thread that was interrupted while it made the first materializer of an actor system would leave none for the others. */
  @Test
  void sourceRunsElsewhereThoughItsWorkerIsLostWhileItStarts() {
    Numbers.begin(0);
    try (StreamingTest test = StreamingTest.builder()
        .nodes(2)
        .set("sluice.receiver.min-backoff", "1 ms")
        .build()) {
      Recorded<Integer> output = test.output(
          test.context().acknowledgedStream(Numbers::unacknowledged, Numbers::acknowledge));
      test.beforeBatch(1, () -> test.killNode("node-1"));

      while (!SocketStreamTest.all(output).contains(3000)) {
        test.runBatches(1);
      }

      assertThat(new TreeSet<>(SocketStreamTest.all(output)))
          .containsExactlyElementsOf(IntStream.rangeClosed(1, 3000).boxed().toList());
    }
  }

  @Test
  void supplierThatGivesNoSourceIsReported() throws InterruptedException {
    try (StreamingTest test = StreamingTest.create()) {
      BlockingQueue<String> events = events(test);
      test.output(test.context().<Integer>sourceStream(Absent::value));
      test.start();

      assertThat(events.poll(20, TimeUnit.SECONDS))
          .contains("The supplier gave no source but null");
    }
  }

  @Test
  void wrongArgumentsAreRefused() {
    try (StreamingContext context = StreamingContext.local("sources", Duration.ofSeconds(1))) {
      assertThatThrownBy(() -> context.sourceStream(Absent.value()))
          .hasMessageContaining("The supplier is null");
      assertThatThrownBy(() -> context.acknowledgedStream(Numbers::unacknowledged, Absent.value()))
          .hasMessageContaining("The acknowledgement is null");
      assertThatThrownBy(
              () -> context.sourceStream(() -> Source.single(1), Absent.<StorageLevel>value()))
          .hasMessageContaining("Storage level is null");
      Source<Integer, ?> here = Source.single(1);
      assertThatThrownBy(() -> context.sourceStream(() -> Source.range(1, 2).concat(here)))
          .isInstanceOf(SluiceException.class)
          .hasMessageContaining("not serializable");
    }
  }

  private static BlockingQueue<String> events(StreamingTest test) {
    BlockingQueue<String> events = new LinkedBlockingQueue<>();
    test.context().addStreamingListener(new StreamingListener() {
      @Override
      public void onReceiverError(ReceiverInfo receiver) {
        events.add("error: " + receiver.lastError().orElse(""));
      }

      @Override
      public void onReceiverStopped(ReceiverInfo receiver) {
        events.add("stopped: " + receiver.lastError().orElse(""));
      }
    });
    return events;
  }
}
