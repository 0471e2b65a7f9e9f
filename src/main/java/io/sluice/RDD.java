package io.sluice;

import io.sluice.api.Batch;
import io.sluice.api.BatchPartition;
import io.sluice.api.BatchSink;
import io.sluice.api.ErrorCode;
import io.sluice.api.FlatMapFunction;
import io.sluice.api.Function;
import io.sluice.api.Function2;
import io.sluice.api.Locations;
import io.sluice.api.Pair;
import io.sluice.api.PairFlatMapFunction;
import io.sluice.api.PairFunction;
import io.sluice.api.SluiceException;
import io.sluice.api.StorageLevel;
import io.sluice.api.VoidFunction;
import io.sluice.api.VoidFunction2;
import io.sluice.plan.Action;
import io.sluice.plan.Aggregation;
import io.sluice.plan.Closure;
import io.sluice.plan.DriverOnly;
import io.sluice.plan.Node;
import io.sluice.plan.Operator;
import io.sluice.plan.PartitionCount;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Random;

/**
 * A dataset in partitions on the workers. Transformations describe a new one and return at once; actions
 * run a job and block the calling thread until it is done.
 *
 * <p>Actions can run while the context does, between {@code start()} and {@code stop()}, on any thread of the
 * program. An RDD of a batch can be used while the batch runs, in {@code transform} and {@code foreachRDD}; others,
 * made by the context, at any time. The functions given to an RDD run on the workers and must be serializable, as
 * must orders and zero values.
 *
 * <p>{@code sortBy}, {@code coalesce}, {@code zip} and {@code zipWithIndex} may have to look at the records before they
 * can return; they then run a job as actions do.
 *
 * <p>Actions throw {@link SluiceException}: TASK_FAILED if a function threw on every attempt, CONTEXT_STOPPED if the
 * context was stopped meanwhile, and {@link IllegalStateException} before it is started.
 */
public sealed class RDD<T> implements DriverOnly, Serializable permits PairRDD {

  private static final long serialVersionUID = 1L;

  private final StreamingContext context;
  private final long batchMillis;
  private volatile Node node;

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

  /** One record for each. */
  public final <R> RDD<R> map(Function<T, R> function) {
    return then(new Operator.Map(Closure.of(function, "map")), false);
  }

  /** One pair for each record. */
  public final <K, V> PairRDD<K, V> mapToPair(PairFunction<T, K, V> function) {
    return pairs(narrow(new Operator.Map(Closure.of(function, "mapToPair")), false));
  }

  /** Any number of records for each. */
  public final <R> RDD<R> flatMap(FlatMapFunction<T, R> function) {
    return then(new Operator.FlatMap(Closure.of(function, "flatMap")), false);
  }

  /** Any number of pairs for each record. */
  public final <K, V> PairRDD<K, V> flatMapToPair(PairFlatMapFunction<T, K, V> function) {
    return pairs(narrow(new Operator.FlatMap(Closure.of(function, "flatMapToPair")), false));
  }

  /** The records for which the function gives true. */
  public RDD<T> filter(Function<T, Boolean> function) {
    return then(new Operator.Filter(Closure.of(function, "filter")), true);
  }

  /** Applies a function to each partition's records as a whole. */
  public final <R> RDD<R> mapPartitions(FlatMapFunction<Iterator<T>, R> function) {
    return mapPartitions(function, false);
  }

  /**
   * As {@link #mapPartitions(FlatMapFunction)}.
   *
   * @param preservesPartitioning that records are pairs and stay under their keys, so that later keyed operations
   *     need not bring them together again
   */
  public final <R> RDD<R> mapPartitions(
      FlatMapFunction<Iterator<T>, R> function, boolean preservesPartitioning) {
    return then(
        partitions(function, Functions.ofPartition(function), "mapPartitions"),
        preservesPartitioning);
  }

  /** As {@link #mapPartitions(FlatMapFunction)}, giving pairs. */
  public final <K, V> PairRDD<K, V> mapPartitionsToPair(
      PairFlatMapFunction<Iterator<T>, K, V> function) {
    return mapPartitionsToPair(function, false);
  }

