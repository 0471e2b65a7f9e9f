package io.sluice;

import io.sluice.api.Batch;
import io.sluice.api.BatchPartition;
import io.sluice.api.BatchSink;
import io.sluice.api.BatchWriter;
import io.sluice.api.ErrorCode;
import io.sluice.api.FlatMapFunction;
import io.sluice.api.Function;
import io.sluice.api.Function2;
import io.sluice.api.Locations;
import io.sluice.api.Pair;
import io.sluice.api.SluiceException;
import io.sluice.api.Triple;
import io.sluice.api.VoidFunction;
import io.sluice.api.VoidFunction2;
import io.sluice.block.ObjectFiles;
import io.sluice.block.RecordCodec;
import io.sluice.cluster.ProgramJars;
import java.io.BufferedOutputStream;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Spliterators;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

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

  /** Deals the records of a partition out to others, one after the other. */
  static <T> Function2<Integer, Iterator<T>, Iterator<Pair<Integer, T>>> dealt(int partitions) {
    return (index, records) -> new Iterator<>() {
      private int next = index % partitions;

      @Override
      public boolean hasNext() {
        return records.hasNext();
      }

      @Override
      public Pair<Integer, T> next() {
        int partition = next;
        next = (next + 1) % partitions;
        return new Pair<>(partition, records.next());
      }
    };
  }

  /** Sends partitions that lie next to each other to the same place. */
  static <T> Function2<Integer, Iterator<T>, Iterator<Pair<Integer, T>>> merged(int from, int to) {
    return (index, records) -> {
      int partition = (int) Math.min(to - 1, (long) index * to / from);
      return stream(records).map(record -> new Pair<>(partition, record)).iterator();
    };
  }

  /** Numbers records, given how many there are in the partitions before; -1 for an unknown end. */
  static <T> Function2<Integer, Iterator<T>, Iterator<Pair<T, Long>>> indexed(long[] ends) {
    return (index, records) -> {
      if (index >= ends.length) {
        throw divided();
      }
      long begin = index == 0 ? 0 : ends[index - 1];
      return new Iterator<>() {
        private long next = begin;

        @Override
        public boolean hasNext() {
          boolean more = records.hasNext();
          if (ends[index] >= 0 && more != next < ends[index]) {
            throw divided();
          }
          return more;
        }

        @Override
        public Pair<T, Long> next() {
          return new Pair<>(records.next(), next++);
        }
      };
    };
  }

  private static IllegalStateException divided() {
    return new IllegalStateException(
        "The records were divided otherwise when they were counted: a node was lost in between."
            + " Persist the RDD with a storage level ending in _2, or call repartition before.");
  }

  /** All pairs of a record of the first side and one of the second. */
  static <K, T, U> FlatMapFunction<Pair<K, List<List<Object>>>, Pair<T, U>> product() {
    return group -> {
      List<T> left = cast(group.value().get(0));
      List<U> right = cast(group.value().get(1));
      return left.stream()
          .flatMap(one -> right.stream().map(other -> new Pair<>(one, other)))
          .iterator();
    };
  }

  /** The first record of one side with the first of the other, and so on. */
  static <T, U> FlatMapFunction<Pair<Integer, List<List<Object>>>, Pair<T, U>> zipped() {
    return group -> {
      List<T> left = cast(group.value().get(0));
      List<U> right = cast(group.value().get(1));
      if (left.size() != right.size()) {
        throw new IllegalArgumentException(
            "Partition %d has %d records in one RDD and %d in the other; RDDs can be zipped only if each partition has as many in both."
                .formatted(group.key(), left.size(), right.size()));
      }
      List<Pair<T, U>> pairs = new ArrayList<>();
      for (int i = 0; i < left.size(); i++) {
        pairs.add(new Pair<>(left.get(i), right.get(i)));
      }
      return pairs.iterator();
    };
  }

  static <K, V, W> FlatMapFunction<Pair<K, List<List<Object>>>, Pair<K, Pair<V, W>>> inner() {
    return group -> Functions.<V>side(group, 0).stream()
        .flatMap(left -> Functions.<W>side(group, 1).stream()
            .map(right -> new Pair<>(group.key(), new Pair<>(left, right))))
        .iterator();
  }

  static <K, V, W>
      FlatMapFunction<Pair<K, List<List<Object>>>, Pair<K, Pair<V, Optional<W>>>> leftOuter() {
    return group -> Functions.<V>side(group, 0).stream()
        .flatMap(left -> Functions.<W>orNone(group, 1)
            .map(right -> new Pair<>(group.key(), new Pair<>(left, right))))
        .iterator();
  }

  static <K, V, W>
      FlatMapFunction<Pair<K, List<List<Object>>>, Pair<K, Pair<Optional<V>, W>>> rightOuter() {
    return group -> Functions.<W>side(group, 1).stream()
        .flatMap(right -> Functions.<V>orNone(group, 0)
            .map(left -> new Pair<>(group.key(), new Pair<>(left, right))))
        .iterator();
  }

  static <K, V, W>
      FlatMapFunction<Pair<K, List<List<Object>>>, Pair<K, Pair<Optional<V>, Optional<W>>>>
          fullOuter() {
    return group -> Functions.<V>orNone(group, 0)
        .flatMap(left -> Functions.<W>orNone(group, 1)
            .map(right -> new Pair<>(group.key(), new Pair<>(left, right))))
        .iterator();
  }

  /** The first side's pairs of keys that the second has not. */
  static <K, V> FlatMapFunction<Pair<K, List<List<Object>>>, Pair<K, V>> onlyLeft() {
    return group -> {
      List<V> left = group.value().get(1).isEmpty() ? side(group, 0) : List.of();
      return left.stream().map(value -> new Pair<>(group.key(), value)).iterator();
    };
  }

  static <K, V, W>
      Function<Pair<K, List<List<Object>>>, Pair<K, Pair<Iterable<V>, Iterable<W>>>> twoSides() {
    return group -> new Pair<>(group.key(), new Pair<>(side(group, 0), side(group, 1)));
  }

  static <K, V, W, X>
      Function<Pair<K, List<List<Object>>>, Pair<K, Triple<Iterable<V>, Iterable<W>, Iterable<X>>>>
          threeSides() {
    return group ->
        new Pair<>(group.key(), new Triple<>(side(group, 0), side(group, 1), side(group, 2)));
  }

  private static <V> List<V> side(Pair<?, List<List<Object>>> group, int side) {
    return cast(group.value().get(side));
  }

  /** Each value of a side, or once none; a null value counts as none. */
  private static <V> Stream<Optional<V>> orNone(Pair<?, List<List<Object>>> group, int side) {
    List<V> values = side(group, side);
    return values.isEmpty()
        ? Stream.of(Optional.empty())
        : values.stream().map(Optional::ofNullable);
  }

  static <K, V, W> FlatMapFunction<Pair<K, V>, Pair<K, W>> eachValue(
      FlatMapFunction<V, W> function) {
    return pair -> {
      Iterator<W> values = function.call(pair.value());
      return new Iterator<>() {
        @Override
        public boolean hasNext() {
          return values.hasNext();
        }

        @Override
        public Pair<K, W> next() {
          return new Pair<>(pair.key(), values.next());
        }
      };
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
      Greatest<T> greatest = new Greatest<>(count, order);
      records.forEachRemaining(greatest::add);
      return greatest.sorted();
    };
  }

  static <T, U> Function2<Integer, Iterator<T>, U> aggregatePartition(
      Zero<U> zero, Function2<U, T, U> add) {
    return (index, records) -> {
      U result = zero.copy();
      while (records.hasNext()) {
        result = add.call(result, records.next());
      }
      return result;
    };
  }

  static <K, V> Function2<Integer, Iterator<Pair<K, V>>, Map<K, V>> reduceKeysOfPartition(
      Function2<V, V, V> function) {
    return (index, records) -> {
      Map<K, V> totals = new LinkedHashMap<>();
      while (records.hasNext()) {
        Pair<K, V> pair = records.next();
        boolean known = totals.containsKey(pair.key());
        V total = known
            ? function.call(Functions.<V>cast(totals.get(pair.key())), pair.value())
            : pair.value();
        totals.put(pair.key(), total);
      }
      return totals;
    };
  }

  /** The records of one partition; the others give none. */
  static <T> Function2<Integer, Iterator<T>, List<T>> onlyPartition(int partition) {
    return (index, records) -> {
      List<T> all = new ArrayList<>();
      if (index == partition) {
        records.forEachRemaining(all::add);
      }
      return all;
    };
  }

  static <T> Function2<Integer, Iterator<T>, List<T>> forBatchPartition(
      Batch batch, VoidFunction2<Iterator<T>, BatchPartition> function) {
    return (index, records) -> {
      int attempt = TaskContext.current().attempt();
      function.call(records, new BatchPartition(batch.id(), batch.time(), index, attempt));
      return new ArrayList<>();
    };
  }

  /** Writes a partition into a sink; gives what is prepared. */
  static <T> Function2<Integer, Iterator<T>, String> intoSink(
      String pipeline, Batch batch, BatchSink<? super T> sink) {
    return (index, records) -> {
      int attempt = TaskContext.current().attempt();
      BatchWriter<? super T> writer =
          sink.open(pipeline, new BatchPartition(batch.id(), batch.time(), index, attempt));
      return prepared(writer, records);
    };
  }

  private static <T> String prepared(BatchWriter<T> writer, Iterator<? extends T> records)
      throws Exception {
    try {
      while (records.hasNext()) {
        writer.write(records.next());
      }
      return requireShort(writer.prepare());
    } catch (Exception | Error failure) {
      try {
        writer.abort();
      } catch (Exception second) {
        failure.addSuppressed(second);
      }
      throw failure;
    }
  }

  private static String requireShort(@Nullable String prepared) {
    if (prepared == null || prepared.length() > BatchWriter.MAX_PREPARED) {
      throw new IllegalStateException(
          "A sink's prepare() returned %s; it must return a text of at most %d characters, empty if there is nothing to commit."
              .formatted(
                  prepared == null ? "null" : prepared.length() + " characters",
                  BatchWriter.MAX_PREPARED));
    }
    return prepared;
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
    return (index, records) -> writePart(directory, index, out -> {
      BufferedWriter lines =
          new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
      while (records.hasNext()) {
        lines.write(String.valueOf(records.next()));
        lines.newLine();
      }
      lines.flush();
    });
  }

  static <T> Function2<Integer, Iterator<T>, String> writeObjects(String directory) {
    return (index, records) -> writePart(
        directory,
        index,
        out -> ObjectFiles.write(out, records, new RecordCodec(ProgramJars.loader())));
  }

  private interface PartWriter {
    void write(OutputStream out) throws IOException;
  }

  /** The file has its name only when it is complete. */
  private static String writePart(String directory, int index, PartWriter writer)
      throws IOException {
    Path target = Files.createDirectories(Locations.path(directory));
    String name = "part-%05d".formatted(index);
    Path unfinished = target.resolve("." + name + "." + UUID.randomUUID() + ".tmp");
    try {
      try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(unfinished))) {
        writer.write(out);
      }
      Locations.publish(unfinished, target.resolve(name));
    } finally {
      Files.deleteIfExists(unfinished);
    }
    return name;
  }

  static <T> Stream<T> stream(Iterator<T> records) {
    return StreamSupport.stream(Spliterators.spliteratorUnknownSize(records, 0), false);
  }

  static <V> List<V> copy(Iterable<V> values) {
    return append(new ArrayList<>(), values);
  }

  static <V> List<V> append(List<V> list, Iterable<V> values) {
    values.forEach(list::add);
    return list;
  }

  static <T, U> T call(Function2<T, U, T> function, T left, U right) {
    try {
      return function.call(left, right);
    } catch (Exception failure) {
      throw new SluiceException(
          ErrorCode.DRIVER_FUNCTION_FAILED, "The function failed: " + failure, failure);
    }
  }

  /** Results of workers come back without their type. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals", "NullAway"})
  static <R> R cast(@Nullable Object result) {
    return (R) result;
  }
}
