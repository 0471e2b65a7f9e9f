package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import io.sluice.api.ContextState;
import io.sluice.api.ErrorCode;
import io.sluice.api.Receiver;
import io.sluice.api.SluiceException;
import io.sluice.api.StorageLevel;
import io.sluice.testkit.StreamingTest;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows X1 to X6 and B37 of the conformance cases: the life of a context, and what it lets go. */
@Timeout(60)
class ContextTest {

  private static final Duration SECOND = Duration.ofSeconds(1);

  @Test
  void x1_aContextIsStartedAndStoppedOnce() {
    StreamingContext context = withOutput("x1");
    assertThat(context.state()).isEqualTo(ContextState.INITIALIZED);
    context.start();
    assertThat(context.state()).isEqualTo(ContextState.ACTIVE);
    context.stop();
    context.stop();
    context.close();
    assertThat(context.state()).isEqualTo(ContextState.STOPPED);
    assertThatThrownBy(context::start)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("Cannot start: context 'x1' is STOPPED.");

    StreamingContext never = withOutput("never");
    never.stop();
    assertThat(never.state()).isEqualTo(ContextState.STOPPED);
    assertThatThrownBy(never::start)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("Cannot start: context 'never' is STOPPED.");
  }

  private static StreamingContext withOutput(String name) {
    StreamingContext context = StreamingContext.local(name, SECOND);
    context.queueStream(new ArrayDeque<RDD<Integer>>()).foreachRDD(rdd -> {});
    return context;
  }

