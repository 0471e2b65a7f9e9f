package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.Pair;
import io.sluice.testkit.Recorded;
import io.sluice.testkit.StreamingTest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Input and expected output in the notation of the tables: batches separated by {@code |}, records by
 * blanks, {@code -} for an empty batch, {@code ∅} for none, {@code _} for the empty string.
 */
final class Conformance {

  private final int nodes;
  private boolean ordered;
  private int partitions = 2;
  private int batches;

  private Conformance(int nodes) {
    this.nodes = nodes;
  }

  static Conformance on(int nodes) {
    return new Conformance(nodes);
  }

  Conformance ordered() {
    ordered = true;
    return this;
  }

  Conformance partitions(int count) {
    partitions = count;
    return this;
  }

  /** More batches than there is input for. */
  Conformance batches(int count) {
    batches = count;
    return this;
  }

  <T, U, R extends RDD<U>> void check(
      List<? extends @Nullable List<T>> input,
      Function<DStream<T>, DStreamLike<U, ?, R>> program,
      List<List<U>> expected) {
    compare(run(input, program), expected);
  }

  <K, V, U, R extends RDD<U>> void checkPairs(
      List<List<Pair<K, V>>> input,
      Function<PairDStream<K, V>, DStreamLike<U, ?, R>> program,
      List<List<U>> expected) {
    Function<DStream<Pair<K, V>>, DStreamLike<U, ?, R>> onPairs =
        stream -> program.apply(stream.mapToPair(pair -> pair));
    compare(run(input, onPairs), expected);
  }

  <T, U, R extends RDD<U>> List<Recorded.Batch<U>> run(
      List<? extends @Nullable List<T>> input, Function<DStream<T>, DStreamLike<U, ?, R>> program) {
    try (StreamingTest test = StreamingTest.builder().nodes(nodes).build()) {
      Recorded<U> output = test.output(program.apply(test.input(input, partitions)));

      test.runBatches(Math.max(batches, input.size()));

      return output.batches();
    }
  }

  private <U> void compare(List<Recorded.Batch<U>> actual, List<List<U>> expected) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      var records =
          assertThat(actual.get(i).records()).as("batch at " + actual.get(i).time());
      if (ordered) {
        records.containsExactlyElementsOf(expected.get(i));
      } else {
        records.containsExactlyInAnyOrderElementsOf(expected.get(i));
      }
    }
  }

  /** "1..4 | 7 8". */
  static List<List<Integer>> ints(String table) {
    return parse(table, Conformance::range);
  }

  /** "a b | _". */
  static List<List<String>> words(String table) {
    return parse(table, token -> List.of(word(token)));
  }

  /** "a2 b1 | cal-4". */
  static List<List<Pair<String, Integer>>> counts(String table) {
    return parse(table, token -> {
      int digits = token.split("-?\\d", 2)[0].length();
      return List.of(
          Pair.of(word(token.substring(0, digits)), Integer.parseInt(token.substring(digits))));
    });
  }

  static <T> List<List<T>> empty(int batches) {
    List<List<T>> all = new ArrayList<>();
    for (int i = 0; i < batches; i++) {
      all.add(List.of());
    }
    return all;
  }

  /** Records as text, whatever their order was. */
  static String sortedText(List<? extends Pair<?, ?>> pairs) {
    return pairs.stream()
        .map(pair -> "(" + pair.key() + "," + pair.value() + ")")
        .sorted()
        .toList()
        .toString();
  }

  static <T extends Comparable<T>> List<T> sorted(Iterable<T> values) {
    List<T> list = new ArrayList<>();
    values.forEach(list::add);
    list.sort(null);
    return list;
  }

  private static List<Integer> range(String token) {
    String[] ends = token.split("\\.\\.", -1);
    List<Integer> numbers = new ArrayList<>();
    for (int i = Integer.parseInt(ends[0]); i <= Integer.parseInt(ends[ends.length - 1]); i++) {
      numbers.add(i);
    }
    return numbers;
  }

  private static String word(String token) {
    return token.equals("_") ? "" : token;
  }

  private static <T> List<List<T>> parse(String table, Function<String, List<T>> record) {
    List<List<T>> batches = new ArrayList<>();
    for (String cell : table.split("\\|", -1)) {
      batches.add(batch(cell.strip(), record));
    }
    return batches;
  }

  @SuppressWarnings(
      "NullAway") // a batch without a dataset is null in a list whose elements the parser cannot
  // mark
  private static <T> List<T> batch(String cell, Function<String, List<T>> record) {
    if (cell.equals("∅")) {
      return null;
    }
    List<T> records = new ArrayList<>();
    if (!cell.equals("-")) {
      Arrays.stream(cell.split("\\s+", -1)).forEach(token -> records.addAll(record.apply(token)));
    }
    return records;
  }
}
