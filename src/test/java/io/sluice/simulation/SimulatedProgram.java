package io.sluice.simulation;

import io.sluice.DStream;
import io.sluice.PairDStream;
import io.sluice.StreamingContext;
import io.sluice.api.Pair;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** Counts in every way that must survive. */
final class SimulatedProgram {

  static final Duration INTERVAL = Duration.ofMillis(250);
  static final int PANES = 3;
  static final int KEYS = 5;
  static final String SEEN = "seen";
  static final String TOTALS = "totals";
  static final String PARITIES = "parities";
  static final String WINDOW = "window";

  private SimulatedProgram() {}

  static void build(StreamingContext context, int receivers) {
    DStream<Integer> numbers = context.receiverStream(new NumberedSource());
    for (int more = 1; more < receivers; more++) {
      numbers = numbers.union(context.receiverStream(new NumberedSource()));
    }
    numbers.foreachRDD((rdd, time) -> Simulation.current()
        .output(SEEN, time.toEpochMilli(), rdd.collect().stream().sorted().toList()));
    PairDStream<Integer, Long> byKey =
        numbers.mapToPair(number -> Pair.of(number % KEYS, (long) number));
    PairDStream<Integer, Long> totals = byKey.updateStateByKey(SimulatedProgram::sum);
    record(TOTALS, totals);
    record(
        PARITIES,
        totals
            .mapToPair(total -> Pair.of(total.key() % 2, total.value()))
            .updateStateByKey(SimulatedProgram::sum));
    record(
        WINDOW,
        byKey.reduceByKeyAndWindow(
            Long::sum, (a, b) -> a - b, INTERVAL.multipliedBy(PANES), INTERVAL));
  }

  private static Optional<Long> sum(List<Long> values, Optional<Long> before) {
    return Optional.of(
        before.orElse(0L) + values.stream().mapToLong(Long::longValue).sum());
  }

  private static void record(String name, PairDStream<Integer, Long> stream) {
    stream.foreachRDD((rdd, time) -> record(name, time, rdd.collect()));
  }

  private static void record(String name, Instant time, List<Pair<Integer, Long>> pairs) {
    TreeMap<Integer, Long> all = new TreeMap<>();
    pairs.forEach(pair -> {
      if (all.put(pair.key(), pair.value()) != null) {
        throw new AssertionError("Key " + pair.key() + " is twice in " + name);
      }
    });
    all.values().removeIf(value -> value == 0);
    Simulation.current().output(name, time.toEpochMilli(), all);
  }
}