  /** As {@link #mapPartitions(FlatMapFunction, boolean)}, giving pairs. */
  public final <K, V> PairRDD<K, V> mapPartitionsToPair(
      PairFlatMapFunction<Iterator<T>, K, V> function, boolean preservesPartitioning) {
    return pairs(narrow(
        partitions(function, Functions.ofPartition(function), "mapPartitionsToPair"),
        preservesPartitioning));
  }

  /** As {@link #mapPartitions(FlatMapFunction)}, with the number of the partition, from 0. */
  public final <R> RDD<R> mapPartitionsWithIndex(
      Function2<Integer, Iterator<T>, Iterator<R>> function) {
    return mapPartitionsWithIndex(function, false);
  }

  /** As {@link #mapPartitions(FlatMapFunction, boolean)}, with the number of the partition, from 0. */
  public final <R> RDD<R> mapPartitionsWithIndex(
      Function2<Integer, Iterator<T>, Iterator<R>> function, boolean preservesPartitioning) {
    return then(partitions(function, function, "mapPartitionsWithIndex"), preservesPartitioning);
  }

  /** Each partition as one list. */
  public final RDD<List<T>> glom() {
    return then(new Operator.MapPartitions(Closure.of(Functions.glom(), "glom")), false);
  }

  /** Each record under the key that the function gives it. */
  public final <K> PairRDD<K, T> keyBy(Function<T, K> function) {
    PairFunction<T, K, T> keyed = record -> new Pair<>(function.call(record), record);
    return pairs(narrow(map(function, keyed, "keyBy"), false));
  }

  /** The records under the key that the function gives them. */
  public final <K> PairRDD<K, Iterable<T>> groupBy(Function<T, K> function) {
    return groupBy(function, context.defaultPartitions());
  }

  public final <K> PairRDD<K, Iterable<T>> groupBy(Function<T, K> function, int partitions) {
    return keyBy(function).groupByKey(partitions);
  }

  /** The partitions of both, those of this RDD first. Repetitions stay. */
  public RDD<T> union(RDD<T> other) {
    return with(other, unionOf(other));
  }

  final Node unionOf(RDD<T> other) {
    requireSameContext(other, "union");
    return new Node.Union(context.newId(), List.of(node, other.node()));
  }

  /** The records without repetitions. */
  public RDD<T> distinct() {
    return distinct(context.defaultPartitions());
  }

  public RDD<T> distinct(int partitions) {
    return marked("distinct").reduceByKey((left, right) -> left, partitions).keys();
  }

  /** The records that the other RDD does not have. Repetitions stay. */
  public RDD<T> subtract(RDD<T> other) {
    return subtract(other, context.defaultPartitions());
  }

  public RDD<T> subtract(RDD<T> other, int partitions) {
    requireSameContext(other, "subtract");
    return marked("subtract")
        .subtractByKey(other.marked("subtract"), partitions)
        .keys();
  }

  /** The records that both have, each once. */
  public RDD<T> intersection(RDD<T> other) {
    requireSameContext(other, "intersection");
    return marked("intersection")
        .reduceByKey((left, right) -> left)
        .join(other.marked("intersection").reduceByKey((left, right) -> left))
        .keys();
  }

  /**
   * All pairs of a record of this RDD and one of the other. The records of this one are divided among the tasks, and
   * each task holds all of the other: let it be the smaller.
   */
  public final <U> PairRDD<T, U> cartesian(RDD<U> other) {
    requireSameContext(other, "cartesian");
    int partitions = context.defaultPartitions();
    FlatMapFunction<U, Pair<Integer, U>> everywhere = record -> {
      List<Pair<Integer, U>> copies = new ArrayList<>();
      for (int i = 0; i < partitions; i++) {
        copies.add(new Pair<>(i, record));
      }
      return copies.iterator();
    };
    Node mine = narrow(partitions(Functions.<T>dealt(partitions), "cartesian"), false);
    Node theirs = other.narrow(new Operator.FlatMap(Closure.of(everywhere, "cartesian")), false);
    Node together = direct(List.of(mine, theirs), new Aggregation.Cogroup(2), partitions);
    Operator product =
        new Operator.FlatMap(Closure.of(Functions.<Integer, T, U>product(), "cartesian"));
    return new PairRDD<>(
        context,
        new Node.Narrow(context.newId(), together, product, false),
        Math.max(batchMillis, other.batchMillis));
  }

