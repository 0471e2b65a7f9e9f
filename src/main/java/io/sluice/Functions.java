package io.sluice;

import io.sluice.api.ErrorCode;
import io.sluice.api.FlatMapFunction;
import io.sluice.api.Function2;
import io.sluice.api.Pair;
import io.sluice.api.SluiceException;
import io.sluice.api.VoidFunction;
import java.io.BufferedWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.PriorityQueue;

/** The engine's own functions that run on the workers; the integer is the number of the partition. */
final class Functions {

  private Functions() {}

  static <T, R> Function2<Integer, Iterator<T>, Iterator<R>> ofPartition(
      FlatMapFunction<Iterator<T>, R> function) {
    return (index, records) -> function.call(records);
  }

  static <T> Function2<Integer, Iterator<T>, Iterator<List<T>>> glom() {
    return (index, records) -> {
      List<T> all = new ArrayList<>();
      records.forEachRemaining(all::add);
      return List.of(all).iterator();
    };
  }

  /** Numbers the records of a partition, to spread them evenly. */
  static <T> FlatMapFunction<Iterator<T>, Pair<Integer, T>> numbered() {
    return records -> {
      List<Pair<Integer, T>> numbered = new ArrayList<>();
      records.forEachRemaining(record -> numbered.add(new Pair<>(numbered.size(), record)));
      return numbered.iterator();
    };
  }

  static Function2<Integer, Iterator<Long>, Iterator<Long>> orZero() {
    return (index, counts) -> counts.hasNext() ? counts : List.of(0L).iterator();
  }

  static <T> Function2<Integer, Iterator<T>, List<T>> reducePartition(Function2<T, T, T> function) {
    return (index, records) -> {
      List<T> result = new ArrayList<>(1);
      while (records.hasNext()) {
        T record = records.next();
        if (result.isEmpty()) {
          result.add(record);
        } else {
          result.set(0, function.call(result.get(0), record));
        }
      }
      return result;
    };
  }

  static <T> Function2<Integer, Iterator<T>, List<T>> topOfPartition(
      int count, Comparator<? super T> order) {
    return (index, records) -> {
      PriorityQueue<T> greatest = new PriorityQueue<>(order);
      while (records.hasNext()) {
        greatest.add(records.next());
        if (greatest.size() > count) {
          greatest.remove();
        }
      }
      return new ArrayList<>(greatest);
    };
  }

  static <T> Function2<Integer, Iterator<T>, List<T>> eachOfPartition(VoidFunction<T> function) {
    return (index, records) -> {
      while (records.hasNext()) {
        function.call(records.next());
      }
      return new ArrayList<>();
    };
  }

  static <T> Function2<Integer, Iterator<T>, List<T>> forPartition(
      VoidFunction<Iterator<T>> function) {
    return (index, records) -> {
      function.call(records);
      return new ArrayList<>();
    };
  }

  static <T> Function2<Integer, Iterator<T>, String> writeLines(String directory) {
    return (index, records) -> {
      Path target = Files.createDirectories(Path.of(directory));
      String name = "part-%05d".formatted(index);
      Path unfinished = Files.createTempFile(target, "." + name, ".tmp");
      try (BufferedWriter lines = Files.newBufferedWriter(unfinished)) {
        while (records.hasNext()) {
          lines.write(String.valueOf(records.next()));
          lines.newLine();
        }
      }
      Files.move(
          unfinished,
          target.resolve(name),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
      return name;
    };
  }

  static <V> List<V> copy(Iterable<V> values) {
    return append(new ArrayList<>(), values);
  }

  static <V> List<V> append(List<V> list, Iterable<V> values) {
    values.forEach(list::add);
    return list;
  }

  static <T> T call(Function2<T, T, T> function, T left, T right) {
    try {
      return function.call(left, right);
    } catch (Exception failure) {
      throw new SluiceException(
          ErrorCode.DRIVER_FUNCTION_FAILED, "The function failed: " + failure, failure);
    }
  }

  /** Results of workers come back without their type. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  static <R> R cast(Object result) {
    return (R) result;
  }
}
