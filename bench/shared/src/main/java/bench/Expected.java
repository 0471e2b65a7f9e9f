package bench;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ToIntFunction;

/** What the results of a workload must add up to, exactly, for the lines and keys that were given. */
final class Expected {

  private final String workload;
  private final Map<String, Long> shares;
  private final String top;
  private final long[] sums;

  Expected(String workload) {
    this.workload = workload;
    this.shares = workload.equals("W3") ? count() : Map.of();
    this.top =
        shares.isEmpty()
            ? ""
            : Collections.max(shares.entrySet(), Map.Entry.comparingByValue()).getKey();
    this.sums =
        switch (workload) {
          case "W1", "W7" -> sums(line -> line.contains(Text.NEEDLE) ? 1 : 0);
          case "W2", "W5 two", "W5 latency" -> sums(line -> line.split(" ").length);
          case "W3" -> sums(this::tops);
          case "W5 one", "W5 64tasks", "W5 1000tasks", "W8" -> sums(line -> 1);
          default -> new long[0];
        };
  }

  /** How often each word is in the data. */
  Map<String, Long> shares() {
    return shares;
  }

  /** The word that is there most often. */
  String top() {
    return top;
  }

  /**
   * W1, W7: lines with the needle. W2: words. W3: how often the most frequent word was there. W4: the sum of what each
   * update has to give, 1 for a key's first and n for its n-th. W5: lines in one stage, words in two. W8: rows.
   */
  long results() {
    long sum = 0;
    if (workload.equals("W4")) {
      for (long updates : updates()) {
        sum += updates * (updates + 1) / 2;
      }
      return sum;
    }
    for (Given given : Given.all()) {
      long count = given.count();
      sum += count / given.span * sum(given.from, given.span);
      sum += sum(given.from, (int) (count % given.span));
    }
    return sum;
  }

  private static long[] updates() {
    long[] updates = new long[KeyOrder.KEYS];
    for (Given given : Given.all()) {
      long count = given.count();
      for (int i = 0; i < given.span; i++) {
        updates[(given.from + i) % updates.length] +=
            count / given.span + (i < count % given.span ? 1 : 0);
      }
    }
    return updates;
  }

  private long sum(int from, int lines) {
    int to = from + lines;
    return to <= Text.LINES
        ? sums[to] - sums[from]
        : sums[Text.LINES] - sums[from] + sums[to - Text.LINES];
  }

  private int tops(String line) {
    int tops = 0;
    for (String word : line.split(" ")) {
      tops += word.equals(top) ? 1 : 0;
    }
    return tops;
  }

  private static long[] sums(ToIntFunction<String> results) {
    String[] lines = Text.lines();
    long[] sums = new long[lines.length + 1];
    for (int i = 0; i < lines.length; i++) {
      sums[i + 1] = sums[i] + results.applyAsInt(lines[i]);
    }
    return sums;
  }

  private static Map<String, Long> count() {
    Map<String, Long> counts = new HashMap<>();
    for (String line : Text.lines()) {
      for (String word : line.split(" ")) {
        counts.merge(word, 1L, Long::sum);
      }
    }
    return counts;
  }
}