  /**
   * The first record of this RDD with the first of the other, and so on.
   *
   * @throws IllegalArgumentException if the RDDs have different numbers of partitions; an action fails if a partition
   *     has different numbers of records in them
   */
  public final <U> PairRDD<T, U> zip(RDD<U> other) {
    requireSameContext(other, "zip");
    int partitions = getNumPartitions();
    int theirs = other.getNumPartitions();
    if (partitions != theirs) {
      throw new IllegalArgumentException(
          "RDDs with %d and %d partitions cannot be zipped; call repartition or coalesce on one."
              .formatted(partitions, theirs));
    }
    Node together = direct(
        List.of(numbered("zip"), other.numbered("zip")),
        new Aggregation.Cogroup(2),
        Math.max(1, partitions));
    Operator zipped = new Operator.FlatMap(Closure.of(Functions.<T, U>zipped(), "zip"));
    return new PairRDD<>(
        context,
        new Node.Narrow(context.newId(), together, zipped, false),
        Math.max(batchMillis, other.batchMillis));
  }

  /**
   * Each record with its position, from 0, in the order of the partitions. With more than one partition a job counts
   * the records first, which are kept meanwhile.
   */
  public final PairRDD<T, Long> zipWithIndex() {
    RDD<T> counted = kept();
    long[] ends = {-1};
    if (PartitionCount.of(node) != 1) {
      List<Object> counts = counted.run(new Action.Count());
      ends = new long[counts.size()];
      for (int i = 0; i < ends.length; i++) {
        ends[i] = (i == 0 ? 0 : ends[i - 1]) + (Long) counts.get(i);
      }
    }
    return counted.pairs(
        counted.narrow(partitions(Functions.<T>indexed(ends), "zipWithIndex"), false));
  }

  /**
   * The records in the order of a key. Those with equal keys keep their order.
   *
   * <p>With more than one partition a job looks at the keys first, to divide them evenly.
   *
   * @param key gives a {@link Comparable}, or null, which comes before all others
   * @param ascending least first
   */
  public final <K> RDD<T> sortBy(Function<T, K> key, boolean ascending, int partitions) {
    return new RDD<>(
        context, sorted(key, Ranges.natural(ascending), partitions, "sortBy"), batchMillis);
  }

  final <K> Node sorted(
      Function<T, K> key, Comparator<? super K> order, int partitions, String operation) {
    requirePartitions(partitions);
    Ranges<K> ranges = Ranges.one(order);
    if (partitions > 1) {
      List<Pair<Long, List<K>>> samples = new ArrayList<>();
      run(forPartition(key, Ranges.sample(key, partitions), operation))
          .forEach(sample -> samples.add(Functions.cast(sample)));
      ranges = Ranges.of(samples, order, partitions);
    }
    Ranges<K> chosen = ranges;
    Function<T, Pair<Integer, T>> placed =
        record -> new Pair<>(chosen.of(key.call(record)), record);
    Node divided = direct(
        List.of(narrow(map(key, placed, operation), false)), new Aggregation.Pass(), partitions);
    return new Node.Narrow(
        context.newId(), divided, partitions(key, Ranges.<T, K>sort(key, order), operation), false);
  }

  /** As {@link #sample(boolean, double, long)}, another choice in every call. */
  public RDD<T> sample(boolean withReplacement, double fraction) {
    return sample(withReplacement, fraction, new Random().nextLong());
  }

