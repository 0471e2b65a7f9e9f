package io.sluice;

import io.sluice.api.FlatMapFunction;
import io.sluice.api.Function;
import io.sluice.api.Function2;
import io.sluice.api.Pair;
import io.sluice.api.StorageLevel;
import io.sluice.api.Triple;
import io.sluice.plan.Aggregation;
import io.sluice.plan.Closure;
import io.sluice.plan.Node;
import io.sluice.plan.Operator;
import io.sluice.plan.Partitioning;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * An RDD of pairs, with operations that bring equal keys together.
 *
 * <p>Keys need {@code equals} and a {@code hashCode} that is the same on every node; null is a key like any other, and
 * arrays are refused. Where no number of partitions is given it is that of {@code sluice.batch.partitions}. Pairs that
 * are already divided by their keys into as many partitions stay where they are.
 */
public final class PairRDD<K, V> extends RDD<Pair<K, V>> {

  PairRDD(StreamingContext context, Node node, long batchMillis) {
    super(context, node, batchMillis);
  }

  /** An RDD whose records are pairs, with the operations of pairs. */
  public static <K, V> PairRDD<K, V> fromRDD(RDD<Pair<K, V>> rdd) {
    return rdd instanceof PairRDD<?, ?>
        ? (PairRDD<K, V>) rdd
        : new PairRDD<>(rdd.context(), rdd.node(), rdd.batchMillis());
  }

  @Override
  public PairRDD<K, V> filter(Function<Pair<K, V>, Boolean> function) {
    return fromRDD(super.filter(function));
  }

  @Override
  public PairRDD<K, V> union(RDD<Pair<K, V>> other) {
    return fromRDD(super.union(other));
  }

  @Override
  public PairRDD<K, V> distinct() {
    return fromRDD(super.distinct());
  }

  @Override
  public PairRDD<K, V> distinct(int partitions) {
    return fromRDD(super.distinct(partitions));
  }

  @Override
  public PairRDD<K, V> subtract(RDD<Pair<K, V>> other) {
    return fromRDD(super.subtract(other));
  }

  @Override
  public PairRDD<K, V> subtract(RDD<Pair<K, V>> other, int partitions) {
    return fromRDD(super.subtract(other, partitions));
  }

  @Override
  public PairRDD<K, V> intersection(RDD<Pair<K, V>> other) {
    return fromRDD(super.intersection(other));
  }

  @Override
  public PairRDD<K, V> sample(boolean withReplacement, double fraction) {
    return fromRDD(super.sample(withReplacement, fraction));
  }

  @Override
  public PairRDD<K, V> sample(boolean withReplacement, double fraction, long seed) {
    return fromRDD(super.sample(withReplacement, fraction, seed));
  }

  @Override
  public PairRDD<K, V> repartition(int partitions) {
    return fromRDD(super.repartition(partitions));
  }

  @Override
  public PairRDD<K, V> coalesce(int partitions) {
    return fromRDD(super.coalesce(partitions));
  }

  @Override
  public PairRDD<K, V> coalesce(int partitions, boolean shuffle) {
    return fromRDD(super.coalesce(partitions, shuffle));
  }

  @Override
  public PairRDD<K, V> cache() {
    return fromRDD(super.cache());
  }

  @Override
  public PairRDD<K, V> persist(StorageLevel level) {
    return fromRDD(super.persist(level));
  }

  @Override
  public PairRDD<K, V> unpersist() {
    return fromRDD(super.unpersist());
  }

  /** The key of each pair. */
  public RDD<K> keys() {
    Function<Pair<K, V>, K> key = Pair::key;
    return new RDD<>(context(), narrow(map(key, "keys"), false), batchMillis());
  }

  /** The value of each pair. */
  public RDD<V> values() {
    Function<Pair<K, V>, V> value = Pair::value;
    return new RDD<>(context(), narrow(map(value, "values"), false), batchMillis());
  }

