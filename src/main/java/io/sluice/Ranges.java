package io.sluice;

import io.sluice.api.Function;
import io.sluice.api.Function2;
import io.sluice.api.Pair;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Random;

/** Which keys go to which partition of a sorted RDD, chosen from a sample so that each gets about as many. */
final class Ranges<K> implements Serializable {

  private static final long serialVersionUID = 1L;
  private static final int SAMPLES_PER_PARTITION = 20;
  private static final int MAX_SAMPLES = 10_000;

  private record Weighted<K>(K key, double weight) {}

  private final ArrayList<K> bounds;
  private final Comparator<? super K> order;

  private Ranges(List<K> bounds, Comparator<? super K> order) {
    this.bounds = new ArrayList<>(bounds);
    this.order = order;
  }

  /** One range for all keys. */
  static <K> Ranges<K> one(Comparator<? super K> order) {
    return new Ranges<>(List.of(), order);
  }

  /**
   * @param samples for each partition of the input the number of its records, and the keys of some
   */
  static <K> Ranges<K> of(
      List<Pair<Long, List<K>>> samples, Comparator<? super K> order, int partitions) {
    List<Weighted<K>> keys = new ArrayList<>();
    double total = 0;
    for (Pair<Long, List<K>> sample : samples) {
      double weight = (double) sample.key() / Math.max(1, sample.value().size());
      sample.value().forEach(key -> keys.add(new Weighted<>(key, weight)));
      total += sample.key();
    }
    keys.sort((left, right) -> order.compare(left.key, right.key));
    List<K> bounds = new ArrayList<>();
    double passed = 0;
    for (Weighted<K> next : keys) {
      passed += next.weight;
      boolean full = passed >= total / partitions * (bounds.size() + 1);
      boolean greater =
          bounds.isEmpty() || order.compare(next.key, bounds.get(bounds.size() - 1)) > 0;
      if (full && greater && bounds.size() < partitions - 1) {
        bounds.add(next.key);
      }
    }
    return new Ranges<>(bounds, order);
  }

  /** Takes a partition's sample, the same one every time. */
  static <T, K> Function2<Integer, Iterator<T>, Pair<Long, List<K>>> sample(
      Function<T, K> key, int partitions) {
    int size = Math.min(MAX_SAMPLES, SAMPLES_PER_PARTITION * partitions);
    return (index, records) -> {
      Random random = new Random(index);
      List<K> sample = new ArrayList<>();
      long count = 0;
      while (records.hasNext()) {
        K next = key.call(records.next());
        count++;
        if (sample.size() < size) {
          sample.add(next);
        } else {
          long place = (long) (random.nextDouble() * count);
          if (place < size) {
            sample.set((int) place, next);
          }
        }
      }
      return new Pair<>(count, sample);
    };
  }

  /** The partition of a key: as many as there are bounds below it. */
  int of(K key) {
    int low = 0;
    int high = bounds.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (order.compare(key, bounds.get(middle)) > 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Sorts a partition; records with equal keys stay in the order in which they came. */
  static <T, K> Function2<Integer, Iterator<Pair<Integer, T>>, Iterator<T>> sort(
      Function<T, K> key, Comparator<? super K> order) {
    return (index, records) -> {
      List<Pair<K, T>> keyed = new ArrayList<>();
      while (records.hasNext()) {
        T record = records.next().value();
        keyed.add(new Pair<>(key.call(record), record));
      }
      keyed.sort((left, right) -> order.compare(left.key(), right.key()));
      return keyed.stream().map(Pair::value).iterator();
    };
  }

  /** Natural order, nulls first. */
  static <K> Comparator<K> natural(boolean ascending) {
    Comparator<K> order = Comparator.nullsFirst(Functions.cast(Comparator.naturalOrder()));
    return ascending ? order : order.reversed();
  }
}