  /**
   * Records chosen at random, about {@code fraction} of all.
   *
   * @param withReplacement whether a record may be chosen more than once
   * @param fraction the chance of a record to be chosen, between 0 and 1; with replacement how often it is on
   *     average, at least 0
   * @param seed the same seed gives the same records, as long as the partitions are the same
   */
  public RDD<T> sample(boolean withReplacement, double fraction, long seed) {
    Sampling.requireFraction(withReplacement, fraction);
    Function2<Integer, Iterator<T>, Iterator<T>> choice =
        withReplacement ? Sampling.repeated(fraction, seed) : Sampling.each(fraction, seed);
    return then(partitions(choice, "sample"), true);
  }

  /** As {@link #takeSample(boolean, int, long)}, another choice in every call. */
  public final List<T> takeSample(boolean withReplacement, int count) {
    return takeSample(withReplacement, count, new Random().nextLong());
  }

  /**
   * Exactly {@code count} records chosen at random, in random order; without replacement fewer if there are not as
   * many, and none of an empty RDD.
   */
  public final List<T> takeSample(boolean withReplacement, int count, long seed) {
    requireNotNegative(count, "takeSample");
    if (withReplacement) {
      return takeRepeated(count, seed);
    }
    List<Pair<Double, T>> chosen = new ArrayList<>();
    Action choice = forPartition(Sampling.smallest(count, seed), "takeSample");
    run(choice).forEach(part -> chosen.addAll(Functions.<List<Pair<Double, T>>>cast(part)));
    return Sampling.smallestOf(chosen, count);
  }

  private List<T> takeRepeated(int count, long seed) {
    PairRDD<T, Long> indexed = zipWithIndex();
    long size = indexed.count();
    List<T> taken = new ArrayList<>();
    if (size > 0) {
      List<Long> positions = Sampling.positions(count, size, seed);
      long[] chosen = positions.stream().mapToLong(Long::longValue).toArray();
      Map<Long, T> records = new HashMap<>();
      indexed
          .filter(pair -> Arrays.binarySearch(chosen, pair.value()) >= 0)
          .collect()
          .forEach(pair -> records.put(pair.value(), pair.key()));
      positions.forEach(position -> taken.add(Functions.cast(records.get(position))));
      Collections.shuffle(taken, new Random(seed));
    }
    return taken;
  }

  /** The same records, divided evenly among exactly {@code partitions} partitions. */
  public RDD<T> repartition(int partitions) {
    return new RDD<>(context, dealt(partitions), batchMillis);
  }

  final Node dealt(int partitions) {
    requirePartitions(partitions);
    return value(direct(
        List.of(narrow(partitions(Functions.<T>dealt(partitions), "repartition"), false)),
        new Aggregation.Pass(),
        partitions));
  }

  /** As {@link #coalesce(int, boolean)} without dividing partitions. */
  public RDD<T> coalesce(int partitions) {
    return coalesce(partitions, false);
  }

  /**
   * The same records in fewer partitions.
   *
   * @param partitions at most as many
   * @param shuffle divide all records evenly, into exactly {@code partitions}; else only whole partitions are put
   *     together, in their order, and where there are no more than {@code partitions} all stays as it is
   */
  public RDD<T> coalesce(int partitions, boolean shuffle) {
    return new RDD<>(context, shuffle ? dealt(partitions) : merged(partitions), batchMillis);
  }

  final Node merged(int partitions) {
    requirePartitions(partitions);
    int now = getNumPartitions();
    if (now <= partitions) {
      return node;
    }
    return value(direct(
        List.of(narrow(partitions(Functions.<T>merged(now, partitions), "coalesce"), false)),
        new Aggregation.Pass(),
        partitions));
  }

  /** As {@link #persist} with {@link StorageLevel#MEMORY_AND_DISK}. */
  public RDD<T> cache() {
    return persist(StorageLevel.MEMORY_AND_DISK);
  }

