package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.Done;
import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import akka.pattern.StatusReply;
import akka.stream.javadsl.Sink;
import io.sluice.api.SluiceException;
import io.sluice.testkit.StreamingTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Outputs to actors and to Akka Streams sinks. */
@Timeout(60)
class AkkaOutputsTest {

  private static final ActorTestKit KIT = ActorTestKit.create();

  @AfterAll
  static void shutDown() {
    KIT.shutdownTestKit();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void everyRecordIsToldToAnActorInOrder(int nodes) {
    TestProbe<Object> probe = KIT.createTestProbe();
    try (StreamingTest test = StreamingTest.builder().nodes(nodes).build()) {
      test.input(List.of(List.of(1, 2, 3, 4), List.of(), List.of(5)), 2).toActor(probe.ref());
      test.failTask(0, 1, 1);

      test.runBatches(3);
    }

    assertThat(probe.receiveSeveralMessages(5)).isEqualTo(List.of(1, 2, 3, 4, 5));
    probe.expectNoMessage(Duration.ZERO);
  }

  @Test
  void manyRecordsAreToldAPartitionAtATime() {
    int count = 25_000;
    List<Integer> told = Collections.synchronizedList(new ArrayList<>());
    CompletableFuture<Void> all = new CompletableFuture<>();
    ActorRef<Integer> actor = KIT.spawn(Behaviors.receiveMessage(number -> {
      told.add(number);
      if (told.size() == count) {
        all.complete(null);
      }
      return Behaviors.same();
    }));
    List<Integer> numbers = IntStream.range(0, count).boxed().toList();
    try (StreamingTest test = StreamingTest.builder().nodes(2).build()) {
      test.input(List.of(numbers), 5).toActor(actor);

      test.runBatches(1);
    }
    all.join();

    assertThat(told).isEqualTo(numbers);
  }

  private record Add(int number, ActorRef<StatusReply<Done>> replyTo) {}

  private static Behavior<Add> adding(AtomicInteger sum) {
    return Behaviors.receiveMessage(add -> {
      if (add.number < 0) {
        add.replyTo.tell(StatusReply.error("negative: " + add.number));
      } else if (add.number > 0) {
        sum.addAndGet(add.number);
        add.replyTo.tell(StatusReply.ack());
      }
      return Behaviors.same();
    });
  }

  @Test
  void aBatchEndsWhenAnActorHasAcknowledgedAllItsRecords() {
    AtomicInteger sum = new AtomicInteger();
    ActorRef<Add> adder = KIT.spawn(adding(sum));
    try (StreamingTest test = StreamingTest.create()) {
      test.input(List.of(IntStream.rangeClosed(1, 3000).boxed().toList()), 3)
          .toActor(adder, Add::new, Duration.ofSeconds(20));

      test.runBatches(1);

      assertThat(sum).hasValue(3000 * 3001 / 2);
    }
  }

  @Test
  void anActorThatDoesNotAcknowledgeFailsTheBatch() {
    ActorRef<Add> adder = KIT.spawn(adding(new AtomicInteger()), "forgetful");
    try (StreamingTest test = StreamingTest.create()) {
      test.input(List.of(List.of(0))).toActor(adder, Add::new, Duration.ofMillis(100));

      assertThatThrownBy(() -> test.runBatches(1))
          .isInstanceOf(SluiceException.class)
          .hasMessageContaining("failed in toActor-0")
          .hasMessageContaining("/user/forgetful did not acknowledge a record within 100 ms");
    }
  }

  @Test
  void anActorThatRefusesARecordFailsTheBatch() {
    ActorRef<Add> adder = KIT.spawn(adding(new AtomicInteger()), "strict");
    try (StreamingTest test = StreamingTest.create()) {
      test.input(List.of(List.of(-3))).toActor(adder, Add::new, Duration.ofSeconds(20));

      assertThatThrownBy(() -> test.runBatches(1))
          .isInstanceOf(SluiceException.class)
          .hasMessageContaining("/user/strict refused a record: negative: -3");
    }
  }

  @Test
  void aSinkIsRunOnceTakesAllBatchesAndIsCompletedAtTheEnd() throws Exception {
    CompletableFuture<List<Integer>> all = new CompletableFuture<>();
    AtomicInteger runs = new AtomicInteger();
    Sink<Number, ?> sink = Sink.<Number>seq().mapMaterializedValue(result -> {
      runs.incrementAndGet();
      return result.thenAccept(
          numbers -> all.complete(numbers.stream().map(Number::intValue).toList()));
    });
    List<Integer> many = IntStream.range(0, 1000).boxed().toList();
    try (StreamingTest test = StreamingTest.builder().nodes(2).build()) {
      test.input(List.of(many, List.of(), List.of(1000)), 3).toSink(sink);
      assertThat(runs).hasValue(0);
      test.runBatches(3);
      assertThat(all).isNotDone();
    }

    assertThat(all.get(20, TimeUnit.SECONDS))
        .isEqualTo(IntStream.rangeClosed(0, 1000).boxed().toList());
    assertThat(runs).hasValue(1);
  }

  @Test
  void aSlowSinkHoldsBackTheBatch() throws Exception {
    List<Integer> taken = Collections.synchronizedList(new ArrayList<>());
    CompletableFuture<Void> may = new CompletableFuture<>();
    try (StreamingTest test =
        StreamingTest.builder().timeout(Duration.ofMillis(300)).build()) {
      test.input(List.of(List.of(1, 2, 3)))
          .toSink(Sink.<Integer>foreachAsync(1, number -> may.thenRun(() -> taken.add(number))));

      assertThatThrownBy(() -> test.runBatches(1)).isInstanceOf(AssertionError.class);
      assertThat(taken).isEmpty();

      may.complete(null);
      test.context().stop(true);
      assertThat(taken).containsExactly(1, 2, 3);
    }
  }

  @Test
  void aSinkThatFailsFailsTheBatch() {
    try (StreamingTest test = StreamingTest.create()) {
      test.input(List.of(List.of(1), List.of(0))).toSink(Sink.foreach(number -> {
        int unused = 1 / number;
      }));
      test.runBatches(1);

      assertThatThrownBy(() -> test.runBatches(1))
          .isInstanceOf(SluiceException.class)
          .hasMessageContaining("failed in toSink-0")
          .hasMessageContaining("The sink failed: java.lang.ArithmeticException: / by zero");
    }
  }

  @Test
  void aSinkThatEndsBeforeTheStreamFailsTheBatch() {
    try (StreamingTest test = StreamingTest.create()) {
      test.input(List.of(List.of(1), List.of(2))).toSink(Sink.head());

      assertThatThrownBy(() -> test.runBatches(2))
          .isInstanceOf(SluiceException.class)
          .hasMessageContaining("The sink has ended before the stream");
    }
  }

  @Test
  void aSinkHearsWhyItsContextFailed() {
    CompletableFuture<Throwable> heard = new CompletableFuture<>();
    try (StreamingTest test = StreamingTest.create()) {
      test.input(List.of(List.of(1), List.of(0)))
          .map(number -> 1 / number)
          .toSink(Sink.<Integer>ignore().mapMaterializedValue(done -> {
            return done.whenComplete((ignored, failure) -> heard.complete(failure));
          }));
      test.runBatches(1);
      assertThatThrownBy(() -> test.runBatches(1)).isInstanceOf(SluiceException.class);
    }

    assertThat(heard.join()).hasMessageContaining("/ by zero");
  }
}
