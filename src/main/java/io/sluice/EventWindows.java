package io.sluice;

import io.sluice.api.Function;
import io.sluice.api.Function2;
import io.sluice.plan.Aggregation;
import io.sluice.plan.Closure;
import io.sluice.plan.EventWindowSpec;
import io.sluice.plan.Node;
import io.sluice.plan.Operator;
import java.util.ArrayList;
import java.util.List;

/**
 * Windows of event time, to be combined to one value for each key and window.
 *
 * @param <K> the keys
 * @param <V> the values
 */
public final class EventWindows<K, V> {

  private final DStream<?> observed;
  private final EventWindowSpec windows;
  private final int partitions;

  EventWindows(DStream<?> observed, EventWindowSpec windows) {
    this(observed, windows, observed.context().defaultPartitions());
  }

  private EventWindows(DStream<?> observed, EventWindowSpec windows, int partitions) {
    this.observed = observed;
    this.windows = windows;
    this.partitions = partitions;
  }

  /** The same, with the keys divided into another number of partitions. */
  public EventWindows<K, V> numPartitions(int count) {
    RDD.requirePartitions(count);
    return new EventWindows<>(observed, windows, count);
  }

  /** The values of each key in each window combined by an associative function. */
  public EventWindowDStream<K, V, V> reduce(Function2<V, V, V> function) {
    Function<V, V> same = value -> value;
    return combined(
        Closure.of(same, "reduce"), Closure.of(function, "reduce"), Closure.of(function, "reduce"));
  }

  /** The number of values of each key in each window. */
  public EventWindowDStream<K, V, Long> count() {
    Function<V, Long> one = value -> 1L;
    Function2<Long, V, Long> next = (count, value) -> count + 1;
    Function2<Long, Long, Long> sum = Long::sum;
    return combined(Closure.of(one, "count"), Closure.of(next, "count"), Closure.of(sum, "count"));
  }

  /** All values of each key in each window, those of earlier batches first. */
  public EventWindowDStream<K, V, List<V>> toList() {
    Function<V, List<V>> create = value -> {
      List<V> list = new ArrayList<>();
      list.add(value);
      return list;
    };
    Function2<List<V>, V, List<V>> append = (list, value) -> {
      list.add(value);
      return list;
    };
    Function2<List<V>, List<V>, List<V>> join = (earlier, later) -> {
      List<V> both = new ArrayList<>(earlier);
      both.addAll(later);
      return both;
    };
    return combined(
        Closure.of(create, "toList"), Closure.of(append, "toList"), Closure.of(join, "toList"));
  }

  /**
   * The values of each key in each window combined to a value of another type.
   *
   * @param create makes it of the first value
   * @param add extends it by one more value; may change and return the first argument
   * @param join makes one of two; must change neither, since a batch may be run again
   */
  public <R> EventWindowDStream<K, V, R> combine(
      Function<V, R> create, Function2<R, V, R> add, Function2<R, R, R> join) {
    return combined(
        Closure.of(create, "combine"), Closure.of(add, "combine"), Closure.of(join, "combine"));
  }

  private <R> EventWindowDStream<K, V, R> combined(Closure create, Closure add, Closure join) {
    StreamingContext context = observed.context();
    int id = context.newId();
    String lateCounter = "late for " + create;
    Node keyed = new Node.Exchange(
        context.newId(), List.of(observed.node()), new Aggregation.Pass(), partitions);
    Operator operator = new Operator.EventWindows(
        id,
        observed.node().id(),
        windows,
        new Aggregation.Combine(create, add, join, true),
        lateCounter);
    return new EventWindowDStream<>(
        context,
        new Node.Stateful(id, keyed, partitions, operator, null),
        observed.slideMillis(),
        lateCounter);
  }
}