  /**
   * Keeps the records on the workers when they are first computed, for all later uses of this RDD. What others were
   * made of before this call is not changed.
   *
   * <p>They are kept until {@link #unpersist}, or until the program refers neither to this RDD nor to one made of it;
   * those of a batch at the longest to its end. What does not fit, or is lost with a worker, is computed again.
   *
   * @return this RDD
   * @throws UnsupportedOperationException if it is kept already, at another level
   */
  public RDD<T> persist(StorageLevel level) {
    if (node instanceof Node.Kept kept) {
      if (kept.level() != level) {
        throw new UnsupportedOperationException(
            "This RDD is persisted at %s; call unpersist() before another level, %s, is given."
                .formatted(kept.level(), level));
      }
      return this;
    }
    node = context.kept(node, batchMillis, level);
    return this;
  }

  /**
   * Drops what {@link #persist} has kept. Does not block; nothing happens if it was not persisted.
   *
   * @return this RDD
   */
  public RDD<T> unpersist() {
    if (node instanceof Node.Kept kept) {
      node = kept.input();
      context.unkeep(kept);
    }
    return this;
  }

  /** All records, in the order of the partitions. They must fit in the caller's memory. */
  public final List<T> collect() {
    return take(Integer.MAX_VALUE);
  }

  /** The first records, at most {@code count}. */
  public final List<T> take(int count) {
    requireNotNegative(count, "take");
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
   * All records, of which the caller's memory needs to hold one partition at a time. The RDD is kept on the workers
   * meanwhile, and each partition is fetched by a job of its own when the one before is used up.
   */
  public final Iterator<T> toLocalIterator() {
    RDD<T> kept = kept();
    int partitions = kept.getNumPartitions();
    return new Iterator<>() {
      private int next;
      private Iterator<T> current = Collections.emptyIterator();

      @Override
      public boolean hasNext() {
        while (!current.hasNext() && next < partitions) {
          List<T> all = new ArrayList<>();
          kept.run(forPartition(Functions.<T>onlyPartition(next++), "toLocalIterator"))
              .forEach(part -> all.addAll(Functions.<List<T>>cast(part)));
          current = all.iterator();
        }
        return current.hasNext();
      }

      @Override
      public T next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        return current.next();
      }
    };
  }

  /**
   * The first record.
   *
   * @throws UnsupportedOperationException if there is none
   */
  public final T first() {
    List<T> one = take(1);
    if (one.isEmpty()) {
      throw new UnsupportedOperationException("first() of an empty RDD; use take(1).");
    }
    return one.get(0);
  }

  /** Whether there is no record. */
  public final boolean isEmpty() {
    return take(1).isEmpty();
  }

  /** The number of records. */
  public final long count() {
    return run(new Action.Count()).stream().mapToLong(part -> (Long) part).sum();
  }

  /** How often each record occurs. The different records must fit in the caller's memory. */
  public final Map<T, Long> countByValue() {
    Function<T, Pair<T, Long>> one = record -> new Pair<>(record, 1L);
    PairRDD<T, Long> ones = pairs(narrow(map(one, "countByValue"), false));
    return ones.reduceByKey(Long::sum).collectAsMap();
  }

  /** How many partitions the RDD has; where that depends on received data, a job finds out. */
  public final int getNumPartitions() {
    int planned = PartitionCount.of(node);
    return planned >= 0 ? planned : run(new Action.Collect(0)).size();
  }

  /**
   * Combines all records by an associative function.
   *
   * @throws UnsupportedOperationException if there is none
   */
  public final T reduce(Function2<T, T, T> function) {
    return reduced(function, "reduce");
  }

  private T reduced(Function2<T, T, T> function, String operation) {
    List<T> parts = new ArrayList<>();
    for (Object part :
        run(forPartition(function, Functions.reducePartition(function), operation))) {
      parts.addAll(Functions.<List<T>>cast(part));
    }
    if (parts.isEmpty()) {
      throw new UnsupportedOperationException(
          operation + "() of an empty RDD; ask isEmpty() before, or use fold().");
    }
    T result = parts.get(0);
    for (T part : parts.subList(1, parts.size())) {
      result = Functions.call(function, result, part);
    }
    return result;
  }

