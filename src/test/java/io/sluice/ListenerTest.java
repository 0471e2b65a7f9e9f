package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.Receiver;
import io.sluice.api.SluiceException;
import io.sluice.api.StorageLevel;
import io.sluice.api.StreamingEvent;
import io.sluice.api.StreamingListener;
import io.sluice.api.StreamingListener.BatchInfo;
import io.sluice.api.StreamingListener.OutputInfo;
import io.sluice.api.StreamingListener.Scope;
import io.sluice.testkit.StreamingTest;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What listeners and subscribers are told, and that nothing they do holds back a batch. */
@Timeout(60)
class ListenerTest {

  @Test
  void e1_fourBatchesAreReportedWithTheirDelays() throws Exception {
    BlockingQueue<BatchInfo> infos = new LinkedBlockingQueue<>();
    try (StreamingContext context = StreamingContext.local("e1", Duration.ofMillis(100))) {
      context.addStreamingListener(new StreamingListener() {
        @Override
        public void onBatchCompleted(BatchInfo batch) {
          infos.add(batch);
        }
      });
      context.receiverStream(new Letters()).foreachRDD(rdd -> {
        rdd.count();
      });
      context.start();

      BatchInfo before = null;
      for (int i = 0; i < 4; i++) {
        BatchInfo batch = infos.poll(20, TimeUnit.SECONDS);
        assertThat(batch).isNotNull();
        assertThat(batch.schedulingDelay().orElseThrow()).isGreaterThanOrEqualTo(Duration.ZERO);
        assertThat(batch.processingDelay().orElseThrow()).isGreaterThanOrEqualTo(Duration.ZERO);
        assertThat(batch.totalDelay().orElseThrow())
            .isEqualTo(batch
                .schedulingDelay()
                .orElseThrow()
                .plus(batch.processingDelay().orElseThrow()));
        assertThat(batch.submissionTime()).isAfterOrEqualTo(batch.batchTime());
        if (before != null) {
          assertThat(batch.batchTime()).isEqualTo(before.batchTime().plusMillis(100));
          assertThat(batch.submissionTime()).isAfterOrEqualTo(before.submissionTime());
          assertThat(batch.processingStart().orElseThrow())
              .isAfterOrEqualTo(before.processingStart().orElseThrow());
          assertThat(batch.processingEnd().orElseThrow())
              .isAfterOrEqualTo(before.processingEnd().orElseThrow());
        }
        before = batch;
      }
    }
  }

  @Test
  void aBatchIsSubmittedThenStartedThenItsOutputsRunThenItIsCompleted() {
    try (StreamingTest test = StreamingTest.create()) {
      test.input(List.of(List.of(1, 2))).foreachRDD(rdd -> {
        rdd.count();
      });
      test.runBatches(1);

      assertThat(test.events())
          .extracting(event -> event.getClass().getSimpleName())
          .containsExactly(
              "WorkerJoined",
              "StreamingStarted",
              "BatchSubmitted",
              "BatchStarted",
              "OutputOperationStarted",
              "OutputOperationCompleted",
              "BatchCompleted");
      Instant time = Instant.ofEpochSecond(1);
      assertThat(test.events(StreamingEvent.StreamingStarted.class))
          .containsExactly(new StreamingEvent.StreamingStarted(Instant.EPOCH));
      assertThat(test.events(StreamingEvent.BatchSubmitted.class).get(0).batch())
          .isEqualTo(new BatchInfo(
              time,
              Map.of(),
              time,
              Optional.empty(),
              Optional.empty(),
              Map.of(),
              1,
              Map.of(),
              List.of(),
              List.of(),
              Optional.empty()));
      OutputInfo output =
          test.events(StreamingEvent.OutputOperationCompleted.class).get(0).output();
      assertThat(output)
          .isEqualTo(new OutputInfo(
              time, 0, "foreachRDD-0", Optional.of(time), Optional.of(time), Optional.empty()));
      BatchInfo batch = test.events(StreamingEvent.BatchCompleted.class).get(0).batch();
      assertThat(batch.outputs()).containsExactly(output);
      assertThat(batch.attempts()).isEqualTo(1);
      assertThat(batch.totalDelay()).hasValue(Duration.ZERO);
    }
  }

  @Test
  void anOutputThatThrowsIsReportedWithItsFailureAndSoIsTheBatch() {
    try (StreamingTest test = StreamingTest.create()) {
      test.input(List.of(List.of(1))).foreachRDD(rdd -> {
        throw new IllegalStateException("disk full");
      });
      assertThatThrownBy(() -> test.runBatches(1)).isInstanceOf(SluiceException.class);

      assertThat(test.events(StreamingEvent.OutputOperationCompleted.class)
              .get(0)
              .output()
              .failure())
          .hasValue("java.lang.IllegalStateException: disk full");
      BatchInfo failed = test.events(StreamingEvent.BatchFailed.class).get(0).batch();
      assertThat(failed.failure().orElseThrow()).contains("foreachRDD-0").contains("disk full");
      assertThat(failed.outputs().get(0).failure()).isPresent();
      assertThat(failed.processingEnd()).isPresent();
    }
  }

