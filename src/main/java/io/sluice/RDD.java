package io.sluice;

import io.sluice.api.ErrorCode;
import io.sluice.api.FlatMapFunction;
import io.sluice.api.Function;
import io.sluice.api.Function2;
import io.sluice.api.Pair;
import io.sluice.api.PairFunction;
import io.sluice.api.SluiceException;
import io.sluice.api.VoidFunction;
import io.sluice.plan.Action;
import io.sluice.plan.Aggregation;
import io.sluice.plan.Closure;
import io.sluice.plan.Node;
import io.sluice.plan.Operator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * A dataset in partitions on the workers. Transformations describe a new one and return at once; actions
 * run a job and block the calling thread until it is done.
 *
 * <p>An RDD of a batch can be used while the batch runs, in {@code transform} and {@code foreachRDD}.
 */
public sealed class RDD<T> permits PairRDD {

  private final StreamingContext context;
  private final Node node;
  private final long batchMillis;

  RDD(StreamingContext context, Node node, long batchMillis) {
    this.context = context;
    this.node = node;
    this.batchMillis = batchMillis;
  }

  final StreamingContext context() {
    return context;
  }

  final Node node() {
    return node;
  }

  final long batchMillis() {
    return batchMillis;
  }

  public <R> RDD<R> map(Function<T, R> function) {
    return then(new Operator.Map(Closure.of(function, "map")), false);
  }

  public <K, V> PairRDD<K, V> mapToPair(PairFunction<T, K, V> function) {
    return pairs(narrow(new Operator.Map(Closure.of(function, "mapToPair")), false));
  }

  public <R> RDD<R> flatMap(FlatMapFunction<T, R> function) {
    return then(new Operator.FlatMap(Closure.of(function, "flatMap")), false);
  }

  public RDD<T> filter(Function<T, Boolean> function) {
    return then(new Operator.Filter(Closure.of(function, "filter")), true);
  }

  /** Applies a function to each partition's records as a whole. */
  public <R> RDD<R> mapPartitions(FlatMapFunction<Iterator<T>, R> function) {
    return then(
        new Operator.MapPartitions(
            Closure.of(function, Functions.ofPartition(function), "mapPartitions")),
        false);
  }

  /** Each partition as one list. */
  public RDD<List<T>> glom() {
    return then(new Operator.MapPartitions(Closure.of(Functions.glom(), "glom")), false);
  }

  public RDD<T> union(RDD<T> other) {
    return new RDD<>(
        context,
        new Node.Union(context.newId(), List.of(node, other.node())),
        Math.max(batchMillis, other.batchMillis));
  }

  /** The records without repetitions. */
  public RDD<T> distinct() {
    Function<T, Pair<T, Boolean>> keyed = record -> new Pair<>(record, true);
    Function2<Boolean, Boolean, Boolean> either = (left, right) -> left;
    PairRDD<T, Boolean> pairs = pairs(narrow(map(keyed, "distinct"), false));
    return pairs.reduceByKey(either).keys();
  }

  /** The same records in exactly {@code partitions} partitions. */
  public RDD<T> repartition(int partitions) {
    FlatMapFunction<Iterator<T>, Pair<Integer, T>> numbered = Functions.numbered();
    Node keyed = narrow(
        new Operator.MapPartitions(Closure.of(Functions.ofPartition(numbered), "repartition")),
        false);
    Node spread =
        new Node.Exchange(context.newId(), List.of(keyed), new Aggregation.Pass(), partitions);
    Function<Pair<Integer, T>, T> value = Pair::value;
    return new RDD<>(
        context,
        new Node.Narrow(context.newId(), spread, map(value, "repartition"), false),
        batchMillis);
  }

  /** All records, in the order of the partitions. They must fit in the caller's memory. */
  public List<T> collect() {
    return take(Integer.MAX_VALUE);
  }

