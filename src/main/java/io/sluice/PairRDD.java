package io.sluice;

import io.sluice.api.FlatMapFunction;
import io.sluice.api.Function;
import io.sluice.api.Function2;
import io.sluice.api.Pair;
import io.sluice.plan.Aggregation;
import io.sluice.plan.Closure;
import io.sluice.plan.Node;
import io.sluice.plan.Operator;
import io.sluice.plan.Partitioning;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An RDD of pairs. */
public final class PairRDD<K, V> extends RDD<Pair<K, V>> {

  PairRDD(StreamingContext context, Node node, long batchMillis) {
    super(context, node, batchMillis);
  }

  @Override
  public PairRDD<K, V> filter(Function<Pair<K, V>, Boolean> function) {
    return pairs(narrow(new Operator.Filter(Closure.of(function, "filter")), true));
  }

  @Override
  public PairRDD<K, V> union(RDD<Pair<K, V>> other) {
    RDD<Pair<K, V>> both = super.union(other);
    return new PairRDD<>(context(), both.node(), both.batchMillis());
  }

  public RDD<K> keys() {
    Function<Pair<K, V>, K> key = Pair::key;
    return new RDD<>(context(), narrow(map(key, "keys"), false), batchMillis());
  }

  public RDD<V> values() {
    Function<Pair<K, V>, V> value = Pair::value;
    return new RDD<>(context(), narrow(map(value, "values"), false), batchMillis());
  }

  public <W> PairRDD<K, W> mapValues(Function<V, W> function) {
    Function<Pair<K, V>, Pair<K, W>> each =
        pair -> new Pair<>(pair.key(), function.call(pair.value()));
    return pairs(narrow(new Operator.Map(Closure.of(function, each, "mapValues")), true));
  }

  public PairRDD<K, V> reduceByKey(Function2<V, V, V> function) {
    return reduceByKey(function, context().defaultPartitions());
  }

  public PairRDD<K, V> reduceByKey(Function2<V, V, V> function, int partitions) {
    return aggregate(new Aggregation.Reduce(Closure.of(function, "reduceByKey")), partitions);
  }

  public PairRDD<K, Iterable<V>> groupByKey() {
    return groupByKey(context().defaultPartitions());
  }

  public PairRDD<K, Iterable<V>> groupByKey(int partitions) {
    return aggregate(new Aggregation.Group(), partitions);
  }

  /** Each pair of values with the same key. */
  public <W> PairRDD<K, Pair<V, W>> join(PairRDD<K, W> other) {
    return join(other, context().defaultPartitions());
  }

  public <W> PairRDD<K, Pair<V, W>> join(PairRDD<K, W> other, int partitions) {
    FlatMapFunction<Pair<K, List<List<Object>>>, Pair<K, Pair<V, W>>> matches = group -> {
      List<Pair<K, Pair<V, W>>> pairs = new ArrayList<>();
      for (Object left : group.value().get(0)) {
        for (Object right : group.value().get(1)) {
          pairs.add(
              new Pair<>(group.key(), new Pair<>(Functions.cast(left), Functions.cast(right))));
        }
      }
      return pairs.iterator();
    };
    Node grouped = new Node.Exchange(
        context().newId(), List.of(node(), other.node()), new Aggregation.Cogroup(2), partitions);
    return new PairRDD<>(
        context(),
        new Node.Narrow(
            context().newId(), grouped, new Operator.FlatMap(Closure.of(matches, "join")), true),
        Math.max(batchMillis(), other.batchMillis()));
  }

  /** All pairs as a map in the caller's memory; of pairs with the same key, the last. */
  public Map<K, V> collectAsMap() {
    Map<K, V> map = new LinkedHashMap<>();
    collect().forEach(pair -> map.put(pair.key(), pair.value()));
    return map;
  }

  private <W> PairRDD<K, W> aggregate(Aggregation aggregation, int partitions) {
    if (Partitioning.of(node()) == partitions) {
      return pairs(narrow(new Operator.AggregateLocally(aggregation), true));
    }
    return pairs(new Node.Exchange(context().newId(), List.of(node()), aggregation, partitions));
  }
}