  /**
   * Combines all records by an associative function, beginning with {@code zero} in each partition and once more on
   * the driver. The function may change and return its first argument.
   */
  public final T fold(T zero, Function2<T, T, T> function) {
    return aggregate(new Zero<>(zero, "fold"), function, function, "fold");
  }

  /**
   * Adds all records to {@code zero}, in each partition by one function, and the results by another. Both may change
   * and return their first argument.
   */
  public final <U> U aggregate(U zero, Function2<U, T, U> add, Function2<U, U, U> combine) {
    return aggregate(new Zero<>(zero, "aggregate"), add, combine, "aggregate");
  }

  private <U> U aggregate(
      Zero<U> zero, Function2<U, T, U> add, Function2<U, U, U> combine, String operation) {
    U result = zero.copy();
    for (Object part : run(forPartition(add, Functions.aggregatePartition(zero, add), operation))) {
      result = Functions.call(combine, result, Functions.<U>cast(part));
    }
    return result;
  }

  /** The {@code count} greatest records in natural order, greatest first. */
  public final List<T> top(int count) {
    return top(count, Ranges.natural(true));
  }

  /**
   * The {@code count} greatest records, greatest first.
   *
   * @param order serializable
   */
  public final List<T> top(int count, Comparator<? super T> order) {
    return greatest(count, order, "top");
  }

  /** The {@code count} least records in natural order, least first. */
  public final List<T> takeOrdered(int count) {
    return takeOrdered(count, Ranges.natural(true));
  }

  /**
   * The {@code count} least records, least first.
   *
   * @param order serializable
   */
  public final List<T> takeOrdered(int count, Comparator<? super T> order) {
    return greatest(count, order.reversed(), "takeOrdered");
  }

  private List<T> greatest(int count, Comparator<? super T> order, String operation) {
    requireNotNegative(count, operation);
    if (count == 0) {
      return new ArrayList<>();
    }
    Greatest<T> greatest = new Greatest<>(count, order);
    for (Object part :
        run(forPartition(order, Functions.topOfPartition(count, order), operation))) {
      Functions.<List<T>>cast(part).forEach(greatest::add);
    }
    return greatest.sorted();
  }

  /**
   * The greatest record.
   *
   * @param order serializable
   * @throws UnsupportedOperationException if there is none
   */
  public final T max(Comparator<T> order) {
    return reduced((left, right) -> order.compare(left, right) >= 0 ? left : right, "max");
  }

  /**
   * The least record.
   *
   * @param order serializable
   * @throws UnsupportedOperationException if there is none
   */
  public final T min(Comparator<T> order) {
    return reduced((left, right) -> order.compare(left, right) <= 0 ? left : right, "min");
  }

  /** Calls the function for every record, on the workers. */
  public final void foreach(VoidFunction<T> function) {
    run(forPartition(function, Functions.eachOfPartition(function), "foreach"));
  }

  /** Calls the function once for every partition, on the workers. */
  public final void foreachPartition(VoidFunction<Iterator<T>> function) {
    run(forPartition(function, Functions.forPartition(function), "foreachPartition"));
  }

  final void foreachPartition(Batch batch, VoidFunction2<Iterator<T>, BatchPartition> function) {
    run(forPartition(
        function, Functions.forBatchPartition(batch, function), "foreachBatchPartition"));
  }

  /** Writes each partition into a sink; gives what is prepared, in the order of the partitions. */
  final List<String> prepareInto(BatchSink<? super T> sink, String pipeline, Batch batch) {
    List<String> prepared = new ArrayList<>();
    for (Object part :
        run(forPartition(sink, Functions.<T>intoSink(pipeline, batch, sink), "saveTo"))) {
      String text = Functions.cast(part);
      if (!text.isEmpty()) {
        prepared.add(text);
      }
    }
    return prepared;
  }

