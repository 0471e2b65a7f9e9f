package io.sluice.simulation;

import io.sluice.DStream;
import io.sluice.PairDStream;
import io.sluice.StateSpec;
import io.sluice.StreamingContext;
import io.sluice.api.Pair;
import io.sluice.api.State;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
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
  static final String CHAINED = "chained";

  /**
   * What a program is made of.
   *
   * @param operators how many operators with state follow each other, 1 to 3
   * @param sliding whether it has a window of its own, which is kept up to date
   * @param ways how its receivers store, one for each
   */
  record Form(int operators, boolean sliding, List<Feeds.Way> ways) {

    /** What it puts out in each batch. */
    List<String> outputs() {
      List<String> all = new ArrayList<>(List.of(SEEN, TOTALS, PARITIES, CHAINED));
      all.subList(1 + operators, all.size()).clear();
      if (sliding) {
        all.add(WINDOW);
      }
      return all;
    }
  }

  private SimulatedProgram() {}

  static void build(StreamingContext context, Form form) {
    DStream<Integer> numbers = context.receiverStream(source(form, 0));
    for (int lane = 1; lane < form.ways.size(); lane++) {
      numbers = numbers.union(context.receiverStream(source(form, lane)));
    }
    numbers.foreachRDD((rdd, time) -> World.cluster()
        .output(SEEN, time.toEpochMilli(), rdd.collect().stream().sorted().toList()));
    numbers.saveTo("kept", new RecordingSink());
    PairDStream<Integer, Long> byKey =
        numbers.mapToPair(number -> Pair.of(number % KEYS, (long) number));
    PairDStream<Integer, Long> totals = byKey.updateStateByKey(SimulatedProgram::sum);
    record(TOTALS, totals);
    if (form.operators > 1) {
      chain(totals, form.operators);
    }
    if (form.sliding) {
      record(
          WINDOW,
          byKey.reduceByKeyAndWindow(
              Long::sum, (a, b) -> a - b, INTERVAL.multipliedBy(PANES), INTERVAL));
    }
  }

  private static NumberedSource source(Form form, int lane) {
    return new NumberedSource(lane, form.ways.get(lane));
  }

  private static void chain(PairDStream<Integer, Long> totals, int operators) {
    PairDStream<Integer, Long> halves =
        totals.mapToPair(total -> Pair.of(total.key() % 2, total.value()));
    if (operators == 2) {
      record(PARITIES, halves.updateStateByKey(SimulatedProgram::sum));
      return;
    }
    PairDStream<Integer, Long> parities =
        halves.mapWithState(StateSpec.function(SimulatedProgram::remember)).stateSnapshots();
    record(PARITIES, parities);
    record(
        CHAINED, parities.reduceByKeyAndWindow(Long::sum, INTERVAL.multipliedBy(PANES), INTERVAL));
  }

  private static Long remember(Integer key, Optional<Long> value, State<Long> before) {
    long total = value.orElse(0L) + (before.exists() ? before.get() : 0);
    before.update(total);
    return total;
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
        throw new AssertionError("I3: key " + pair.key() + " is twice in " + name);
      }
    });
    all.values().removeIf(value -> value == 0);
    World.cluster().output(name, time.toEpochMilli(), all);
  }
}