  /** Another value for each pair. */
  public <W> PairRDD<K, W> mapValues(Function<V, W> function) {
    Function<Pair<K, V>, Pair<K, W>> each =
        pair -> new Pair<>(pair.key(), function.call(pair.value()));
    return pairs(narrow(map(function, each, "mapValues"), true));
  }

  /** Any number of values for each pair, all under its key. */
  public <W> PairRDD<K, W> flatMapValues(FlatMapFunction<V, W> function) {
    Closure each = Closure.of(function, Functions.<K, V, W>eachValue(function), "flatMapValues");
    return pairs(narrow(new Operator.FlatMap(each), true));
  }

  /** The values of each key combined by an associative function, on both sides of the shuffle. */
  public PairRDD<K, V> reduceByKey(Function2<V, V, V> function) {
    return reduceByKey(function, context().defaultPartitions());
  }

  public PairRDD<K, V> reduceByKey(Function2<V, V, V> function, int partitions) {
    return aggregated(new Aggregation.Reduce(Closure.of(function, "reduceByKey")), partitions);
  }

  /** As {@link #reduceByKey(Function2)}, beginning with {@code zero} for each key and map task. */
  public PairRDD<K, V> foldByKey(V zero, Function2<V, V, V> function) {
    return foldByKey(zero, context().defaultPartitions(), function);
  }

  public PairRDD<K, V> foldByKey(V zero, int partitions, Function2<V, V, V> function) {
    return aggregatedFrom(
        new Zero<>(zero, "foldByKey"), partitions, function, function, "foldByKey");
  }

  /**
   * Adds the values of each key to {@code zero} by one function, in each map task, and the results by another. Both
   * may change and return their first argument.
   */
  public <U> PairRDD<K, U> aggregateByKey(
      U zero, Function2<U, V, U> add, Function2<U, U, U> combine) {
    return aggregateByKey(zero, context().defaultPartitions(), add, combine);
  }

  public <U> PairRDD<K, U> aggregateByKey(
      U zero, int partitions, Function2<U, V, U> add, Function2<U, U, U> combine) {
    return aggregatedFrom(
        new Zero<>(zero, "aggregateByKey"), partitions, add, combine, "aggregateByKey");
  }

  private <U> PairRDD<K, U> aggregatedFrom(
      Zero<U> zero,
      int partitions,
      Function2<U, V, U> add,
      Function2<U, U, U> combine,
      String operation) {
    Function<V, U> create = value -> add.call(zero.copy(), value);
    return aggregated(
        new Aggregation.Combine(
            Closure.of(add, create, operation),
            Closure.of(add, operation),
            Closure.of(combine, operation),
            true),
        partitions);
  }

  /**
   * The values of each key combined into something else.
   *
   * @param create makes a combiner of a key's first value in a map task
   * @param add adds one more value
   * @param combine makes one combiner of two
   */
  public <C> PairRDD<K, C> combineByKey(
      Function<V, C> create, Function2<C, V, C> add, Function2<C, C, C> combine) {
    return combineByKey(create, add, combine, context().defaultPartitions());
  }

  public <C> PairRDD<K, C> combineByKey(
      Function<V, C> create, Function2<C, V, C> add, Function2<C, C, C> combine, int partitions) {
    return combineByKey(create, add, combine, partitions, true);
  }

  /**
   * As without {@code mapSideCombine}.
   *
   * @param mapSideCombine whether values are combined before they are sent; if not, {@code combine} is not called
   */
  public <C> PairRDD<K, C> combineByKey(
      Function<V, C> create,
      Function2<C, V, C> add,
      Function2<C, C, C> combine,
      int partitions,
      boolean mapSideCombine) {
    return aggregated(
        new Aggregation.Combine(
            Closure.of(create, "combineByKey"),
            Closure.of(add, "combineByKey"),
            Closure.of(combine, "combineByKey"),
            mapSideCombine),
        partitions);
  }

  /** All values of each key. They are held in memory; prefer {@code reduceByKey} where it can do the work. */
  public PairRDD<K, Iterable<V>> groupByKey() {
    return groupByKey(context().defaultPartitions());
  }

