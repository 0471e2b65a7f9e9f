package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.typed.ActorRef;
import akka.stream.javadsl.Sink;
import io.sluice.api.ErrorCode;
import io.sluice.api.Function;
import io.sluice.api.Function2;
import io.sluice.api.Function3;
import io.sluice.api.Pair;
import io.sluice.api.Receiver;
import io.sluice.api.SaveOptions;
import io.sluice.api.SluiceException;
import io.sluice.api.State;
import io.sluice.api.VoidFunction;
import io.sluice.api.VoidFunction2;
import io.sluice.api.WindowOptions;
import io.sluice.testkit.Recorded;
import io.sluice.testkit.StreamingTest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever is wrong in a program is refused, where it is written if possible, with what is wrong and what to do. */
@Timeout(60)
@SuppressWarnings("NullAway") // null is what these tests are about
class MisuseTest {

  private static final Duration SECOND = Duration.ofSeconds(1);

  private StreamingTest test;
  private StreamingContext context;
  private DStream<Integer> numbers;
  private PairDStream<String, Integer> pairs;

  @BeforeEach
  void open() {
    test = StreamingTest.builder().set("sluice.task.max-attempts", 1).build();
    context = test.context();
    numbers = test.input(List.of(List.of(1, 2), List.of(3)));
    pairs = numbers.mapToPair(x -> Pair.of("k", x));
  }

  @AfterEach
  void close() {
    test.close();
  }

  private static void refused(Class<?> type, String message, ThrowingCallable misuse) {
    assertThatThrownBy(misuse).isInstanceOf(type).hasMessage(message);
  }

  private static void argument(String message, ThrowingCallable misuse) {
    refused(IllegalArgumentException.class, message, misuse);
  }

  private static void isNull(String message, ThrowingCallable misuse) {
    refused(NullPointerException.class, message, misuse);
  }

  @Test
  void programWithoutOutput() {
    refused(
        IllegalStateException.class,
        "Nothing to run: no output operation was registered. Call print, foreachRDD or saveAsTextFiles on a stream.",
        context::start);
  }

  @Test
  void nothingCanBeAddedAfterTheStart() {
    StreamingContext other = context;
    DStream<Integer> stream = numbers;
    PairDStream<String, Integer> keyed = pairs;
    Recorded<Integer> output = test.output(numbers);
    test.runBatches(1);
    Map<String, List<ThrowingCallable>> misuses = Map.of(
        "Cannot add an operation",
        List.of(
            () -> stream.map(x -> x),
            () -> stream.filter(x -> true),
            stream::count,
            () -> stream.union(stream),
            () -> stream.window(SECOND),
            () -> keyed.reduceByKey(Integer::sum),
            () -> keyed.mapValues(x -> x),
            () -> keyed.join(keyed),
            () -> keyed.updateStateByKey((values, state) -> state),
            () -> other.union(List.of(stream))),
        "Cannot add a stream",
        List.of(
            () -> stream.transform(rdd -> rdd),
            () -> other.queueStream(new java.util.ArrayDeque<RDD<Integer>>()),
            () -> other.receiverStream(new Nothing())),
        "Cannot add an output",
        List.of(
            stream::print,
            () -> stream.foreachRDD(rdd -> {}),
            () -> stream.saveAsTextFiles("x"),
            () -> stream.toSink(Sink.ignore())),
        "Cannot persist",
        List.of(stream::persist),
        "Cannot remember",
        List.of(() -> other.remember(SECOND)),
        "Cannot start",
        List.of(other::start));
    for (String state : List.of("ACTIVE", "STOPPED")) {
      misuses.forEach((what, calls) -> calls.forEach(call -> refused(
          IllegalStateException.class,
          what
              + ": context 'test' is "
              + state
              + ". Build the whole program before start(), and make a new context to run another.",
          call)));
      if (state.equals("ACTIVE")) {
        test.runBatches(1);
        assertThat(output.records()).containsExactly(List.of(1, 2), List.of(3));
        other.stop();
      }
    }
  }

  private static final class Nothing extends Receiver<String> {
    private static final long serialVersionUID = 1L;

    @Override
    public void onStart() {}

    @Override
    public void onStop() {}
  }

