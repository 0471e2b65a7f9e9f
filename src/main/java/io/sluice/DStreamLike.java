package io.sluice;

import akka.actor.typed.ActorRef;
import akka.stream.javadsl.Sink;
import io.sluice.api.Batch;
import io.sluice.api.BatchPartition;
import io.sluice.api.BatchSink;
import io.sluice.api.Chart;
import io.sluice.api.FlatMapFunction;
import io.sluice.api.Function;
import io.sluice.api.Function2;
import io.sluice.api.Function3;
import io.sluice.api.Pair;
import io.sluice.api.PairFlatMapFunction;
import io.sluice.api.PairFunction;
import io.sluice.api.SaveOptions;
import io.sluice.api.StreamingListener;
import io.sluice.api.VoidFunction;
import io.sluice.api.VoidFunction2;
import io.sluice.plan.Aggregation;
import io.sluice.plan.Closure;
import io.sluice.plan.DriverOnly;
import io.sluice.plan.Millis;
import io.sluice.plan.Node;
import io.sluice.plan.Operator;
import io.sluice.plan.WindowSpec;
import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What all streams can do: a stream is one RDD a batch, and its operations apply to each of them.
 *
 * <p>Operations describe a new stream and return at once; nothing runs before the context starts, and
 * nothing can be added after. Functions travel to the workers and must be serializable, except those of
 * {@code transform} and {@code foreachRDD}, which run on the driver. Not thread-safe.
 *
 * @param <T> the records
 * @param <S> the stream itself
 * @param <R> its RDDs
 */
