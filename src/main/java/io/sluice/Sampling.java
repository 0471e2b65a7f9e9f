package io.sluice;

import io.sluice.api.Function2;
import io.sluice.api.Pair;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.stream.IntStream;

/** Functions that choose records at random; the same seed and partitions give the same choice. */
final class Sampling {

  private Sampling() {}

  static void requireFraction(boolean withReplacement, double fraction) {
    boolean fits = fraction >= 0 && (withReplacement || fraction <= 1);
    if (!fits) {
      throw new IllegalArgumentException("Fraction must be %s, got %s. It is the %s."
          .formatted(
              withReplacement ? "at least 0" : "between 0 and 1",
              fraction,
              withReplacement
                  ? "number of times that a record is taken on average"
                  : "chance of a record to be taken"));
    }
  }

  /** Takes each record with the given chance. */
  static <T> Function2<Integer, Iterator<T>, Iterator<T>> each(double fraction, long seed) {
    return (index, records) -> {
      Random random = random(seed, index);
      return Functions.stream(records)
          .filter(record -> random.nextDouble() < fraction)
          .iterator();
    };
  }

  /** Takes each record as often as a Poisson distribution of the given mean says. */
  static <T> Function2<Integer, Iterator<T>, Iterator<T>> repeated(double mean, long seed) {
    return (index, records) -> {
      Random random = random(seed, index);
      return Functions.stream(records)
          .flatMap(record -> IntStream.range(0, poisson(mean, random)).mapToObj(i -> record))
          .iterator();
    };
  }

  /** Gives {@code count} records of a partition a random number each, those with the smallest of all numbers. */
  static <T> Function2<Integer, Iterator<T>, List<Pair<Double, T>>> smallest(int count, long seed) {
    return (index, records) -> {
      Random random = random(seed, index);
      PriorityQueue<Pair<Double, T>> chosen =
          new PriorityQueue<>(Comparator.comparingDouble((Pair<Double, T> pair) -> -pair.key()));
      while (records.hasNext()) {
        chosen.add(new Pair<>(random.nextDouble(), records.next()));
        if (chosen.size() > count) {
          chosen.remove();
        }
      }
      return new ArrayList<>(chosen);
    };
  }

  /** The records with the smallest numbers of all partitions, which is a choice without preference, in random order. */
  static <T> List<T> smallestOf(List<Pair<Double, T>> numbered, int count) {
    return numbered.stream()
        .sorted(Comparator.comparingDouble(Pair::key))
        .limit(count)
        .map(Pair::value)
        .collect(ArrayList::new, List::add, List::addAll);
  }

  /** {@code count} positions below {@code size}, drawn one by one. */
  static List<Long> positions(int count, long size, long seed) {
    Random random = new Random(seed);
    List<Long> positions = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      positions.add((long) (random.nextDouble() * size));
    }
    Collections.sort(positions);
    return positions;
  }

  private static Random random(long seed, int partition) {
    return new Random(seed * 31 + (partition + 1) * 0x9E3779B97F4A7C15L);
  }

  /** Knuth's method, in steps so that a large mean does not round to nothing. */
  private static int poisson(double mean, Random random) {
    int count = 0;
    for (double left = mean; left > 0; left -= 500) {
      double limit = Math.exp(-Math.min(left, 500));
      for (double product = random.nextDouble(); product > limit; product *= random.nextDouble()) {
        count++;
      }
    }
    return count;
  }
}