  public PairRDD<K, Iterable<V>> groupByKey(int partitions) {
    return aggregated(new Aggregation.Group(), partitions);
  }

  /** The pairs in the natural order of their keys, least first; see {@link RDD#sortBy}. */
  public PairRDD<K, V> sortByKey() {
    return sortByKey(true);
  }

  public PairRDD<K, V> sortByKey(boolean ascending) {
    return sortByKey(ascending, context().defaultPartitions());
  }

  public PairRDD<K, V> sortByKey(boolean ascending, int partitions) {
    return sortedByKey(Ranges.natural(ascending), partitions);
  }

  /**
   * The pairs in the given order of their keys, least first.
   *
   * @param order serializable
   */
  public PairRDD<K, V> sortByKey(Comparator<K> order) {
    return sortByKey(order, true);
  }

  public PairRDD<K, V> sortByKey(Comparator<K> order, boolean ascending) {
    return sortByKey(order, ascending, context().defaultPartitions());
  }

  public PairRDD<K, V> sortByKey(Comparator<K> order, boolean ascending, int partitions) {
    return sortedByKey(ascending ? order : order.reversed(), partitions);
  }

  private PairRDD<K, V> sortedByKey(Comparator<K> order, int partitions) {
    Function<Pair<K, V>, K> key = Pair::key;
    return pairs(sorted(key, order, partitions, "sortByKey"));
  }

  /** Each pair of values with the same key. */
  public <W> PairRDD<K, Pair<V, W>> join(PairRDD<K, W> other) {
    return join(other, context().defaultPartitions());
  }

  public <W> PairRDD<K, Pair<V, W>> join(PairRDD<K, W> other, int partitions) {
    return joined(other, partitions, Functions.<K, V, W>inner(), "join");
  }

  /**
   * As {@link #join(PairRDD)}, and each value whose key the other RDD has not, with none. A null value of the other
   * counts as none.
   */
  public <W> PairRDD<K, Pair<V, Optional<W>>> leftOuterJoin(PairRDD<K, W> other) {
    return leftOuterJoin(other, context().defaultPartitions());
  }

  public <W> PairRDD<K, Pair<V, Optional<W>>> leftOuterJoin(PairRDD<K, W> other, int partitions) {
    return joined(other, partitions, Functions.<K, V, W>leftOuter(), "leftOuterJoin");
  }

  /** As {@link #leftOuterJoin(PairRDD)} with the sides exchanged. */
  public <W> PairRDD<K, Pair<Optional<V>, W>> rightOuterJoin(PairRDD<K, W> other) {
    return rightOuterJoin(other, context().defaultPartitions());
  }

  public <W> PairRDD<K, Pair<Optional<V>, W>> rightOuterJoin(PairRDD<K, W> other, int partitions) {
    return joined(other, partitions, Functions.<K, V, W>rightOuter(), "rightOuterJoin");
  }

  /** As {@link #join(PairRDD)}, and each value whose key only one RDD has, with none for the other. */
  public <W> PairRDD<K, Pair<Optional<V>, Optional<W>>> fullOuterJoin(PairRDD<K, W> other) {
    return fullOuterJoin(other, context().defaultPartitions());
  }

  public <W> PairRDD<K, Pair<Optional<V>, Optional<W>>> fullOuterJoin(
      PairRDD<K, W> other, int partitions) {
    return joined(other, partitions, Functions.<K, V, W>fullOuter(), "fullOuterJoin");
  }

  /** All values of each key that one of the RDDs has, by RDD. */
  public <W> PairRDD<K, Pair<Iterable<V>, Iterable<W>>> cogroup(PairRDD<K, W> other) {
    return cogroup(other, context().defaultPartitions());
  }

  public <W> PairRDD<K, Pair<Iterable<V>, Iterable<W>>> cogroup(
      PairRDD<K, W> other, int partitions) {
    return together(
        List.of(other), partitions, map(Functions.<K, V, W>twoSides(), "cogroup"), "cogroup");
  }