  @Test
  void actionsAfterTheEnd() {
    RDD<Integer> rdd = context.parallelize(List.of(1));
    test.output(numbers);
    test.runBatches(1);
    context.stop();

    assertThatThrownBy(rdd::collect)
        .isInstanceOfSatisfying(
            SluiceException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.CONTEXT_STOPPED))
        .hasMessageContaining("stopped")
        .hasMessageContaining("actions on RDDs can run only until then");
  }

  @Test
  void sliceBeforeTheStartOrBackwards() {
    refused(
        IllegalStateException.class,
        "Context 'test' has not been initialized: slice and compute can be called after start().",
        () -> numbers.slice(Instant.EPOCH, Instant.EPOCH));
    test.output(numbers);
    test.start();
    argument(
        "slice needs a time to begin with that is not after the end, got 1970-01-01T00:00:01Z and 1970-01-01T00:00:00Z.",
        () -> numbers.slice(Instant.ofEpochSecond(1), Instant.EPOCH));
    isNull("slice got null; it needs a time to begin with.", () -> numbers.slice(null, null));
  }

  @Test
  void streamsThatSlideDifferently() {
    Duration two = SECOND.multipliedBy(2);
    DStream<Integer> slow = numbers.window(two, two);
    PairDStream<String, Integer> slowPairs = pairs.window(two, two);
    Map<String, ThrowingCallable> misuses = Map.of(
        "union", () -> numbers.union(slow),
        "transformWith", () -> numbers.transformWith(slow, (a, b, time) -> a),
        "transformWithToPair", () -> pairs.transformWithToPair(slowPairs, (a, b, time) -> a),
        "join", () -> pairs.join(slowPairs),
        "leftOuterJoin", () -> pairs.leftOuterJoin(slowPairs),
        "rightOuterJoin", () -> pairs.rightOuterJoin(slowPairs),
        "fullOuterJoin", () -> pairs.fullOuterJoin(slowPairs),
        "cogroup", () -> pairs.cogroup(slowPairs),
        "transform", () -> context.transform(List.of(numbers, slow), (rdds, time) -> null));
    misuses.forEach((operation, misuse) -> argument(
        "The streams given to "
            + operation
            + " have different slides, 1000 ms and 2000 ms; they must have the same. Window one of them to the slide of the other.",
        misuse));
    argument(
        "The streams given to union have different slides, 1000 ms and 2000 ms; they must have the same. Window one of them to the slide of the other.",
        () -> context.union(List.of(numbers, slow)));
  }

  @Test
  void streamsAndRddsOfTwoContexts() {
    try (StreamingContext second = StreamingContext.local("second", SECOND)) {
      DStream<Integer> strange = second.queueStream(new java.util.ArrayDeque<>());
      PairDStream<String, Integer> strangePairs = strange.mapToPair(x -> Pair.of("k", x));
      Map<String, ThrowingCallable> misuses = Map.of(
          "union", () -> numbers.union(strange),
          "join", () -> pairs.join(strangePairs),
          "cogroup", () -> pairs.cogroup(strangePairs),
          "transformWith", () -> numbers.transformWith(strange, (a, b, time) -> a));
      misuses.forEach((operation, misuse) -> argument(
          "The streams given to "
              + operation
              + " belong to contexts 'test' and 'second'; they must belong to the same.",
          misuse));
      argument(
          "The RDDs given to union belong to contexts 'test' and 'second'; they must belong to the same.",
          () -> context.parallelize(List.of(1)).union(second.parallelize(List.of(1))));
      argument(
          "Initial state belongs to context 'second', the stream to 'test'; they must belong to the same.",
          () -> pairs.updateStateByKey(
              (values, state) -> state, 1, second.parallelizePairs(List.of(Pair.of("k", 1)))));
      RDD<Integer> strangeRdd = second.parallelize(List.of(1));
      test.output(numbers.transform(rdd -> strangeRdd));
      assertThatThrownBy(() -> test.runBatches(1))
          .isInstanceOf(SluiceException.class)
          .hasMessageContaining("failed in transform")
          .hasMessageContaining(
              "An RDD of context 'second' was given to a stream of context 'test'");
    }
  }

  @Test
  void windowThatIsNoMultipleOfItsStreamsSlide() {
    String rule =
        " does not fit a stream that slides by 1 s; length and slide must be positive multiples of it.";
    argument("Window length of 1500 ms" + rule, () -> numbers.window(Duration.ofMillis(1500)));
    argument("Window slide of 500 ms" + rule, () -> numbers.window(SECOND, Duration.ofMillis(500)));
    argument("Window length of 0 s" + rule, () -> numbers.window(Duration.ZERO));
    argument("Window length of -1 s" + rule, () -> numbers.window(SECOND.negated()));
    argument(
        "Window length of 1500 ms" + rule,
        () -> numbers.countByWindow(Duration.ofMillis(1500), SECOND));
    argument(
        "Window length of 1500 ms" + rule,
        () -> pairs.reduceByKeyAndWindow(Integer::sum, Duration.ofMillis(1500)));
    argument(
        "Window length of 1500 ms" + rule,
        () -> pairs.reduceByKeyAndWindow(
            Integer::sum, (a, b) -> a - b, WindowOptions.of(Duration.ofMillis(1500), SECOND)));
    argument(
        "Window length of 1500 ms" + rule,
        () -> pairs.groupByKeyAndWindow(Duration.ofMillis(1500)));
    isNull(
        "Window length is null; it must be a positive multiple of the stream's slide.",
        () -> numbers.window(null));
  }

  @Test
  void numbersThatAreNotPositive() {
    for (int count : new int[] {0, -1, 65_536}) {
      String message = "Number of partitions must be between 1 and 65535, got " + count + ".";
      List<ThrowingCallable> misuses = List.of(
          () -> numbers.repartition(count),
          () -> numbers.countByValue(count),
          () -> pairs.reduceByKey(Integer::sum, count),
          () -> pairs.groupByKey(count),
          () -> pairs.join(pairs, count),
          () -> pairs.cogroup(pairs, count),
          () -> pairs.updateStateByKey((values, state) -> state, count),
          () -> context.parallelize(List.of(1), count));
      misuses.forEach(misuse -> argument(message, misuse));
    }
    argument("print needs at least 1 record to print, got 0.", () -> numbers.print(0));
    argument(
        "Duration to remember must be at least 1 ms, got 0 s.",
        () -> context.remember(Duration.ZERO));
    argument(
        "State time-out must be at least 1 ms, got 0 s.",
        () -> StateSpec.function(MisuseTest::nothing).timeout(Duration.ZERO));
    argument(
        "Partitions must be at least 1, got 0.",
        () -> StateSpec.function(MisuseTest::nothing).numPartitions(0));
    argument(
        "Allowed lateness must not be negative, got -1 s.",
        () -> numbers.withTimestamps(x -> Instant.EPOCH, SECOND.negated()));
    argument(
        "Batch interval must be a positive whole number of milliseconds, got 0 s.",
        () -> StreamingContext.local("x", Duration.ZERO));
    argument("events needs a buffer of at least 1 event, got 0.", () -> context.events(0));
  }

  private static Integer nothing(String key, Optional<Integer> value, State<Integer> state) {
    return 0;
  }

  @Test
  void functionsThatAreNull() {
    Map<String, ThrowingCallable> travelling = Map.of(
        "map", () -> numbers.map((Function<Integer, Integer>) null),
        "filter", () -> numbers.filter(null),
        "flatMap", () -> numbers.flatMap(null),
        "mapToPair", () -> numbers.mapToPair(null),
        "mapPartitions", () -> numbers.mapPartitions(null),
        "mapValues", () -> pairs.mapValues(null),
        "reduceByKey", () -> pairs.reduceByKey(null),
        "updateStateByKey",
            () -> pairs.updateStateByKey(
                (Function2<List<Integer>, Optional<Integer>, Optional<Integer>>) null),
        "mapWithState",
            () -> StateSpec.function(
                (Function3<String, Optional<Integer>, State<Integer>, Integer>) null),
        "foreachBatchPartition", () -> numbers.foreachBatchPartition(null));
    travelling.forEach((operation, misuse) -> isNull(
        "The function passed to "
            + operation
            + " is null; pass a lambda, a method reference or an object.",
        misuse));
    Map<String, ThrowingCallable> staying = Map.of(
        "transform", () -> numbers.transform((Function<RDD<Integer>, RDD<Integer>>) null),
        "transformToPair",
            () -> numbers.transformToPair((Function<RDD<Integer>, PairRDD<String, Integer>>) null),
        "transformWith",
            () -> numbers.transformWith(
                numbers, (Function3<RDD<Integer>, RDD<Integer>, Instant, RDD<Integer>>) null),
        "foreachRDD", () -> numbers.foreachRDD((VoidFunction<RDD<Integer>>) null),
        "foreachBatch", () -> numbers.foreachBatch(null),
        "withTimestamps", () -> numbers.withTimestamps(null, SECOND));
    staying.forEach(
        (operation, misuse) -> isNull(operation + " got null; it needs a function.", misuse));
    isNull(
        "foreachRDD got null; it needs a function.",
        () -> numbers.foreachRDD((VoidFunction2<RDD<Integer>, Instant>) null));
  }

  @Test
  void otherArgumentsThatAreNull() {
    isNull("union got null; it needs a stream.", () -> numbers.union(null));
    isNull("union got null; it needs a stream.", () -> context.union(Arrays.asList(numbers, null)));
    isNull("union got null; it needs a list of streams.", () -> context.union(null));
    argument("union needs at least one stream.", () -> context.union(List.of()));
    argument(
        "transform needs at least one stream.",
        () -> context.transform(List.of(), (rdds, time) -> null));
    isNull("join got null; it needs a stream.", () -> pairs.join(null));
    isNull("mapWithState got null; it needs a StateSpec.", () -> pairs.mapWithState(null));
    isNull(
        "The receiver is null; give an object of a class that extends Receiver.",
        () -> context.receiverStream(null));
    isNull("queueStream got null; it needs a queue.", () -> context.queueStream(null));
    isNull("toActor got null; it needs an actor.", () -> numbers.toActor(null));
    isNull("toSink got null; it needs a sink.", () -> numbers.toSink(null));
    isNull(
        "saveAsTextFiles got null; it needs the beginning of the directories' names.",
        () -> numbers.saveAsTextFiles(null));
    isNull(
        "saveAsTextFiles got null; it needs options.",
        () -> numbers.saveAsTextFiles("x", (SaveOptions) null));
    isNull(
        "addStreamingListener needs a listener, got null.",
        () -> context.addStreamingListener(null));
    isNull("Duration to remember is null; it must be at least 1 ms.", () -> context.remember(null));
    isNull("A context needs a name, got null.", () -> StreamingContext.local(null, SECOND));
    isNull("A context needs a batch interval, got null.", () -> StreamingContext.local("x", null));
    argument(
        "Time-out of toActor must be at least 1 ms, got 0 s.",
        () -> numbers.toActor(
            context.system().<Integer>ignoreRef(),
            (Integer number, ActorRef<Integer> replyTo) -> number,
            Duration.ZERO));
  }

  @Test
  void functionThatCannotTravel() {
    Object lock = new Object();
    List<Consumer<String>> captured = new ArrayList<>(List.of(text -> {}));
    assertThatThrownBy(() -> numbers.map(x -> x + captured.size() + lock.hashCode()))
        .isInstanceOfSatisfying(
            SluiceException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.FUNCTION_NOT_SERIALIZABLE))
        .hasMessageContaining("Function passed to map at MisuseTest.java:")
        .hasMessageContaining("is not serializable")
        .hasMessageContaining("capture only values that implement java.io.Serializable");
    assertThatThrownBy(
            () -> numbers.foreachBatchPartition((records, partition) -> lock.notifyAll()))
        .hasMessageContaining("Function passed to foreachBatchPartition at MisuseTest.java:");
  }

  @Test
  void transformThatReturnsNull() {
    test.output(numbers.<Integer>transform(rdd -> null));

    assertThatThrownBy(() -> test.runBatches(1))
        .isInstanceOf(SluiceException.class)
        .hasMessageContaining(
            "The function passed to transform returned null; it must return an RDD in every batch.");
  }

  @Test
  void stateThatIsUpdatedAfterItsRemoval() {
    stateMisused(
        state -> {
          state.update(1);
          state.remove();
          state.update(2);
        },
        "State that was removed cannot be updated in the same call.");
  }

  @Test
  void stateThatIsRemovedTwice() {
    stateMisused(
        state -> {
          state.remove();
          state.remove();
        },
        "State that was removed cannot be removed in the same call.");
  }

  @Test
  void stateThatIsUpdatedToNull() {
    stateMisused(
        state -> state.update(null),
        "State cannot be updated to null. Use remove() to take it away.");
  }

  @Test
  void stateThatIsReadWithoutBeingSet() {
    stateMisused(State::get, "State is not set. Ask exists() first, or use getOption().");
  }

  private interface Step extends Consumer<State<Integer>>, java.io.Serializable {}

  private void stateMisused(Step misuse, String message) {
    test.output(pairs.mapWithState(
        StateSpec.function((String key, Optional<Integer> value, State<Integer> state) -> {
          misuse.accept(state);
          return 0;
        })));

    assertThatThrownBy(() -> test.runBatches(1))
        .isInstanceOf(SluiceException.class)
        .hasMessageContaining("Function passed to mapWithState at MisuseTest.java:")
        .hasMessageContaining(message);
  }

  @Test
  void stateThatIsChangedWhileTimingOut() {
    test.output(pairs.mapWithState(
        StateSpec.function((String key, Optional<Integer> value, State<Integer> state) -> {
              state.update(1);
              return 0;
            })
            .timeout(SECOND)));

    assertThatThrownBy(() -> test.runBatches(5))
        .isInstanceOf(SluiceException.class)
        .hasMessageContaining(
            "State that is timing out cannot be updated: it is removed after this call.");
  }

  @Test
  void rddOfABatchThatIsForgotten() {
    List<RDD<Integer>> kept = new ArrayList<>();
    numbers.foreachRDD(rdd -> {
      kept.add(rdd);
    });
    test.runBatches(2);

    assertThatThrownBy(() -> kept.get(0).count())
        .isInstanceOfSatisfying(
            SluiceException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.DATASET_FORGOTTEN))
        .hasMessageContaining("StreamingContext.remember");
  }

  @Test
  void receiverThatStoresBeforeItRuns() {
    assertThatThrownBy(() -> new Nothing().store("x"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("is not running")
        .hasMessageContaining("may be called from onStart on");
  }
}