  @Test
  void x2_anotherContextCanStartOnTheSystemOfOneThatWasStopped() throws Exception {
    ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "x2");
    try {
      for (int round = 0; round < 2; round++) {
        CountDownLatch ran = new CountDownLatch(1);
        try (StreamingContext context =
            StreamingContext.on(system, "same-name", Duration.ofMillis(20))) {
          context.queueStream(new ArrayDeque<RDD<Integer>>()).foreachRDD(rdd -> ran.countDown());
          context.start();
          assertThat(ran.await(20, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(system.whenTerminated().isCompleted()).isFalse();
      }
    } finally {
      system.terminate();
    }
  }

  /** Stores numbers one after the other, each in a block of its own. */
  private static final class Counting extends Receiver<Long> {
    private static final long serialVersionUID = 1L;
    private static final AtomicLong STORED = new AtomicLong();
    private transient @Nullable Thread thread;

    @Override
    public void onStart() {
      thread = new Thread(
          () -> {
            while (!isStopped()) {
              store(List.of(STORED.get()));
              STORED.incrementAndGet();
            }
          },
          "counting");
      thread.setDaemon(true);
      thread.start();
    }

    @Override
    public void onStop() throws InterruptedException {
      if (thread != null) {
        thread.join();
      }
    }
  }

  @Test
  void x3_gracefulStopProcessesAllThatWasReceived() throws Exception {
    for (int round = 0; round < 4; round++) {
      Counting.STORED.set(0);
      AtomicLong processed = new AtomicLong();
      CountDownLatch some = new CountDownLatch(3);
      try (StreamingContext context = StreamingContext.local("x3", Duration.ofMillis(100))) {
        context.receiverStream(new Counting()).foreachRDD(rdd -> {
          if (processed.addAndGet(rdd.count()) > 0) {
            some.countDown();
          }
        });
        context.start();
        assertThat(some.await(20, TimeUnit.SECONDS)).isTrue();

        context.stop(true);

        assertThat(processed).hasValue(Counting.STORED.get());
      }
    }
  }

  /** Stores one record, and fourteen when it is to end. */
  private static final class Slow extends Receiver<Integer> {
    private static final long serialVersionUID = 1L;
    private transient @Nullable CountDownLatch ending;
    private transient @Nullable Thread thread;

    Slow() {
      super(StorageLevel.MEMORY_ONLY);
    }

    @Override
    public void onStart() {
      CountDownLatch told = new CountDownLatch(1);
      ending = told;
      thread = new Thread(
          () -> {
            store(1);
            try {
              told.await();
            } catch (InterruptedException interrupted) {
              return;
            }
            for (int number = 2; number <= 15; number++) {
              store(number);
            }
          },
          "slow");
      thread.setDaemon(true);
      thread.start();
    }

    @Override
    public void onStop() throws InterruptedException {
      if (ending != null && thread != null) {
        ending.countDown();
        thread.join();
      }
    }
  }

  @Test
  void x4_gracefulStopProcessesWhatAReceiverStoresWhileItEnds() throws Exception {
    AtomicLong processed = new AtomicLong();
    CountDownLatch first = new CountDownLatch(1);
    try (StreamingContext context = StreamingContext.local("x4", Duration.ofMillis(100))) {
      context.receiverStream(new Slow()).foreachRDD(rdd -> {
        if (processed.addAndGet(rdd.count()) > 0) {
          first.countDown();
        }
      });
      context.start();
      assertThat(first.await(20, TimeUnit.SECONDS)).isTrue();

      context.stop(true);
    }
    assertThat(processed).hasValue(15);
  }

  @Test
  void x5_awaitTerminationWaitsForTheEnd() throws Exception {
    try (StreamingContext context = withOutput("x5")) {
      context.start();
      assertThat(context.awaitTermination(Duration.ofMillis(50))).isFalse();

      context.stop();

      assertThat(context.awaitTermination(Duration.ofMillis(50))).isTrue();
      assertThatCode(context::awaitTermination).doesNotThrowAnyException();
    }
  }

  @Test
  void x5_awaitTerminationThrowsWhatATaskThrew() {
    try (StreamingTest test =
        StreamingTest.builder().set("sluice.task.max-attempts", 1).build()) {
      test.input(List.of(List.of(1)))
          .<Integer>map(number -> {
            throw new IllegalStateException("thrown in a task");
          })
          .foreachRDD(rdd -> {
            rdd.count();
          });
      test.start();
      test.clock().advance(SECOND);

      assertThatThrownBy(() -> test.context().awaitTermination())
          .isInstanceOf(SluiceException.class)
          .hasMessageContaining("thrown in a task");
    }
  }

  @Test
  void x5_awaitTerminationThrowsWhatATransformThrew() {
    try (StreamingTest test = StreamingTest.create()) {
      test.output(test.input(List.of(List.of(1))).<Integer>transform(rdd -> {
        throw new IllegalStateException("thrown in a transform");
      }));
      test.start();
      test.clock().advance(SECOND);

      assertThatThrownBy(() -> test.context().awaitTermination(Duration.ofSeconds(20)))
          .isInstanceOf(SluiceException.class)
          .hasMessageContaining("thrown in a transform");
    }
  }

  @Test
  void x6_programsWithoutOutputOrChangedTooLateAreRefused_andContextsLiveSideBySide()
      throws Exception {
    try (StreamingContext empty = StreamingContext.local("empty", SECOND)) {
      assertThatThrownBy(empty::start)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith("Nothing to run: no output operation was registered.");
    }
    CountDownLatch ran = new CountDownLatch(2);
    try (StreamingContext one = StreamingContext.local("one", Duration.ofMillis(20));
        StreamingContext other = StreamingContext.local("other", Duration.ofMillis(20))) {
      for (StreamingContext context : List.of(one, other)) {
        DStream<Integer> stream = context.queueStream(new ArrayDeque<>());
        CountDownLatch first = new CountDownLatch(1);
        stream.foreachRDD(rdd -> {
          if (first.getCount() > 0) {
            first.countDown();
            ran.countDown();
          }
        });
        context.start();
        assertThatThrownBy(stream::print)
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("is ACTIVE");
      }
      assertThat(ran.await(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void b37_oldBlocksAndPersistedDatasetsAreLetGo(int nodes) throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        StreamingTest test = StreamingTest.builder().nodes(nodes).build()) {
      StreamingContext context = test.context();
      context.remember(SECOND.multipliedBy(2));
      DStream<String> lines = context.socketTextStream("127.0.0.1", server.getLocalPort());
      DStream<String> persisted = lines.map(line -> line + "!").persist();
      List<RDD<String>> seen = new ArrayList<>();
      List<RDD<String>> mapped = new ArrayList<>();
      lines.foreachRDD(rdd -> {
        seen.add(rdd);
      });
      persisted.foreachRDD(rdd -> {
        rdd.count();
        mapped.add(rdd);
      });
      test.start();
      try (Socket socket = server.accept();
          OutputStream out = socket.getOutputStream()) {
        for (int line = 1; line <= 6; line++) {
          sendAndProcess(test, out, line);
        }
      }

      Instant newest = test.clock().now();
      assertThat(lines.compute(newest).orElseThrow().collect()).containsExactly("6");
      assertThat(persisted.compute(newest).orElseThrow().collect()).containsExactly("6!");
      assertThat(lines.compute(Instant.ofEpochSecond(1))).isEmpty();
      assertThat(persisted.compute(Instant.ofEpochSecond(1))).isEmpty();
      for (RDD<String> oldest : List.of(seen.get(0), mapped.get(0))) {
        assertThatThrownBy(oldest::collect)
            .isInstanceOfSatisfying(
                SluiceException.class,
                failure -> assertThat(failure.code()).isEqualTo(ErrorCode.DATASET_FORGOTTEN));
      }
    }
  }

  /** Runs batches until one has the line. */
  private static void sendAndProcess(StreamingTest test, OutputStream out, int line)
      throws IOException {
    out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    out.flush();
    while (test.runBatches(1).get(0).numRecords() == 0) {
      Thread.onSpinWait();
    }
  }
}
