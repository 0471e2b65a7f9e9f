package io.sluice.cli;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Takes the results of a chaos run and says what was lost, counted twice or wrong. A batch may be reported again by
 * another driver, but then with the same content.
 */
final class ChaosTally {

  private record Kill(long millis, boolean driver) {}

  private final TreeMap<Long, Map<Long, Long>> batches = new TreeMap<>();
  private final TreeMap<Long, Map<Long, Long>> states = new TreeMap<>();
  private final TreeMap<Long, Map<Long, Long>> windows = new TreeMap<>();
  private final List<Kill> kills = new ArrayList<>();
  private final List<Long> results = new ArrayList<>();
  private final Map<Long, Long> processes = new HashMap<>();
  private final Map<Long, Long> lastResults = new HashMap<>();
  private final List<String> conflicts = new ArrayList<>();
  private long driverPid;
  private long latest;

  /**
   * Takes a line as {@link ChaosProgram} reports it.
   *
   * @param nowMillis when it came
   */
  synchronized void result(String line, long nowMillis) {
    String[] parts = line.split(" ", -1);
    long batch = Long.parseLong(parts[1]);
    if (batch >= latest) {
      // A driver that was replaced may still tell of the batch in which that happened.
      latest = batch;
      driverPid = Long.parseLong(parts[2]);
    }
    Map<Long, Long> counts = new HashMap<>();
    for (String count : parts[3].split(",", -1)) {
      if (!count.isEmpty()) {
        String[] pair = count.split("=", 2);
        counts.put(Long.parseLong(pair[0]), Long.parseLong(pair[1]));
      }
    }
    Map<Long, Long> before = kind(parts[0]).put(batch, counts);
    if (before != null && !before.equals(counts)) {
      conflicts.add("%s %d was %s, then %s".formatted(parts[0], batch, before, counts));
    }
    results.add(nowMillis);
    processes.put(batch, Long.parseLong(parts[2]));
    lastResults.put(Long.parseLong(parts[2]), nowMillis);
  }

  private Map<Long, Map<Long, Long>> kind(String name) {
    return switch (name) {
      case "batch" -> batches;
      case "state" -> states;
      case "window" -> windows;
      default -> throw new IllegalArgumentException("Unknown kind of result '" + name + "'");
    };
  }

  synchronized void killed(boolean driver, long nowMillis) {
    kills.add(new Kill(nowMillis, driver));
  }

  /** When a process has put out its last result; 0 if never. */
  synchronized long lastResultOf(long pid) {
    return lastResults.getOrDefault(pid, 0L);
  }

  /** The process that put out the last result. */
  synchronized long driverPid() {
    return driverPid;
  }

  synchronized long counted() {
    return batches.values().stream().mapToLong(ChaosTally::sum).sum();
  }

  /** How many numbers no batch has; {@code sent} are all from 0 on. */
  synchronized long lost(long sent) {
    return buckets(sent).entrySet().stream()
        .mapToLong(bucket -> Math.max(0, size(bucket.getKey(), sent) - bucket.getValue()))
        .sum();
  }

  /** How many numbers were counted more than once. */
  synchronized long duplicated(long sent) {
    return buckets(sent).entrySet().stream()
        .mapToLong(bucket -> Math.max(0, bucket.getValue() - size(bucket.getKey(), sent)))
        .sum();
  }

  /** What is wrong beside: results that changed, state and windows that do not fit the batches. */
  synchronized List<String> wrong(long sent) {
    List<String> wrong = new ArrayList<>(conflicts);
    long counted = 0;
    long missing = 0;
    for (Map.Entry<Long, Map<Long, Long>> batch : batches.entrySet()) {
      counted += sum(batch.getValue());
      Map<Long, Long> state = states.get(batch.getKey());
      // What went wrong once stays wrong; only the batch that did it is of interest.
      if (state != null && counted - sum(state) != missing) {
        missing = counted - sum(state);
        wrong.add("state of batch %d has %d instead of %d, process %d"
            .formatted(batch.getKey(), sum(state), counted, processes.get(batch.getKey())));
      }
    }
    if (!states.isEmpty()) {
      states.lastEntry().getValue().forEach((key, total) -> {
        long expected = (sent - key + ChaosProgram.KEYS - 1) / ChaosProgram.KEYS;
        if (total != expected) {
          wrong.add("state of %d is %d instead of %d".formatted(key, total, expected));
        }
      });
    }
    List<Long> times = new ArrayList<>(batches.keySet());
    for (int end = 0; end < times.size(); end++) {
      long expected = 0;
      for (int at = Math.max(0, end - ChaosProgram.WINDOW_BATCHES + 1); at <= end; at++) {
        expected += sum(batches.getOrDefault(times.get(at), Map.of()));
      }
      Map<Long, Long> window = windows.getOrDefault(times.get(end), Map.of());
      if (end == times.size() - 1 && window.isEmpty()) {
        // The program goes on, and its newest batch may not have told everything yet.
        break;
      }
      if (!window.equals(Map.of(0L, expected))) {
        wrong.add(
            "window until %d is %s instead of %d".formatted(times.get(end), window, expected));
      }
    }
    return wrong;
  }

  /** The longest time without a result after faults of drivers, or of workers. */
  synchronized long gapMillis(boolean driver) {
    List<Long> gaps = gaps();
    return IntStream.range(0, kills.size())
        .filter(at -> kills.get(at).driver == driver)
        .mapToLong(gaps::get)
        .max()
        .orElse(0);
  }

  /** The longest time without a result between each fault and the next, in milliseconds. */
  synchronized List<Long> gaps() {
    List<Long> gaps = new ArrayList<>();
    for (int kill = 0; kill < kills.size(); kill++) {
      long from = kills.get(kill).millis;
      long next = kill + 1 < kills.size() ? kills.get(kill + 1).millis : Long.MAX_VALUE;
      long longest = 0;
      for (int at = 1; at < results.size(); at++) {
        long gap = Math.min(results.get(at), next) - Math.max(results.get(at - 1), from);
        longest = Math.max(longest, gap);
      }
      gaps.add(longest);
    }
    return gaps;
  }

  private Map<Long, Long> buckets(long sent) {
    Map<Long, Long> buckets = new HashMap<>();
    for (long bucket = 0; bucket * ChaosProgram.BUCKET < sent; bucket++) {
      buckets.put(bucket, 0L);
    }
    batches
        .values()
        .forEach(
            batch -> batch.forEach((bucket, count) -> buckets.merge(bucket, count, Long::sum)));
    return buckets;
  }

  private static long size(long bucket, long sent) {
    return Math.max(0, Math.min(ChaosProgram.BUCKET, sent - bucket * ChaosProgram.BUCKET));
  }

  private static long sum(Map<Long, Long> counts) {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }
}