public abstract sealed class DStreamLike<T, S, R extends RDD<T>> implements DriverOnly, Serializable
    permits DStream, PairDStream {

  private static final long serialVersionUID = 1L;

  private static final Duration DEFAULT_IDLE = Duration.ofMinutes(1);
  private static final int RECORDS_AT_ONCE = 10_000;
  private static final String FUNCTION = "a function";

  /** What the milliseconds of all times can still be counted with. */
  private static final Duration LONGEST = Duration.ofDays(36_500_000);

  private final StreamingContext context;
  private final Node node;
  private final long slideMillis;

  DStreamLike(StreamingContext context, Node node, long slideMillis) {
    context.requireBuilding();
    this.context = context;
    this.node = node;
    this.slideMillis = slideMillis;
  }

  abstract S same(Node node, long slideMillis);

  abstract R rdd(Node node, long batchMillis);

  final R atBatch(long batchMillis) {
    return rdd(new Node.AtBatch(context.newId(), node, batchMillis), batchMillis);
  }

  public final StreamingContext context() {
    return context;
  }

  /** How much time lies between two RDDs of this stream. */
  public final Duration slideDuration() {
    return Duration.ofMillis(slideMillis);
  }

  final Node node() {
    return node;
  }

  final long slideMillis() {
    return slideMillis;
  }

  /** One record for each. */
  public final <U> DStream<U> map(Function<T, U> function) {
    return stream(narrow(new Operator.Map(Closure.of(function, "map")), false));
  }

  /** One pair for each record. */
  public final <K, V> PairDStream<K, V> mapToPair(PairFunction<T, K, V> function) {
    return pairs(narrow(new Operator.Map(Closure.of(function, "mapToPair")), false));
  }

  /** Any number of records for each. */
  public final <U> DStream<U> flatMap(FlatMapFunction<T, U> function) {
    return stream(narrow(new Operator.FlatMap(Closure.of(function, "flatMap")), false));
  }

  /** Any number of pairs for each record. */
  public final <K, V> PairDStream<K, V> flatMapToPair(PairFlatMapFunction<T, K, V> function) {
    return pairs(narrow(new Operator.FlatMap(Closure.of(function, "flatMapToPair")), false));
  }

  /** The records for which the function gives true. */
  public final S filter(Function<T, Boolean> function) {
    return same(narrow(new Operator.Filter(Closure.of(function, "filter")), true), slideMillis);
  }

  /** Applies a function to the records of each partition as a whole. */
  public final <U> DStream<U> mapPartitions(FlatMapFunction<Iterator<T>, U> function) {
    return stream(partitions(function, "mapPartitions"));
  }

  /** As {@link #mapPartitions}, giving pairs. */
  public final <K, V> PairDStream<K, V> mapPartitionsToPair(
      PairFlatMapFunction<Iterator<T>, K, V> function) {
    return pairs(partitions(function, "mapPartitionsToPair"));
  }

  /** Each partition as one list. */
  public final DStream<List<T>> glom() {
    return stream(narrow(new Operator.MapPartitions(Closure.of(Functions.glom(), "glom")), false));
  }

  /** The same records in exactly {@code partitions} partitions in every batch. */
  public final S repartition(int partitions) {
    RDD.requirePartitions(partitions);
    Node dealt = narrow(RDD.partitions(Functions.<T>dealt(partitions), "repartition"), false);
    Node spread = new Node.Exchange(
        context.newId(), List.of(dealt), new Aggregation.Pass(), partitions, true);
    Function<Pair<Integer, T>, T> value = Pair::value;
    return same(
        new Node.Narrow(context.newId(), spread, RDD.map(value, "repartition"), false),
        slideMillis);
  }

  /**
   * The records of both streams.
   *
   * @throws IllegalArgumentException if the other stream slides differently or belongs to another context
   */
  public final S union(DStreamLike<T, S, R> other) {
    requireFits(other, "union");
    return same(new Node.Union(context.newId(), List.of(node, other.node)), slideMillis);
  }

  /** The number of records, one in every batch, 0 for an empty one. */
  public final DStream<Long> count() {
    Function<Long, Pair<Integer, Long>> keyed = count -> new Pair<>(0, count);
    Node counts = narrow(new Operator.CountRecords(), false);
    Node one = exchange(
        new Node.Narrow(context.newId(), counts, RDD.map(keyed, "count"), false),
        new Aggregation.Reduce(Closure.of((Function2<Long, Long, Long>) Long::sum, "count")),
        1);
    Function<Pair<Integer, Long>, Long> value = Pair::value;
    Node sum = new Node.Narrow(context.newId(), one, RDD.map(value, "count"), false);
    return stream(new Node.Narrow(
        context.newId(),
        sum,
        new Operator.MapPartitions(Closure.of(Functions.orZero(), "count")),
        false));
  }

  /** How often each record occurs. */
  public final PairDStream<T, Long> countByValue() {
    return countByValue(context.defaultPartitions());
  }

  public final PairDStream<T, Long> countByValue(int partitions) {
    return counted().reduceByKey(Long::sum, partitions);
  }

  /** All records combined by an associative function; none for an empty batch. */
  public final DStream<T> reduce(Function2<T, T, T> function) {
    return underOneKey("reduce").reduceByKey(function, 1).values();
  }

  /**
   * The records of the last {@code length}, in every batch of this stream.
   *
   * @param length a positive multiple of this stream's slide
   */
  public final S window(Duration length) {
    return window(length, slideDuration());
  }

  /**
   * The records of the last {@code length}, once every {@code slide}. The first windows see fewer batches.
   *
   * <p>What this stream had in those batches is kept in memory on the workers.
   *
   * @throws IllegalArgumentException unless both are positive multiples of this stream's slide
   */
  public final S window(Duration length, Duration slide) {
    WindowSpec spec = WindowSpec.of(length, slide, slideMillis);
    return same(new Node.Window(context.newId(), node, spec), spec.slideMillis());
  }

  /** All records of a window combined by an associative function. */
  public final DStream<T> reduceByWindow(
      Function2<T, T, T> function, Duration length, Duration slide) {
    return reduce(function).window(length, slide).reduce(function);
  }

  /** As without {@code inverse}, computed from the window before by taking off what has left it. */
  public final DStream<T> reduceByWindow(
      Function2<T, T, T> function, Function2<T, T, T> inverse, Duration length, Duration slide) {
    return underOneKey("reduceByWindow")
        .reduceByKeyAndWindow(function, inverse, length, slide, 1)
        .values();
  }

  /** The number of records in a window, 0 for an empty one. */
  public final DStream<Long> countByWindow(Duration length, Duration slide) {
    return count().reduceByWindow(Long::sum, (total, left) -> total - left, length, slide);
  }

  /** How often each record occurs in a window. */
  public final PairDStream<T, Long> countByValueAndWindow(Duration length, Duration slide) {
    return countByValueAndWindow(length, slide, context.defaultPartitions());
  }

  public final PairDStream<T, Long> countByValueAndWindow(
      Duration length, Duration slide, int partitions) {
    return counted()
        .reduceByKeyAndWindow(
            Long::sum,
            (total, left) -> total - left,
            length,
            slide,
            partitions,
            pair -> pair.value() != 0);
  }

  /**
   * Applies a function to each RDD. It runs on the driver in every batch and may read what changes there.
   *
   * @param function must not return null
   */
  public final <U> DStream<U> transform(Function<R, RDD<U>> function) {
    requireGiven(function, "transform", FUNCTION);
    return transform((rdd, time) -> function.call(rdd));
  }

  /** As {@link #transform(Function)}, with the batch time. */
  public final <U> DStream<U> transform(Function2<R, Instant, RDD<U>> function) {
    requireGiven(function, "transform", FUNCTION);
    return stream(
        generated("transform", List.of(node), time -> function.call(atBatch(time), at(time))));
  }

  /** As {@link #transform(Function)}, giving pairs. */
  public final <K, V> PairDStream<K, V> transformToPair(Function<R, PairRDD<K, V>> function) {
    requireGiven(function, "transformToPair", FUNCTION);
    return transformToPair((rdd, time) -> function.call(rdd));
  }

  public final <K, V> PairDStream<K, V> transformToPair(
      Function2<R, Instant, PairRDD<K, V>> function) {
    requireGiven(function, "transformToPair", FUNCTION);
    return pairs(generated(
        "transformToPair", List.of(node), time -> function.call(atBatch(time), at(time))));
  }

  /** Applies a function to each RDD of this stream together with that of another. */
  public final <O, P extends RDD<O>, U> DStream<U> transformWith(
      DStreamLike<O, ?, P> other, Function3<R, P, Instant, RDD<U>> function) {
    requireFits(other, "transformWith");
    requireGiven(function, "transformWith", FUNCTION);
    return stream(generated(
        "transformWith",
        List.of(node, other.node()),
        time -> function.call(atBatch(time), other.atBatch(time), at(time))));
  }

  /** As {@link #transformWith}, giving pairs. */
  public final <O, P extends RDD<O>, K, V> PairDStream<K, V> transformWithToPair(
      DStreamLike<O, ?, P> other, Function3<R, P, Instant, PairRDD<K, V>> function) {
    requireFits(other, "transformWithToPair");
    requireGiven(function, "transformWithToPair", FUNCTION);
    return pairs(generated(
        "transformWithToPair",
        List.of(node, other.node()),
        time -> function.call(atBatch(time), other.atBatch(time), at(time))));
  }

  /**
   * Keeps this stream's RDD of each batch until the batch is over, so that it is computed once however many outputs
   * use it. What ends a shuffle, and what remembers, is kept anyway.
   */
  public final S persist() {
    context.persist(node);
    return same(node, slideMillis);
  }

  /**
   * Gives the stream a name, under which a later run of the program finds again what the operator that makes it has kept in a
   * checkpoint. Without one the name follows from the operation and those before it, so a step that is added before an operator
   * with state makes it another one.
   *
   * @param name of letters, digits, blanks, '-', '_' and '.'; no other stream of the context has it
   * @throws IllegalArgumentException if it has other characters, or is taken
   * @throws IllegalStateException if the context was started
   */
  public final S named(String name) {
    context.name(node, name);
    return same(node, slideMillis);
  }

  /**
   * Says how often what this stream remembers, such as its state, is written whole into the checkpoint directory. In between only
   * its changes are written, so this never says how much is lost by a kill, but how much is read at a restart: a short interval
   * writes more, a long one reads more. By default it is written whole when its changes have become more than itself, but no more
   * often than once in {@code sluice.checkpoint.interval} of batch time, which is ten slides of the stream if it is not set. All that a
   * context remembers for a key is written together, so the shortest interval of its streams counts. Without effect if the stream
   * remembers nothing, or if there is no checkpoint directory.
   *
   * @param interval of batch time, a positive multiple of the stream's slide
   * @throws IllegalArgumentException if it is no such multiple
   * @throws IllegalStateException if the context was started
   */
  public final S checkpoint(Duration interval) {
    requireGiven(interval, "checkpoint", "an interval");
    long millis = interval.toMillis();
    if (millis <= 0 || millis % slideMillis != 0 || !Duration.ofMillis(millis).equals(interval)) {
      throw new IllegalArgumentException(
          "Checkpoint interval of %s does not fit a stream that slides by %s; it must be a positive multiple of it, for example %s."
              .formatted(
                  Millis.text(interval),
                  Millis.text(slideDuration()),
                  Millis.text(slideDuration().multipliedBy(10))));
    }
    context.checkpoint(node, millis);
    return same(node, slideMillis);
  }

  /** As {@link #persist()}. */
  public final S cache() {
    return persist();
  }

  /**
   * The RDDs of the batches between two times, both included, as far as they are over and still kept; see
   * {@link StreamingContext#remember}. Can be called from any thread while the context runs.
   *
   * @throws IllegalStateException if the context was not started
   */
  public final List<R> slice(Instant from, Instant to) {
    requireGiven(from, "slice", "a time to begin with");
    requireGiven(to, "slice", "a time to end with");
    return context.remembered(node, from, to).stream().map(this::atBatch).toList();
  }

  /** The RDD of one batch, if it is over and still kept. */
  public final Optional<R> compute(Instant time) {
    return slice(time, time).stream().findFirst();
  }

  /**
   * Gives records the time when they happened, for windows of event time.
   *
   * @param timestamp when a record happened
   * @param allowedLateness how much later than a later record a record may come; zero if they come in order
   * @throws IllegalArgumentException if the lateness is negative
   */
  public final EventTimeStream<T> withTimestamps(
      Function<T, Instant> timestamp, Duration allowedLateness) {
    requireGiven(timestamp, "withTimestamps", FUNCTION);
    requireGiven(allowedLateness, "withTimestamps", "an allowed lateness, zero for none");
    if (allowedLateness.isNegative()) {
      throw new IllegalArgumentException(
          "Allowed lateness must not be negative, got " + Millis.text(allowedLateness) + ".");
    }
    return new EventTimeStream<>(this, timestamp, allowedLateness, DEFAULT_IDLE);
  }

  final DStream<?> observed(
      Function<T, Instant> timestamp,
      Function<T, ?> key,
      Function<T, ?> value,
      Duration lateness,
      Duration idleAfter) {
    int id = context.newId();
    Operator observe = new Operator.ObserveTime(
        id,
        0,
        Closure.of(timestamp, "withTimestamps"),
        Closure.of(key, "keyBy"),
        Closure.of(value, "keyBy"),
        lateness.toMillis(),
        idleAfter.toMillis());
    return stream(new Node.Narrow(id, node, observe, false));
  }

  static void requireGiven(@Nullable Object argument, String operation, String what) {
    if (argument == null) {
      throw new NullPointerException(operation + " got null; it needs " + what + ".");
    }
  }

  static void requirePositive(String what, @Nullable Duration duration) {
    if (duration == null) {
      throw new NullPointerException(what + " is null; it must be at least 1 ms.");
    }
    requireShort(what, duration);
    if (duration.toMillis() < 1) {
      throw new IllegalArgumentException(
          "%s must be at least 1 ms, got %s.".formatted(what, Millis.text(duration)));
    }
  }

  static void requireShort(String what, Duration duration) {
    if (duration.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException("%s must be at most %d days, got %d."
          .formatted(what, LONGEST.toDays(), duration.toDays()));
    }
  }

  /** Output: calls a function on the driver with each RDD; actions inside it run on the workers. */
  public final void foreachRDD(VoidFunction<R> function) {
    requireGiven(function, "foreachRDD", FUNCTION);
    foreachRDD((rdd, time) -> function.call(rdd));
  }

  /** As {@link #foreachRDD(VoidFunction)}, with the batch time. */
  public final void foreachRDD(VoidFunction2<R, Instant> function) {
    requireGiven(function, "foreachRDD", FUNCTION);
    output("foreachRDD", function);
  }

  /** Output: prints the first ten records of each batch on the driver. */
  public final void print() {
    print(10);
  }

  /** Output: prints the first {@code count} records of each batch on the driver. */
  public final void print(int count) {
    if (count < 1) {
      throw new IllegalArgumentException(
          "print needs at least 1 record to print, got " + count + ".");
    }
    output("print", (rdd, time) -> Printing.print(rdd.take(count + 1), time, count));
  }

  /**
   * Output: shows each batch on the page of the context, and to listeners ({@link StreamingListener#onChartShown}). While nobody listens
   * nothing is computed for it.
   *
   * @param title unique among the charts of the context
   * @param chart from {@link io.sluice.api.Charts}
   * @throws IllegalArgumentException if the title is blank or that of another chart
   */
  public final void show(String title, Chart chart) {
    requireGiven(title, "show", "a title");
    requireGiven(chart, "show", "a chart");
    if (title.isBlank()) {
      throw new IllegalArgumentException("A chart needs a title, got a blank one.");
    }
    context.addNamedOutput(
        "show " + title,
        node,
        slideMillis,
        time -> context.show(() -> ChartRows.of(atBatch(time), at(time), title, chart)));
  }

  /** Output: saves each batch as text in the directory {@code prefix-MILLIS}; see {@link RDD#saveAsTextFile}. */
  public final void saveAsTextFiles(String prefix) {
    saveAsTextFiles(prefix, SaveOptions.usual());
  }

  /** As {@link #saveAsTextFiles(String)}, in the directory {@code prefix-MILLIS.suffix}. */
  public final void saveAsTextFiles(String prefix, String suffix) {
    saveAsTextFiles(prefix, SaveOptions.usual().suffix(suffix));
  }

  /** As {@link #saveAsTextFiles(String)}, with what can be chosen. */
  public final void saveAsTextFiles(String prefix, SaveOptions options) {
    save("saveAsTextFiles", prefix, options, RDD::saveAsTextFile);
  }

  /** As {@link #saveAsTextFiles(String)}, encoded; see {@link RDD#saveAsObjectFile}. */
  public final void saveAsObjectFiles(String prefix) {
    saveAsObjectFiles(prefix, SaveOptions.usual());
  }

  /** As {@link #saveAsTextFiles(String, String)}, encoded; see {@link RDD#saveAsObjectFile}. */
  public final void saveAsObjectFiles(String prefix, String suffix) {
    saveAsObjectFiles(prefix, SaveOptions.usual().suffix(suffix));
  }

  /** As {@link #saveAsTextFiles(String, SaveOptions)}, encoded; see {@link RDD#saveAsObjectFile}. */
  public final void saveAsObjectFiles(String prefix, SaveOptions options) {
    save("saveAsObjectFiles", prefix, options, RDD::saveAsObjectFile);
  }

  private void save(
      String operation, String prefix, SaveOptions options, VoidFunction2<R, String> save) {
    requireGiven(prefix, operation, "the beginning of the directories' names");
    requireGiven(options, operation, "options");
    String ending = options.suffix().isEmpty() ? "" : "." + options.suffix();
    output(operation, (rdd, time) -> {
      if (!options.skipsEmptyBatches() || !rdd.isEmpty()) {
        save.call(rdd, prefix + "-" + time.toEpochMilli() + ending);
      }
    });
  }

  /**
   * Output: tells every record to an actor, those of a partition in their order, from the driver. Each is told once a
   * batch, however often tasks were tried. A batch is over when all are told, whether or not the actor has taken them;
   * an actor that may be slower than the stream should be asked, with {@link #toActor(ActorRef, Function2, Duration)}.
   */
  public final void toActor(ActorRef<? super T> actor) {
    requireGiven(actor, "toActor", "an actor");
    output("toActor", (rdd, time) -> records(rdd).forEachRemaining(actor::tell));
  }

  /**
   * Output: asks an actor to take every record, those of a partition in their order, from the driver. A batch is over
   * when the actor has acknowledged all of its records, and up to a thousand are on their way at a time.
   *
   * <p>The batch fails, and the error names the actor, if an answer does not come in time or is an error of
   * {@link akka.pattern.StatusReply}. Any other answer is an acknowledgement.
   *
   * @param message makes what is sent to the actor, of a record and whom to answer; runs on the driver
   * @param timeout from sending a record to its acknowledgement
   */
  public final <M, A> void toActor(
      ActorRef<M> actor, Function2<T, ActorRef<A>, M> message, Duration timeout) {
    requireGiven(actor, "toActor", "an actor");
    requireGiven(message, "toActor", FUNCTION);
    requirePositive("Time-out of toActor", timeout);
    ActorOutput<T, M, A> asked = new ActorOutput<>(context.system(), actor, message, timeout);
    output("toActor", (rdd, time) -> asked.feed(records(rdd)));
  }

  /**
   * Output: an Akka Streams sink that takes every record, those of a partition in their order, on the driver.
   *
   * <p>It is run once, when the context starts, and completed when the context stops, or failed with what the context
   * failed with. A batch is over when the sink has taken all of its records and asks for more, so a slow sink holds back
   * batches and, behind them, receivers. If the sink fails or ends, the next batch fails with its error.
   */
  public final void toSink(Sink<? super T, ?> sink) {
    requireGiven(sink, "toSink", "a sink");
    // A sink that takes more kinds of records takes these.
    SinkOutput<T> fed = context.addSink(new SinkOutput<>(Functions.cast(sink)));
    output("toSink", (rdd, time) -> fed.feed(records(rdd)));
  }

  /** All records; when there are many, one partition at a time. */
  private static <T> Iterator<T> records(RDD<T> rdd) {
    List<T> first = rdd.take(RECORDS_AT_ONCE + 1);
    return first.size() <= RECORDS_AT_ONCE ? first.iterator() : rdd.toLocalIterator();
  }

  /**
   * Output: as {@link #foreachRDD(VoidFunction2)}, with the id of the batch, under which a sink can find out whether it
   * has the batch already.
   */
  public final void foreachBatch(VoidFunction2<R, Batch> function) {
    requireGiven(function, "foreachBatch", FUNCTION);
    output("foreachBatch", (rdd, time) -> function.call(rdd, batch(time)));
  }

  /**
   * Output: calls the function once for every partition of every batch, on the workers, and tells it which. A
   * partition may be handed over more than once, after a failure; see {@link BatchPartition}.
   */
  public final void foreachBatchPartition(VoidFunction2<Iterator<T>, BatchPartition> function) {
    // Refused here, not in the first batch.
    var unused = Closure.of(function, "foreachBatchPartition");
    output("foreachBatchPartition", (rdd, time) -> rdd.foreachPartition(batch(time), function));
  }

  /**
   * Output: a sink that takes every record of every batch once, whatever fails, if it does what {@link BatchSink} says.
   * Its tasks write on the workers and its commits run on the driver, one batch after another.
   *
   * @param name of this output, for example {@code "orders"}; must stay the same when the program is changed, because the
   *     sink knows by it what it has taken already
   * @throws IllegalArgumentException if the name is blank, has a slash, or is that of another output
   */
  public final void saveTo(String name, BatchSink<? super T> sink) {
    requireGiven(name, "saveTo", "the name of the output");
    requireGiven(sink, "saveTo", "a sink");
    if (name.isBlank() || name.contains("/")) {
      throw new IllegalArgumentException(
          "The name of an output must not be blank or contain '/', got '%s'.".formatted(name));
    }
    // Refused here, not in the first batch.
    var unused = Closure.of(sink, "saveTo");
    context.addNamedOutput(name, node, slideMillis, new SavedBatches<>(this, name, sink));
  }

  final String pipeline(String output) {
    return context.name() + "/" + output;
  }

  final Batch batch(Instant time) {
    return new Batch(time.toEpochMilli() / slideMillis, time);
  }

  final void requireFits(@Nullable DStreamLike<?, ?, ?> other, String operation) {
    if (other == null) {
      throw new NullPointerException(operation + " got null; it needs a stream.");
    }
    if (other.context != context) {
      throw new IllegalArgumentException(
          "The streams given to %s belong to contexts '%s' and '%s'; they must belong to the same."
              .formatted(operation, context.name(), other.context.name()));
    }
    if (other.slideMillis != slideMillis) {
      throw new IllegalArgumentException(
          "The streams given to %s have different slides, %d ms and %d ms; they must have the same. Window one of them to the slide of the other."
              .formatted(operation, slideMillis, other.slideMillis));
    }
  }

  final Node narrow(Operator operator, boolean keepsKeys) {
    return new Node.Narrow(context.newId(), node, operator, keepsKeys);
  }

  final <U> DStream<U> stream(Node of) {
    return new DStream<>(context, of, slideMillis);
  }

  final <K, V> PairDStream<K, V> pairs(Node of) {
    return new PairDStream<>(context, of, slideMillis);
  }

  private Node partitions(FlatMapFunction<Iterator<T>, ?> function, String operation) {
    return narrow(
        new Operator.MapPartitions(
            Closure.of(function, Functions.ofPartition(function), operation)),
        false);
  }

  private Node exchange(Node input, Aggregation aggregation, int partitions) {
    return new Node.Exchange(context.newId(), List.of(input), aggregation, partitions);
  }

  private PairDStream<T, Long> counted() {
    return pairs(narrow(new Operator.CountValues(), false));
  }

  private PairDStream<Integer, T> underOneKey(String operation) {
    PairFunction<T, Integer, T> keyed = record -> new Pair<>(0, record);
    return pairs(narrow(RDD.map(keyed, operation), false));
  }

  private void output(String name, VoidFunction2<R, Instant> function) {
    context.addOutput(name, node, slideMillis, time -> function.call(atBatch(time), at(time)));
  }

  /** Makes the RDD of a batch; null if the user's function gives none. */
  interface RddMaker extends Serializable {
    RDD<?> make(long batchMillis) throws Exception;
  }

  private Node generated(String operation, List<Node> inputs, RddMaker maker) {
    return context.generated(operation, inputs, maker);
  }

  private static Instant at(long batchMillis) {
    return Instant.ofEpochMilli(batchMillis);
  }
}