  /** The first records, at most {@code count}. */
  public List<T> take(int count) {
    List<T> records = new ArrayList<>();
    for (Object part : run(new Action.Collect(count))) {
      for (T record : Functions.<List<T>>cast(part)) {
        if (records.size() < count) {
          records.add(record);
        }
      }
    }
    return records;
  }

  /**
   * The first record.
   *
   * @throws UnsupportedOperationException if there is none
   */
  public T first() {
    List<T> one = take(1);
    if (one.isEmpty()) {
      throw new UnsupportedOperationException("first() of an empty RDD; use take(1).");
    }
    return one.get(0);
  }

  public boolean isEmpty() {
    return take(1).isEmpty();
  }

  public long count() {
    return run(new Action.Count()).stream().mapToLong(part -> (Long) part).sum();
  }

  /** How many partitions the RDD has. */
  public int getNumPartitions() {
    return run(new Action.Count()).size();
  }

  /**
   * Combines all records by an associative function.
   *
   * @throws UnsupportedOperationException if there is none
   */
  public T reduce(Function2<T, T, T> function) {
    List<T> parts = new ArrayList<>();
    for (Object part : run(forPartition(function, Functions.reducePartition(function), "reduce"))) {
      parts.addAll(Functions.<List<T>>cast(part));
    }
    if (parts.isEmpty()) {
      throw new UnsupportedOperationException("reduce() of an empty RDD.");
    }
    T result = parts.get(0);
    for (T part : parts.subList(1, parts.size())) {
      result = Functions.call(function, result, part);
    }
    return result;
  }

  /** The {@code count} greatest records, greatest first. */
  public List<T> top(int count, Comparator<? super T> order) {
    Action best = forPartition(order, Functions.topOfPartition(count, order), "top");
    PriorityQueue<T> greatest = new PriorityQueue<>(order);
    for (Object part : run(best)) {
      for (T record : Functions.<List<T>>cast(part)) {
        greatest.add(record);
        if (greatest.size() > count) {
          greatest.remove();
        }
      }
    }
    List<T> sorted = new ArrayList<>(greatest);
    sorted.sort(order.reversed());
    return sorted;
  }

  /** Calls the function for every record, on the workers. */
  public void foreach(VoidFunction<T> function) {
    run(forPartition(function, Functions.eachOfPartition(function), "foreach"));
  }

  /** Calls the function once for every partition, on the workers. */
  public void foreachPartition(VoidFunction<Iterator<T>> function) {
    run(forPartition(function, Functions.forPartition(function), "foreachPartition"));
  }

  /**
   * Writes each partition as a file of lines, {@code part-00000} and so on, on the node that has it, and an empty
   * {@code _SUCCESS} at the end. A file appears under its name only when it is complete.
   */
  public void saveAsTextFile(String directory) {
    run(forPartition(directory, Functions.writeLines(directory), "saveAsTextFile"));
    try {
      Files.createDirectories(Path.of(directory));
      Files.write(Path.of(directory, "_SUCCESS"), new byte[0]);
    } catch (IOException failure) {
      throw new SluiceException(
          ErrorCode.DRIVER_FUNCTION_FAILED,
          "Directory '" + directory + "' cannot be written: " + failure,
          failure);
    }
  }

  final List<Object> run(Action action) {
    return context.jobs().run(node, batchMillis, action);
  }

  final Node narrow(Operator operator, boolean keepsKeys) {
    return new Node.Narrow(context.newId(), node, operator, keepsKeys);
  }

  final <K, V> PairRDD<K, V> pairs(Node pairs) {
    return new PairRDD<>(context, pairs, batchMillis);
  }

  private <R> RDD<R> then(Operator operator, boolean keepsKeys) {
    return new RDD<>(context, narrow(operator, keepsKeys), batchMillis);
  }

  static Operator map(Function<?, ?> function, String operation) {
    return new Operator.Map(Closure.of(function, operation));
  }

  private static Action forPartition(Object function, Object wrapper, String operation) {
    return new Action.ForPartition(Closure.of(function, wrapper, operation));
  }
}
