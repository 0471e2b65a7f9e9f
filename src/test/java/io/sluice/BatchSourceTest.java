package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.BatchSource;
import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.api.SourcePlan;
import io.sluice.api.SourcePlanner;
import io.sluice.api.StreamingEvent;
import io.sluice.api.StreamingListener.BatchInfo;
import io.sluice.testkit.Recorded;
import io.sluice.testkit.StreamingTest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class BatchSourceTest {

  /** A log of numbers that grows in the test's hand, shared by all copies of a source. */
  private static final class Log {
    private final AtomicLong end = new AtomicLong();
    private final Queue<SourcePlanner.Request> requests = new ConcurrentLinkedQueue<>();
    private final Queue<SourcePlan> committed = new ConcurrentLinkedQueue<>();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger planners = new AtomicInteger();
    private final CountDownLatch closed = new CountDownLatch(1);
  }

  private static final Map<Integer, Log> LOGS = new ConcurrentHashMap<>();
  private static final AtomicInteger NUMBERS = new AtomicInteger();

  private final int number = NUMBERS.incrementAndGet();
  private Instant now = Instant.EPOCH;

  @TempDir
  private Path checkpoints;

  /** Reads the numbers of a log from where it ends at the start, in two splits a batch. */
  private record Numbers(int log) implements BatchSource<Long> {

    @Override
    public SourcePlanner planner() {
      numbered(log).planners.incrementAndGet();
      return new SourcePlanner() {
        @Override
        public Map<String, String> begin() {
          return Map.of("next", String.valueOf(numbered(log).end.get()));
        }

        @Override
        public SourcePlan plan(Request request) {
          numbered(log).requests.add(request);
          long from = Long.parseLong(request.marks().getOrDefault("next", "-1"));
          long until = Math.min(
              numbered(log).end.get(), from + request.maxRecords().orElse(Long.MAX_VALUE / 2));
          long middle = (from + until) / 2;
          return new SourcePlan(
              Stream.of(from + " " + middle, middle + " " + until)
                  .filter(split -> !split.matches("(\\d+) \\1"))
                  .toList(),
              Map.of("next", String.valueOf(until)),
              until - from);
        }

        @Override
        public void committed(Instant batchTime, SourcePlan plan) {
          numbered(log).committed.add(plan);
        }

        @Override
        public void close() {
          numbered(log).closed.countDown();
        }
      };
    }

    @Override
    public Iterator<Long> read(String split) {
      String[] range = split.split(" ", 2);
      Iterator<Long> numbers =
          LongStream.range(Long.parseLong(range[0]), Long.parseLong(range[1])).iterator();
      numbered(log).open.incrementAndGet();
      return new Reading(numbers, log);
    }
  }

  private record Reading(Iterator<Long> numbers, int log) implements Iterator<Long>, AutoCloseable {
    @Override
    public boolean hasNext() {
      return numbers.hasNext();
    }

    @Override
    public Long next() {
      return numbers.next();
    }

    @Override
    public void close() {
      numbered(log).open.decrementAndGet();
    }
  }

  private static Log numbered(int number) {
    return LOGS.computeIfAbsent(number, unknown -> new Log());
  }

  private Log log() {
    return numbered(number);
  }

  @BeforeEach
  void startWithThreeOldNumbers() {
    log().end.set(3);
  }

  @AfterEach
  void forget() {
    LOGS.remove(number);
  }

  private StreamingTest test(int nodes) {
    return StreamingTest.builder()
        .nodes(nodes)
        .startTime(now)
        .set("sluice.checkpoint.directory", checkpoints.toString())
        .build();
  }

  private DStream<Long> numbers(StreamingTest test) {
    return test.context().batchStream(new Numbers(number));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void batchHasWhatWasPlannedAndTellsHowMuchThatWas(int nodes) {
    try (StreamingTest test = StreamingTest.builder().nodes(nodes).build()) {
      Recorded<Long> read = test.output(numbers(test));
      log().end.set(6);
      test.runBatches(1);
      log().end.set(7);
      List<BatchInfo> last = test.runBatches(2);

      assertThat(read.records()).containsExactly(List.of(3L, 4L, 5L), List.of(6L), List.of());
      assertThat(test.events(StreamingEvent.BatchCompleted.class).stream()
              .map(event -> event.batch().numRecords()))
          .containsExactly(3L, 1L, 0L);
      assertThat(last).hasSize(2);
    }
  }

  @Test
  void whatATaskReadsIsClosedAlsoIfItAsksForLittle() {
    try (StreamingTest test = StreamingTest.create()) {
      Recorded<Long> first =
          test.output(numbers(test).transform(rdd -> test.context().parallelize(rdd.take(1), 1)));
      log().end.set(1000);
      test.runBatches(2);

      assertThat(first.records().get(0)).containsExactly(3L);
      assertThat(log().open).hasValue(0);
    }
  }

  @Test
  void whatAFailedTaskReadIsClosedToo() {
    try (StreamingTest test = StreamingTest.create()) {
      test.output(numbers(test).map(any -> {
        throw new IOException("no");
      }));
      log().end.set(10);

      assertThatThrownBy(() -> test.runBatches(1)).hasMessageContaining("no");
      assertThat(log().open).hasValue(0);
    }
  }

  @Test
  void batchThatIsRunAgainReadsTheSameThoughThereIsMore() {
    CountDownLatch second = new CountDownLatch(1);
    log().end.set(3);
    try (StreamingTest test = test(2)) {
      numbers(test).foreachRDD((rdd, time) -> {
        if (time.getEpochSecond() == 2) {
          second.countDown();
          new CountDownLatch(1).await();
        }
      });
      log().end.set(4);
      test.runBatches(1);
      log().end.set(6);
      test.clock().advance(Duration.ofSeconds(1));
      assertThat(await(second)).isTrue();
      now = test.clock().now();
      test.killAll();
    }
    log().end.set(9);

    try (StreamingTest test = test(2)) {
      Recorded<Long> read = test.output(numbers(test));
      test.runBatches(1);

      assertThat(read.records()).containsExactly(List.of(4L, 5L), List.of(6L, 7L, 8L));
    }
  }

  private static boolean await(CountDownLatch latch) {
    try {
      return latch.await(20, TimeUnit.SECONDS);
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }

  /** Of those that are made when the program has begun: a driver that is lost before has used no planner. */
  static Stream<Arguments> everyDecision() {
    return IntStream.rangeClosed(5, 17)
        .boxed()
        .flatMap(
            decision -> Stream.of(Arguments.of(decision, false), Arguments.of(decision, true)));
  }

  @ParameterizedTest
  @MethodSource("everyDecision")
  void driverMayBeKilledBeforeAndAfterAnyDecision(int decision, boolean kept) {
    try (StreamingTest test = StreamingTest.builder().nodes(3).build()) {
      Recorded<Long> read = test.output(numbers(test));
      test.killDriverAtDecision(decision, kept);
      for (int batch = 1; batch <= 5; batch++) {
        log().end.set(3 + 2 * batch);
        test.runBatches(1);
      }

      assertThat(read.records().stream().flatMap(List::stream))
          .containsExactlyElementsOf(LongStream.range(3, 13).boxed().toList());
      assertThat(log().planners).as("the next driver has one of its own").hasValue(2);
    }
  }

  @Test
  void sourceHearsOfBatchesThatAreDoneAndIsClosedAtTheEnd() throws InterruptedException {
    try (StreamingTest test = StreamingTest.create()) {
      test.output(numbers(test));
      log().end.set(5);
      test.runBatches(1);
      log().end.set(8);
      test.runBatches(2);
    }

    assertThat(log().closed.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(log().committed.stream().map(plan -> plan.marks().get("next")).limit(2))
        .containsExactly("5", "8");
  }

  @Test
  void rateBoundsWhatABatchHas() {
    try (StreamingTest test =
        StreamingTest.builder().set("sluice.rate.max-rate", 4).build()) {
      Recorded<Long> read = test.output(numbers(test));
      log().end.set(10);
      test.runBatches(3);

      assertThat(read.records())
          .containsExactly(List.of(3L, 4L, 5L, 6L), List.of(7L, 8L, 9L), List.of());
    }
  }

  @Test
  void sourceThatCannotBeginOrTravelIsRefusedAtOnce() {
    try (StreamingContext context = StreamingContext.local("sources", Duration.ofSeconds(1))) {
      assertThatThrownBy(() -> context.batchStream(new Failing("begin", null)))
          .isInstanceOfSatisfying(
              SluiceException.class,
              refused -> assertThat(refused.code()).isEqualTo(ErrorCode.DRIVER_FUNCTION_FAILED))
          .hasMessageContaining("cannot begin")
          .hasMessageContaining("no such log");
      assertThatThrownBy(() -> context.batchStream(new Failing("plan", new Object())))
          .isInstanceOfSatisfying(
              SluiceException.class,
              refused -> assertThat(refused.code()).isEqualTo(ErrorCode.FUNCTION_NOT_SERIALIZABLE));
      assertThatThrownBy(() -> context.batchStream(Absent.value()))
          .hasMessageContaining("The source is null");
    }
  }

  @Test
  void planThatFailsEndsTheContextWithItsReason() {
    try (StreamingTest test = StreamingTest.create()) {
      test.output(test.context().batchStream(new Failing("plan", null)));

      assertThatThrownBy(() -> test.runBatches(1))
          .hasMessageContaining("failed in batchStream")
          .hasMessageContaining("no such log");
    }
  }

  /** Fails in one step. */
  private record Failing(
      String step, @org.jspecify.annotations.Nullable Object cargo) implements BatchSource<Long> {

    @Override
    public SourcePlanner planner() {
      return new SourcePlanner() {
        @Override
        public Map<String, String> begin() throws IOException {
          return failIf("begin", Map.of());
        }

        @Override
        public SourcePlan plan(Request request) throws IOException {
          return failIf("plan", SourcePlan.NOTHING);
        }
      };
    }

    private <T> T failIf(String now, T otherwise) throws IOException {
      if (now.equals(step)) {
        throw new IOException("no such log");
      }
      return otherwise;
    }

    @Override
    public Iterator<Long> read(String split) {
      return List.<Long>of().iterator();
    }
  }
}
