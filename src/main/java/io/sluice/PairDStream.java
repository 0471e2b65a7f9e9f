package io.sluice;

import io.sluice.api.FlatMapFunction;
import io.sluice.api.Function;
import io.sluice.api.Function2;
import io.sluice.api.Function4;
import io.sluice.api.Pair;
import io.sluice.api.WindowOptions;
import io.sluice.plan.Aggregation;
import io.sluice.plan.Closure;
import io.sluice.plan.Node;
import io.sluice.plan.Operator;
import io.sluice.plan.Partitioning;
import io.sluice.plan.SlidingFunctions;
import io.sluice.plan.WindowSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A stream of pairs, with operations that bring equal keys together. */
public sealed class PairDStream<K, V>
    extends DStreamLike<Pair<K, V>, PairDStream<K, V>, PairRDD<K, V>> permits EventWindowDStream {

  PairDStream(StreamingContext context, Node node, long slideMillis) {
    super(context, node, slideMillis);
  }

  @Override
  PairDStream<K, V> same(Node node, long slideMillis) {
    return new PairDStream<>(context(), node, slideMillis);
  }

  @Override
  PairRDD<K, V> rdd(Node node, long batchMillis) {
    return new PairRDD<>(context(), node, batchMillis);
  }

  public DStream<K> keys() {
    Function<Pair<K, V>, K> key = Pair::key;
    return stream(narrow(RDD.map(key, "keys"), false));
  }

  public DStream<V> values() {
    Function<Pair<K, V>, V> value = Pair::value;
    return stream(narrow(RDD.map(value, "values"), false));
  }

  /** Another value for each pair. */
  public <W> PairDStream<K, W> mapValues(Function<V, W> function) {
    Function<Pair<K, V>, Pair<K, W>> each =
        pair -> new Pair<>(pair.key(), function.call(pair.value()));
    return pairs(narrow(new Operator.Map(Closure.of(function, each, "mapValues")), true));
  }

  /** Any number of values for each pair, all under its key. */
  public <W> PairDStream<K, W> flatMapValues(FlatMapFunction<V, W> function) {
    Closure each = Closure.of(function, Functions.<K, V, W>eachValue(function), "flatMapValues");
    return pairs(narrow(new Operator.FlatMap(each), true));
  }

  /** The values of each key combined by an associative function, on both sides of the shuffle. */
  public PairDStream<K, V> reduceByKey(Function2<V, V, V> function) {
    return reduceByKey(function, context().defaultPartitions());
  }

  public PairDStream<K, V> reduceByKey(Function2<V, V, V> function, int partitions) {
    return reduced(function, "reduceByKey", partitions);
  }

  /** All values of each key. They are held in memory; prefer {@code reduceByKey} where it can do the work. */
  public PairDStream<K, Iterable<V>> groupByKey() {
    return groupByKey(context().defaultPartitions());
  }

  public PairDStream<K, Iterable<V>> groupByKey(int partitions) {
    return pairs(aggregated(new Aggregation.Group(), partitions));
  }

  /** All values of each key in a window. */
  public PairDStream<K, Iterable<V>> groupByKeyAndWindow(Duration length) {
    return groupByKeyAndWindow(length, slideDuration());
  }

  public PairDStream<K, Iterable<V>> groupByKeyAndWindow(Duration length, Duration slide) {
    return groupByKeyAndWindow(length, slide, context().defaultPartitions());
  }

  public PairDStream<K, Iterable<V>> groupByKeyAndWindow(
      Duration length, Duration slide, int partitions) {
    PairDStream<K, Iterable<V>> panes = groupByKey(partitions).window(length, slide);
    Function<Iterable<V>, List<V>> create = Functions::copy;
    Function2<List<V>, Iterable<V>, List<V>> append = Functions::append;
    Function2<List<V>, List<V>, List<V>> join = Functions::append;
    Aggregation concatenation = new Aggregation.Combine(
        Closure.of(create, "groupByKeyAndWindow"),
        Closure.of(append, "groupByKeyAndWindow"),
        Closure.of(join, "groupByKeyAndWindow"),
        true);
    return new PairDStream<>(
        context(),
        panes.narrow(new Operator.AggregateLocally(concatenation), true),
        panes.slideMillis());
  }

  /** The values of each key in a window combined by an associative function. */
  public PairDStream<K, V> reduceByKeyAndWindow(Function2<V, V, V> function, Duration length) {
    return reduceByKeyAndWindow(function, length, slideDuration());
  }

  public PairDStream<K, V> reduceByKeyAndWindow(
      Function2<V, V, V> function, Duration length, Duration slide) {
    return reduceByKeyAndWindow(function, length, slide, context().defaultPartitions());
  }

  public PairDStream<K, V> reduceByKeyAndWindow(
      Function2<V, V, V> function, Duration length, Duration slide, int partitions) {
    PairDStream<K, V> panes =
        reduced(function, "reduceByKeyAndWindow", partitions).window(length, slide);
    return panes.reduced(function, "reduceByKeyAndWindow", partitions);
  }

  /**
   * As without {@code inverse}, but computed from the window before: what leaves is taken off, what enters
   * is added. The cost follows the keys that change, not the length of the window.
   *
   * <p>A key stays, with the value that is left, after all its records have left the window; see the
   * overload with a filter.
   *
   * @param inverse takes off: {@code inverse(reduce(a, b), b)} equals {@code a}
   */
  public PairDStream<K, V> reduceByKeyAndWindow(
      Function2<V, V, V> function, Function2<V, V, V> inverse, Duration length, Duration slide) {
    return reduceByKeyAndWindow(function, inverse, length, slide, context().defaultPartitions());
  }

  public PairDStream<K, V> reduceByKeyAndWindow(
      Function2<V, V, V> function,
      Function2<V, V, V> inverse,
      Duration length,
      Duration slide,
      int partitions) {
    return sliding(function, inverse, length, slide, partitions, null, false);
  }

  /**
   * As without {@code filter}, which decides which pairs are put out, and kept once all their records have
   * left the window.
   */
  public PairDStream<K, V> reduceByKeyAndWindow(
      Function2<V, V, V> function,
      Function2<V, V, V> inverse,
      Duration length,
      Duration slide,
      int partitions,
      Function<Pair<K, V>, Boolean> filter) {
    return sliding(
        function,
        inverse,
        length,
        slide,
        partitions,
        Closure.of(filter, "reduceByKeyAndWindow"),
        false);
  }

  /** As with a length and a slide, and what else can be chosen. */
  public PairDStream<K, V> reduceByKeyAndWindow(
      Function2<V, V, V> function, Function2<V, V, V> inverse, WindowOptions options) {
    requireGiven(options, "reduceByKeyAndWindow", "options");
    int partitions =
        options.numPartitions() > 0 ? options.numPartitions() : context().defaultPartitions();
    return sliding(
        function,
        inverse,
        options.length(),
        options.slide(),
        partitions,
        null,
        options.dropsEmptyKeys());
  }

  /**
   * The values of each key combined into something else.
   *
   * @param create makes a combiner of a key's first value in a map task
   * @param add adds one more value
   * @param combine makes one combiner of two
   */
  public <C> PairDStream<K, C> combineByKey(
      Function<V, C> create, Function2<C, V, C> add, Function2<C, C, C> combine) {
    return combineByKey(create, add, combine, context().defaultPartitions());
  }

  public <C> PairDStream<K, C> combineByKey(
      Function<V, C> create, Function2<C, V, C> add, Function2<C, C, C> combine, int partitions) {
    return combineByKey(create, add, combine, partitions, true);
  }

  /**
   * As without {@code mapSideCombine}.
   *
   * @param mapSideCombine whether values are combined before they are sent; if not, {@code combine} is not called
   */
  public <C> PairDStream<K, C> combineByKey(
      Function<V, C> create,
      Function2<C, V, C> add,
      Function2<C, C, C> combine,
      int partitions,
      boolean mapSideCombine) {
    return pairs(aggregated(
        new Aggregation.Combine(
            Closure.of(create, "combineByKey"),
            Closure.of(add, "combineByKey"),
            Closure.of(combine, "combineByKey"),
            mapSideCombine),
        partitions));
  }

  /**
   * Each pair of values with the same key in both streams.
   *
   * @throws IllegalArgumentException if the other stream slides differently or belongs to another context
   */
  public <W> PairDStream<K, Pair<V, W>> join(PairDStream<K, W> other) {
    return join(other, context().defaultPartitions());
  }

  public <W> PairDStream<K, Pair<V, W>> join(PairDStream<K, W> other, int partitions) {
    return joined(other, partitions, Functions.<K, V, W>inner(), "join");
  }

  /**
   * As {@link #join(PairDStream)}, and each value whose key the other stream has not, with none. A null value of the
   * other counts as none.
   */
  public <W> PairDStream<K, Pair<V, Optional<W>>> leftOuterJoin(PairDStream<K, W> other) {
    return leftOuterJoin(other, context().defaultPartitions());
  }

  public <W> PairDStream<K, Pair<V, Optional<W>>> leftOuterJoin(
      PairDStream<K, W> other, int partitions) {
    return joined(other, partitions, Functions.<K, V, W>leftOuter(), "leftOuterJoin");
  }

  /** As {@link #leftOuterJoin(PairDStream)} with the sides exchanged. */
  public <W> PairDStream<K, Pair<Optional<V>, W>> rightOuterJoin(PairDStream<K, W> other) {
    return rightOuterJoin(other, context().defaultPartitions());
  }

  public <W> PairDStream<K, Pair<Optional<V>, W>> rightOuterJoin(
      PairDStream<K, W> other, int partitions) {
    return joined(other, partitions, Functions.<K, V, W>rightOuter(), "rightOuterJoin");
  }

  /** As {@link #join(PairDStream)}, and each value whose key only one stream has, with none for the other. */
  public <W> PairDStream<K, Pair<Optional<V>, Optional<W>>> fullOuterJoin(PairDStream<K, W> other) {
    return fullOuterJoin(other, context().defaultPartitions());
  }

  public <W> PairDStream<K, Pair<Optional<V>, Optional<W>>> fullOuterJoin(
      PairDStream<K, W> other, int partitions) {
    return joined(other, partitions, Functions.<K, V, W>fullOuter(), "fullOuterJoin");
  }

  /**
   * All values of each key that one of the streams has, by stream.
   *
   * @throws IllegalArgumentException if the other stream slides differently or belongs to another context
   */
  public <W> PairDStream<K, Pair<Iterable<V>, Iterable<W>>> cogroup(PairDStream<K, W> other) {
    return cogroup(other, context().defaultPartitions());
  }

  public <W> PairDStream<K, Pair<Iterable<V>, Iterable<W>>> cogroup(
      PairDStream<K, W> other, int partitions) {
    return together(
        other, partitions, RDD.map(Functions.<K, V, W>twoSides(), "cogroup"), "cogroup");
  }

  private <R> PairDStream<K, R> joined(
      PairDStream<K, ?> other,
      int partitions,
      FlatMapFunction<Pair<K, List<List<Object>>>, Pair<K, R>> matches,
      String operation) {
    return together(
        other, partitions, new Operator.FlatMap(Closure.of(matches, operation)), operation);
  }

  private <R> PairDStream<K, R> together(
      PairDStream<K, ?> other, int partitions, Operator each, String operation) {
    requireFits(other, operation);
    RDD.requirePartitions(partitions);
    Node groups = new Node.Exchange(
        context().newId(), List.of(node(), other.node()), new Aggregation.Cogroup(2), partitions);
    return pairs(new Node.Narrow(context().newId(), groups, each, true));
  }

  /**
   * Remembers something for each key, from batch to batch. The function is called for every known key in every
   * batch, so the cost follows the keys held; {@link #mapWithState} costs only what is touched.
   *
   * <p>What is remembered should be replaced, not changed in place: a batch that is run again starts from the
   * value before.
   *
   * @param function from the values of a key in this batch, none if it has no data, and what is remembered, to what
   *     is to be remembered; empty to forget the key
   * @return every key with what is remembered after the batch
   */
  public <S> PairDStream<K, S> updateStateByKey(
      Function2<List<V>, Optional<S>, Optional<S>> function) {
    return updateStateByKey(function, context().defaultPartitions());
  }

  public <S> PairDStream<K, S> updateStateByKey(
      Function2<List<V>, Optional<S>, Optional<S>> function, int partitions) {
    return updated(
        function, (time, key, values, state) -> function.call(values, state), partitions, null);
  }

  /**
   * As without {@code initial}.
   *
   * @param initial what is remembered before the first batch
   */
  public <S> PairDStream<K, S> updateStateByKey(
      Function2<List<V>, Optional<S>, Optional<S>> function,
      int partitions,
      PairRDD<K, S> initial) {
    return updated(
        function, (time, key, values, state) -> function.call(values, state), partitions, initial);
  }

  /** As with two arguments, with the batch time and the key before them. */
  public <S> PairDStream<K, S> updateStateByKey(
      Function4<Instant, K, List<V>, Optional<S>, Optional<S>> function) {
    return updated(function, function, context().defaultPartitions(), null);
  }

  public <S> PairDStream<K, S> updateStateByKey(
      Function4<Instant, K, List<V>, Optional<S>, Optional<S>> function,
      int partitions,
      PairRDD<K, S> initial) {
    return updated(function, function, partitions, initial);
  }

  /**
   * Remembers something for each key, from batch to batch. The function is called once a record; keys without data
   * cost nothing.
   *
   * @return what the function puts out
   */
  public <S, M> MapWithStateDStream<K, V, S, M> mapWithState(StateSpec<K, V, S, M> spec) {
    requireGiven(spec, "mapWithState", "a StateSpec");
    int partitions = spec.partitionsOr(context().defaultPartitions());
    int id = context().newId();
    Operator operator =
        new Operator.MapState(id, spec.function(), spec.isOptional(), spec.timeoutMillis());
    Node pairs = Partitioning.of(node()) == partitions
        ? node()
        : new Node.Exchange(context().newId(), List.of(node()), new Aggregation.Pass(), partitions);
    Node.Stateful state = new Node.Stateful(
        id, pairs, partitions, operator, initial(spec.initialState().orElse(null), partitions));
    return new MapWithStateDStream<>(context(), state, slideMillis());
  }

  private <S> PairDStream<K, S> updated(
      Object function,
      Function4<Instant, K, List<V>, Optional<S>, Optional<S>> update,
      int partitions,
      @Nullable PairRDD<K, S> initial) {
    int id = context().newId();
    Operator operator =
        new Operator.UpdateState(id, Closure.of(function, update, "updateStateByKey"));
    return pairs(new Node.Stateful(
        id,
        aggregated(new Aggregation.Group(), partitions),
        partitions,
        operator,
        initial(initial, partitions)));
  }

  private @Nullable Node initial(@Nullable PairRDD<K, ?> state, int partitions) {
    if (state != null && state.context() != context()) {
      throw new IllegalArgumentException(
          "Initial state belongs to context '%s', the stream to '%s'; they must belong to the same."
              .formatted(state.context().name(), context().name()));
    }
    if (state == null || Partitioning.of(state.node()) == partitions) {
      return state == null ? null : state.node();
    }
    return new Node.Exchange(
        context().newId(), List.of(state.node()), new Aggregation.Pass(), partitions);
  }

  private PairDStream<K, V> sliding(
      Function2<V, V, V> function,
      Function2<V, V, V> inverse,
      Duration length,
      Duration slide,
      int partitions,
      @Nullable Closure filter,
      boolean dropsEmptyKeys) {
    WindowSpec spec = WindowSpec.of(length, slide, slideMillis());
    Node totals = new Node.SlidingTotals(
        context().newId(),
        reduced(function, "reduceByKeyAndWindow", partitions).node(),
        partitions,
        spec,
        new SlidingFunctions(
            Closure.of(function, "reduceByKeyAndWindow"),
            Closure.of(inverse, "reduceByKeyAndWindow"),
            filter,
            dropsEmptyKeys));
    return new PairDStream<>(context(), totals, spec.slideMillis());
  }

  private PairDStream<K, V> reduced(Function2<V, V, V> function, String operation, int partitions) {
    return same(
        aggregated(new Aggregation.Reduce(Closure.of(function, operation)), partitions),
        slideMillis());
  }

  /** In place where all pairs of a key are together already. */
  private Node aggregated(Aggregation aggregation, int partitions) {
    RDD.requirePartitions(partitions);
    if (Partitioning.of(node()) == partitions) {
      return narrow(new Operator.AggregateLocally(aggregation), true);
    }
    return new Node.Exchange(context().newId(), List.of(node()), aggregation, partitions);
  }
}