  /** As {@link #cogroup(PairRDD)}, of three. */
  public <W, X> PairRDD<K, Triple<Iterable<V>, Iterable<W>, Iterable<X>>> cogroup(
      PairRDD<K, W> second, PairRDD<K, X> third) {
    return cogroup(second, third, context().defaultPartitions());
  }

  public <W, X> PairRDD<K, Triple<Iterable<V>, Iterable<W>, Iterable<X>>> cogroup(
      PairRDD<K, W> second, PairRDD<K, X> third, int partitions) {
    return together(
        List.of(second, third),
        partitions,
        map(Functions.<K, V, W, X>threeSides(), "cogroup"),
        "cogroup");
  }

  /** The pairs whose keys the other RDD does not have. */
  public <W> PairRDD<K, V> subtractByKey(PairRDD<K, W> other) {
    return subtractByKey(other, context().defaultPartitions());
  }

  public <W> PairRDD<K, V> subtractByKey(PairRDD<K, W> other, int partitions) {
    return joined(other, partitions, Functions.<K, V>onlyLeft(), "subtractByKey");
  }

  /** How many pairs each key has. The keys must fit in the caller's memory. */
  public Map<K, Long> countByKey() {
    return keys().countByValue();
  }

  /**
   * All values of a key, which must be serializable.
   *
   * @return none if there is no such key
   */
  public List<V> lookup(K key) {
    return filter(pair -> Objects.equals(pair.key(), key)).values().collect();
  }

  /** All pairs as a map in the caller's memory; of pairs with the same key, the last. */
  public Map<K, V> collectAsMap() {
    Map<K, V> map = new LinkedHashMap<>();
    collect().forEach(pair -> map.put(pair.key(), pair.value()));
    return map;
  }

  /** As {@code reduceByKey(function).collectAsMap()}, without a shuffle: each task brings its totals to the driver. */
  public Map<K, V> reduceByKeyLocally(Function2<V, V, V> function) {
    Map<K, V> totals = new LinkedHashMap<>();
    for (Object part : run(forPartition(
        function, Functions.<K, V>reduceKeysOfPartition(function), "reduceByKeyLocally"))) {
      Functions.<Map<K, V>>cast(part)
          .forEach((key, value) -> totals.put(
              key,
              totals.containsKey(key)
                  ? Functions.call(function, Functions.<V>cast(totals.get(key)), value)
                  : value));
    }
    return totals;
  }

  /** In place where all pairs of a key are together already. */
  private <W> PairRDD<K, W> aggregated(Aggregation aggregation, int partitions) {
    requirePartitions(partitions);
    if (Partitioning.of(node()) == partitions) {
      return pairs(narrow(new Operator.AggregateLocally(aggregation), true));
    }
    return pairs(new Node.Exchange(context().newId(), List.of(node()), aggregation, partitions));
  }

  private <R> PairRDD<K, R> joined(
      PairRDD<K, ?> other,
      int partitions,
      FlatMapFunction<Pair<K, List<List<Object>>>, Pair<K, R>> matches,
      String operation) {
    Operator each = new Operator.FlatMap(Closure.of(matches, operation));
    return together(List.of(other), partitions, each, operation);
  }

  private <R> PairRDD<K, R> together(
      List<PairRDD<K, ?>> others, int partitions, Operator each, String operation) {
    List<Node> inputs = new ArrayList<>(List.of(node()));
    long latest = batchMillis();
    for (PairRDD<K, ?> other : others) {
      requireSameContext(other, operation);
      inputs.add(other.node());
      latest = Math.max(latest, other.batchMillis());
    }
    Node groups = new Node.Exchange(
        context().newId(), inputs, new Aggregation.Cogroup(inputs.size()), partitions);
    return new PairRDD<>(context(), new Node.Narrow(context().newId(), groups, each, true), latest);
  }
}