  /** Stores a record, reports an error, then stops. */
  private static final class Failing extends Receiver<String> {
    private static final long serialVersionUID = 1L;

    @Override
    public void onStart() {
      reportError("first error", new IllegalStateException("no source"));
      stop("source is empty");
    }

    @Override
    public void onStop() {}
  }

  @Test
  void aReceiversStartErrorAndEndAreReportedWithMessageAndTime() {
    try (StreamingTest test = StreamingTest.create()) {
      test.output(test.context().receiverStream(new Failing()));
      test.start();

      var stopped =
          test.awaitEvent(StreamingEvent.ReceiverStopped.class, event -> true).receiver();
      var error =
          test.awaitEvent(StreamingEvent.ReceiverError.class, event -> true).receiver();

      assertThat(error.streamId()).isZero();
      assertThat(error.name()).isEqualTo("Failing");
      assertThat(error.location()).isEqualTo("node-1");
      assertThat(error.lastError().orElseThrow()).contains("first error").contains("no source");
      assertThat(error.lastErrorTime()).hasValue(Instant.EPOCH);
      assertThat(stopped.active()).isFalse();
      assertThat(stopped.lastError()).hasValue("source is empty");
    }
  }

  /** Stores one record a run, with one copy. */
  private static final class Letters extends Receiver<String> {
    private static final long serialVersionUID = 1L;

    Letters() {
      super(StorageLevel.MEMORY_ONLY);
    }

    @Override
    public void onStart() {
      store(List.of("a", "b"));
    }

    @Override
    public void onStop() {}
  }

  @Test
  void theLossOfAWorkerItsBlocksAndItsReceiverAreReported() {
    try (StreamingTest test = StreamingTest.builder().nodes(2).build()) {
      test.output(test.context().receiverStream(new Letters()));
      test.start();
      String node = test.awaitEvent(StreamingEvent.ReceiverStarted.class, event -> true)
          .receiver()
          .location();

      test.killNode(node);

      var lost = test.awaitEvent(StreamingEvent.BlockLost.class, event -> true).block();
      assertThat(lost.streamId()).isZero();
      assertThat(lost.records()).isEqualTo(2);
      assertThat(lost.worker()).isEqualTo(node);
      assertThat(test.events(StreamingEvent.WorkerLost.class).get(0).worker().id())
          .isEqualTo(node);
      assertThat(test.awaitEvent(StreamingEvent.ReceiverError.class, event -> true)
              .receiver()
              .lastError())
          .hasValue("Its worker, " + node + ", is lost");
      test.awaitEvent(
          StreamingEvent.ReceiverStarted.class,
          event -> !event.receiver().location().equals(node));
    }
  }

  @Test
  void whatIsTriedAgainIsReportedWithItsReason() {
    try (StreamingTest test = StreamingTest.builder().nodes(2).build()) {
      test.output(test.input(List.of(List.of("a", "b")), 2).countByValue());
      test.failTask(0, 0, 1);
      test.failTask(1, 0, 1);
      test.runBatches(1);
      List<StreamingEvent.Recovery> recoveries = test.events(StreamingEvent.Recovery.class);

      assertThat(recoveries)
          .extracting(event -> event.recovery().scope())
          .contains(Scope.TASK, Scope.BATCH);
      assertThat(recoveries).allSatisfy(event -> {
        assertThat(event.recovery().batchTime()).hasValue(Instant.ofEpochSecond(1));
        assertThat(event.recovery().reason()).contains("failed on purpose");
      });
    }
  }

  @Test
  void aListenerThatThrowsHearsWhatComesNext() {
    List<Instant> heard = new ArrayList<>();
    try (StreamingTest test = StreamingTest.create()) {
      test.context().addStreamingListener(new StreamingListener() {
        @Override
        public void onBatchStarted(BatchInfo batch) {
          throw new IllegalStateException("a listener's own problem");
        }

        @Override
        public synchronized void onBatchCompleted(BatchInfo batch) {
          synchronized (heard) {
            heard.add(batch.batchTime());
            heard.notifyAll();
          }
          throw new AssertionError("another");
        }
      });
      test.output(test.input(List.of(List.of(1))));
      test.runBatches(3);
      await(heard, 3);
    }
  }