  /**
   * Writes each partition as a file of lines, {@code part-00000} and so on, on the node that has it, and an empty
   * {@code _SUCCESS} at the end. A file appears under its name only when it is complete. Files of an earlier save in the
   * directory are replaced, and removed where this one has fewer.
   */
  public final void saveAsTextFile(String directory) {
    List<Object> parts =
        run(forPartition(directory, Functions.writeLines(directory), "saveAsTextFile"));
    complete(directory, parts.size());
  }

  /**
   * As {@link #saveAsTextFile}, with the records encoded; {@link StreamingContext#objectFile} reads them. They must be
   * plain data, as for a shuffle, and the reader must have the same classes.
   */
  public final void saveAsObjectFile(String directory) {
    List<Object> parts =
        run(forPartition(directory, Functions.writeObjects(directory), "saveAsObjectFile"));
    complete(directory, parts.size());
  }

  private static void complete(String directory, int parts) {
    try {
      TextFiles.complete(Locations.path(directory), parts);
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

  /** The same records, kept from the first job to the last that reads them. */
  private RDD<T> kept() {
    if (node instanceof Node.Kept || node instanceof Node.Literal) {
      return new RDD<>(context, node, batchMillis);
    }
    return new RDD<>(
        context, context.kept(node, batchMillis, StorageLevel.MEMORY_AND_DISK), batchMillis);
  }

  private PairRDD<T, Boolean> marked(String operation) {
    Function<T, Pair<T, Boolean>> marked = record -> new Pair<>(record, true);
    return pairs(narrow(map(marked, operation), false));
  }

  /** Each record under the number of its partition. */
  private Node numbered(String operation) {
    Function2<Integer, Iterator<T>, Iterator<Pair<Integer, T>>> numbered = (index, records) ->
        Functions.stream(records).map(record -> new Pair<>(index, record)).iterator();
    return narrow(partitions(numbered, operation), false);
  }

  /** Pairs brought to the partitions that their keys name. */
  private Node direct(List<Node> inputs, Aggregation aggregation, int partitions) {
    return new Node.Exchange(context.newId(), inputs, aggregation, partitions, true);
  }

  private Node value(Node pairs) {
    Function<Pair<Integer, T>, T> value = Pair::value;
    return new Node.Narrow(context.newId(), pairs, map(value, "repartition"), false);
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

  private <R> RDD<R> with(RDD<?> other, Node both) {
    return new RDD<>(context, both, Math.max(batchMillis, other.batchMillis));
  }

  final void requireSameContext(RDD<?> other, String operation) {
    if (other.context != context) {
      throw new IllegalArgumentException(
          "The RDDs given to %s belong to contexts '%s' and '%s'; they must belong to the same."
              .formatted(operation, context.name(), other.context.name()));
    }
  }

  static void requirePartitions(int partitions) {
    if (partitions < 1 || partitions > 0xFFFF) {
      throw new IllegalArgumentException(
          "Number of partitions must be between 1 and 65535, got " + partitions + ".");
    }
  }

  private static void requireNotNegative(int count, String operation) {
    if (count < 0) {
      throw new IllegalArgumentException(
          operation + " needs a number of records that is not negative, got " + count + ".");
    }
  }

  static Operator map(Function<?, ?> function, String operation) {
    return map(function, function, operation);
  }

  static Operator map(Object function, Function<?, ?> wrapper, String operation) {
    return new Operator.Map(Closure.of(function, wrapper, operation));
  }

  static Operator partitions(Function2<Integer, ?, ?> function, String operation) {
    return partitions(function, function, operation);
  }

  private static Operator partitions(
      Object function, Function2<Integer, ?, ?> wrapper, String operation) {
    return new Operator.MapPartitions(Closure.of(function, wrapper, operation));
  }

  private static Action forPartition(Function2<Integer, ?, ?> function, String operation) {
    return forPartition(function, function, operation);
  }

  static Action forPartition(Object function, Function2<Integer, ?, ?> wrapper, String operation) {
    return new Action.ForPartition(Closure.of(function, wrapper, operation));
  }
}
