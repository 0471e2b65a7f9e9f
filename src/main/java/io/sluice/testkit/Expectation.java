package io.sluice.testkit;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** What a stream is to put out, batch by batch, compared with what it does. */
final class Expectation<T> {

  private static final int SHOWN = 30;

  private final String name;
  private final Recorded<T> actual;
  private final List<? extends List<T>> expected;
  private final boolean ordered;
  private final int slides;
  private Instant checkedUpTo = Instant.MIN;
  private int checked;

  /**
   * @param slides how many intervals lie between two batches of the stream
   */
  Expectation(
      String name,
      Recorded<T> actual,
      List<? extends List<T>> expected,
      boolean ordered,
      int slides) {
    this.name = name;
    this.actual = actual;
    this.expected = expected.stream().<List<T>>map(ArrayList::new).toList();
    this.ordered = ordered;
    this.slides = slides;
  }

  /** How many batches must run until everything is put out. */
  int batches() {
    return expected.size() * slides;
  }

  /**
   * Compares the batches that are not compared yet.
   *
   * @throws AssertionError if one is not as expected
   */
  void check() {
    for (Recorded.Batch<T> batch : actual.after(checkedUpTo)) {
      if (checked < expected.size()) {
        compare(batch, expected.get(checked++));
      }
      checkedUpTo = batch.time();
    }
  }

  void requireAll() {
    if (checked < expected.size()) {
      throw new AssertionError("%s has put out %d batches, expected %d. The next is missing: %s"
          .formatted(name, checked, expected.size(), expected.get(checked)));
    }
  }

  private void compare(Recorded.Batch<T> batch, List<T> records) {
    String difference =
        ordered ? firstDifference(records, batch.records()) : difference(records, batch.records());
    if (!difference.isEmpty()) {
      throw new AssertionError("""
          %s differs in batch %s, its %d%s:
          %s
            expected %s
            got      %s""".formatted(
              name,
              batch.time(),
              checked,
              ordinal(checked),
              difference,
              shown(records),
              shown(batch.records())));
    }
  }

  private static <T> String firstDifference(List<T> expected, List<T> actual) {
    for (int i = 0; i < Math.min(expected.size(), actual.size()); i++) {
      if (!Objects.equals(expected.get(i), actual.get(i))) {
        return "  at record %d: expected %s, got %s"
            .formatted(i + 1, expected.get(i), actual.get(i));
      }
    }
    return expected.size() == actual.size()
        ? ""
        : "  expected %d records, got %d".formatted(expected.size(), actual.size());
  }

  private static <T> String difference(List<T> expected, List<T> actual) {
    Map<T, Integer> balance = new LinkedHashMap<>();
    expected.forEach(record -> balance.merge(record, 1, Integer::sum));
    actual.forEach(record -> balance.merge(record, -1, Integer::sum));
    List<T> missing = new ArrayList<>();
    List<T> unexpected = new ArrayList<>();
    balance.forEach((record, count) -> {
      for (int i = 0; i < Math.abs(count); i++) {
        (count > 0 ? missing : unexpected).add(record);
      }
    });
    List<String> lines = new ArrayList<>();
    if (!missing.isEmpty()) {
      lines.add("  missing  " + shown(missing));
    }
    if (!unexpected.isEmpty()) {
      lines.add("  too many " + shown(unexpected));
    }
    return String.join("\n", lines);
  }

  private static String shown(List<?> records) {
    String first =
        records.stream().limit(SHOWN).map(String::valueOf).collect(Collectors.joining(", "));
    int more = records.size() - SHOWN;
    return more > 0 ? "[%s, and %d more]".formatted(first, more) : "[" + first + "]";
  }

  private static String ordinal(int number) {
    boolean teen = number % 100 / 10 == 1;
    return switch (teen ? 0 : number % 10) {
      case 1 -> "st";
      case 2 -> "nd";
      case 3 -> "rd";
      default -> "th";
    };
  }
}