  @Test
  void aListenerThatBlocksForEverHoldsBackNeitherBatchesNorOtherListeners() {
    CountDownLatch never = new CountDownLatch(1);
    List<Instant> heard = new ArrayList<>();
    try (StreamingTest test = StreamingTest.create()) {
      test.context().addStreamingListener(new StreamingListener() {
        @Override
        public void onBatchStarted(BatchInfo batch) {
          try {
            never.await();
          } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
          }
        }
      });
      test.context().addStreamingListener(completed(heard));
      test.output(test.input(List.of(List.of(1))));
      test.runBatches(5);
      await(heard, 5);
    } finally {
      never.countDown();
    }
  }

  @Test
  void aListenerThatWasRemovedHearsNothingMore() {
    List<Instant> removed = new ArrayList<>();
    List<Instant> kept = new ArrayList<>();
    try (StreamingTest test = StreamingTest.create()) {
      StreamingListener listener = completed(removed);
      test.context().addStreamingListener(listener);
      test.context().addStreamingListener(completed(kept));
      test.output(test.input(List.of(List.of(1))));
      test.runBatches(1);
      await(removed, 1);
      test.context().removeStreamingListener(listener);
      test.context().removeStreamingListener(listener);
      test.runBatches(2);
      await(kept, 3);
    }
    assertThat(removed).containsExactly(Instant.ofEpochSecond(1));
  }

  @Test
  void aSlowSubscriberLosesTheOldestEventsAndIsToldHowMany() throws Exception {
    Collecting slow = new Collecting(0);
    Collecting fast = new Collecting(Long.MAX_VALUE);
    StreamingTest test = StreamingTest.create();
    try (test) {
      test.context().events(3).subscribe(slow);
      test.context().events(3).subscribe(fast);
      test.output(test.input(List.of(List.of(1))));
      test.runBatches(10);
      // Subscribed after the slow one, it is offered each event after it.
      fast.tenthBatch.get(20, TimeUnit.SECONDS);
      slow.subscription.get(20, TimeUnit.SECONDS).request(Long.MAX_VALUE);
    }
    slow.ended.get(20, TimeUnit.SECONDS);
    fast.ended.get(20, TimeUnit.SECONDS);

    long all = test.events().size();
    assertThat(slow.events).hasSize(4).first().isEqualTo(new StreamingEvent.EventsLost(all - 3));
    assertThat(slow.events.subList(1, 4))
        .isEqualTo(test.events().subList((int) all - 3, (int) all));
    long lost = fast.events.stream()
        .filter(StreamingEvent.EventsLost.class::isInstance)
        .mapToLong(event -> ((StreamingEvent.EventsLost) event).count() - 1)
        .sum();
    assertThat(fast.events.size() + lost).isEqualTo(all);
  }

  @Test
  void aSubscriberThatAsksForLessThanOneEventIsToldSo() throws Exception {
    Collecting wrong = new Collecting(-1);
    try (StreamingTest test = StreamingTest.create()) {
      test.context().events(3).subscribe(wrong);

      assertThatThrownBy(() -> wrong.ended.get(20, TimeUnit.SECONDS))
          .hasRootCauseMessage("At least 1 event must be requested, got -1.");
      assertThatThrownBy(() -> test.context().events(0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("events needs a buffer of at least 1 event, got 0.");
    }
  }

  @Test
  void everyEventHasItsMethod() throws Exception {
    List<String> events = Arrays.stream(StreamingEvent.class.getPermittedSubclasses())
        .map(type -> "on" + type.getSimpleName())
        .toList();
    assertThat(Arrays.stream(StreamingListener.class.getDeclaredMethods())
            .filter(Method::isDefault)
            .map(Method::getName))
        .containsExactlyInAnyOrderElementsOf(events);
    List<String> called = new ArrayList<>();
    StreamingListener listener = (StreamingListener) Proxy.newProxyInstance(
        getClass().getClassLoader(),
        new Class<?>[] {StreamingListener.class},
        (self, method, of) -> {
          called.add(method.getName());
          return null;
        });
    for (Class<?> type : StreamingEvent.class.getPermittedSubclasses()) {
      RecordComponent[] parts = type.getRecordComponents();
      Class<?>[] types =
          Arrays.stream(parts).map(RecordComponent::getType).toArray(Class<?>[]::new);
      Object[] values =
          Arrays.stream(types).map(part -> part == long.class ? 0L : null).toArray();
      ((StreamingEvent) type.getDeclaredConstructor(types).newInstance(values)).tell(listener);
    }
    assertThat(called).isEqualTo(events);
  }

  private static final class Collecting implements Flow.Subscriber<StreamingEvent> {
    private final List<StreamingEvent> events = new ArrayList<>();
    private final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
    private final CompletableFuture<Void> tenthBatch = new CompletableFuture<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final long demand;

    Collecting(long demand) {
      this.demand = demand;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
      subscription.complete(given);
      if (demand != 0) {
        given.request(demand);
      }
    }

    @Override
    public void onNext(StreamingEvent event) {
      events.add(event);
      if (event instanceof StreamingEvent.BatchCompleted done
          && done.batch().batchTime().equals(Instant.ofEpochSecond(10))) {
        tenthBatch.complete(null);
      }
    }

    @Override
    public void onError(Throwable failure) {
      ended.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
      ended.complete(null);
    }
  }

  private static StreamingListener completed(List<Instant> heard) {
    return new StreamingListener() {
      @Override
      public void onBatchCompleted(BatchInfo batch) {
        synchronized (heard) {
          heard.add(batch.batchTime());
          heard.notifyAll();
        }
      }
    };
  }

  private static void await(List<Instant> heard, int count) {
    synchronized (heard) {
      while (heard.size() < count) {
        try {
          heard.wait();
        } catch (InterruptedException interrupted) {
          throw new AssertionError(interrupted);
        }
      }
    }
    assertThat(heard).hasSize(count);
  }
}
