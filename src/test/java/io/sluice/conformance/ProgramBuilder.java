package io.sluice.conformance;

import static io.sluice.conformance.NamedFunctions.unknown;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.DStream;
import io.sluice.DStreamLike;
import io.sluice.PairDStream;
import io.sluice.PairRDD;
import io.sluice.StateSpec;
import io.sluice.api.Function;
import io.sluice.api.Function2;
import io.sluice.api.Function3;
import io.sluice.api.Pair;
import io.sluice.api.State;
import io.sluice.testkit.StreamingTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Writes a program of a file in the DSL. */
final class ProgramBuilder {

  /** A stream and what its records look like. */
  record Built(DStreamLike<?, ?, ?> stream, RecordType type) {}

  private static final int STATE_PARTITIONS = 2;

  private final StreamingTest test;
  private final int inputPartitions;
  private final Map<String, Built> streams = new HashMap<>();

  ProgramBuilder(StreamingTest test, int inputPartitions) {
    this.test = test;
    this.inputPartitions = inputPartitions;
  }

  /** The program's last step. */
  Built build(JsonNode program) {
    program
        .get("inputs")
        .properties()
        .forEach(input -> streams.put(input.getKey(), input(input.getValue())));
    Built last = null;
    for (JsonNode step : program.get("steps")) {
      last = step(step);
      streams.put(step.get("id").asText(), last);
    }
    if (last == null) {
      throw new IllegalArgumentException("A program needs a step");
    }
    return last;
  }

  private Built input(JsonNode input) {
    boolean pairs = input.get("type").asText().equals("pair");
    List<List<Object>> batches = new ArrayList<>();
    for (JsonNode batch : input.get("batches")) {
      List<Object> records = new ArrayList<>();
      batch.forEach(record -> records.add(
          pairs ? new Pair<>(scalar(record.get(0)), scalar(record.get(1))) : scalar(record)));
      batches.add(records);
    }
    DStream<Object> stream = test.input(batches, inputPartitions);
    return pairs
        ? new Built(stream.mapToPair(record -> pair(record)), RecordType.PAIR)
        : new Built(stream, RecordType.SCALAR);
  }

  @SuppressWarnings("unchecked")
  private static Pair<Object, Object> pair(Object record) {
    return (Pair<Object, Object>) record;
  }

  private static Object scalar(JsonNode value) {
    return value.isNumber() ? (Object) value.longValue() : value.asText();
  }

  private Built step(JsonNode step) {
    Built in = named(step, 0);
    return in.type == RecordType.SCALAR || in.stream instanceof DStream
        ? onRecords(step, in)
        : onPairs(step, in);
  }

  private Built named(JsonNode step, int input) {
    String id = step.get("in").get(input).asText();
    Built built = streams.get(id);
    if (built == null) {
      throw new IllegalArgumentException("Step reads unknown '" + id + "'");
    }
    return built;
  }

  @SuppressWarnings("unchecked")
  private static DStream<Object> records(Built built) {
    return (DStream<Object>) built.stream;
  }

  @SuppressWarnings("unchecked")
  private static PairDStream<Object, Object> pairs(Built built) {
    return (PairDStream<Object, Object>) built.stream;
  }

  private Built onRecords(JsonNode step, Built in) {
    DStream<Object> s = records(in);
    String fn = step.path("fn").asText();
    DStreamLike<?, ?, ?> out = switch (step.get("op").asText()) {
      case "map" -> s.map(NamedFunctions.map(fn));
      case "flatMap" -> s.flatMap(NamedFunctions.flatMap(fn));
      case "filter" -> s.filter(NamedFunctions.filter(fn));
      case "count" -> s.count();
      case "reduce" -> s.reduce(NamedFunctions.reduce(fn));
      case "repartition" -> s.repartition(step.get("partitions").asInt());
      case "transformDistinct" -> s.transform(rdd -> rdd.distinct());
      case "union" -> s.union(records(named(step, 1)));
      case "window" -> s.window(length(step), slide(step));
      case "reduceByWindow" ->
        step.has("inverse")
            ? s.reduceByWindow(NamedFunctions.reduce(fn), inverse(step), length(step), slide(step))
            : s.reduceByWindow(NamedFunctions.reduce(fn), length(step), slide(step));
      case "mapToPair" -> s.mapToPair(NamedFunctions.mapToPair(fn));
      case "countByValue" -> s.countByValue();
      case "countByValueAndWindow" -> s.countByValueAndWindow(length(step), slide(step));
      default -> throw unknown("steps on records", step.get("op").asText());
    };
    return new Built(out, out instanceof PairDStream ? RecordType.PAIR : typeAfter(step, in));
  }

  /** What does not look into records keeps their type. */
  private static RecordType typeAfter(JsonNode step, Built in) {
    return step.get("op").asText().equals("count") ? RecordType.SCALAR : in.type;
  }

  private Built onPairs(JsonNode step, Built in) {
    PairDStream<Object, Object> s = pairs(in);
    String fn = step.path("fn").asText();
    return switch (step.get("op").asText()) {
      case "count" -> new Built(s.count(), RecordType.SCALAR);
      case "repartition" -> new Built(s.repartition(step.get("partitions").asInt()), in.type);
      case "transformDistinct" ->
        new Built(s.transformToPair(rdd -> rdd.distinct().mapToPair(pair -> pair)), in.type);
      case "union" -> new Built(s.union(pairs(named(step, 1))), in.type);
      case "window" -> new Built(s.window(length(step), slide(step)), in.type);
      case "mapValues" -> new Built(s.mapValues(NamedFunctions.map(fn)), in.type);
      case "flatMapValues" -> new Built(s.flatMapValues(NamedFunctions.flatMap(fn)), in.type);
      case "keys" -> new Built(s.keys(), RecordType.SCALAR);
      case "values" -> new Built(s.values(), in.type.value());
      case "reduceByKey" -> new Built(s.reduceByKey(NamedFunctions.reduce(fn)), in.type);
      case "groupByKey" -> new Built(sorted(s.groupByKey()), RecordType.GROUPED);
      case "groupByKeyAndWindow" ->
        new Built(sorted(s.groupByKeyAndWindow(length(step), slide(step))), RecordType.GROUPED);
      case "reduceByKeyAndWindow" -> new Built(reduceByKeyAndWindow(step, s, fn), in.type);
      case "join" -> new Built(s.join(pairs(named(step, 1))), RecordType.JOINED);
      case "leftOuterJoin" -> new Built(s.leftOuterJoin(pairs(named(step, 1))), RecordType.JOINED);
      case "rightOuterJoin" ->
        new Built(s.rightOuterJoin(pairs(named(step, 1))), RecordType.JOINED);
      case "fullOuterJoin" -> new Built(s.fullOuterJoin(pairs(named(step, 1))), RecordType.JOINED);
      case "cogroup" -> new Built(s.cogroup(pairs(named(step, 1))), RecordType.COGROUPED);
      case "updateStateByKey" ->
        new Built(
            s.updateStateByKey(NamedFunctions.update(fn), STATE_PARTITIONS, initial(step)),
            RecordType.PAIR);
      case "mapWithState" ->
        new Built(s.mapWithState(spec(step, fn)).mapToPair(pair -> pair), RecordType.PAIR);
      case "stateSnapshots" ->
        new Built(s.mapWithState(spec(step, fn)).stateSnapshots(), RecordType.PAIR);
      default -> throw unknown("steps on pairs", step.get("op").asText());
    };
  }

  private static PairDStream<Object, Object> reduceByKeyAndWindow(
      JsonNode step, PairDStream<Object, Object> s, String fn) {
    Function2<Object, Object, Object> reduce = NamedFunctions.reduce(fn);
    if (!step.has("inverse")) {
      return s.reduceByKeyAndWindow(reduce, length(step), slide(step));
    }
    if (!step.has("keep")) {
      return s.reduceByKeyAndWindow(reduce, inverse(step), length(step), slide(step));
    }
    Function<Pair<Object, Object>, Boolean> nonZero =
        pair -> NamedFunctions.number(pair.value()) != 0;
    return s.reduceByKeyAndWindow(
        reduce, inverse(step), length(step), slide(step), STATE_PARTITIONS, nonZero);
  }

  private static StateSpec<Object, Object, Object, Pair<Object, Object>> spec(
      String fn, PairRDD<Object, Object> initial) {
    Function3<Object, Optional<Object>, State<Object>, Pair<Object, Object>> total =
        (key, value, state) -> new Pair<>(key, NamedFunctions.map(fn, value.orElseThrow(), state));
    return StateSpec.function(total).numPartitions(STATE_PARTITIONS).initialState(initial);
  }

  private StateSpec<Object, Object, Object, Pair<Object, Object>> spec(JsonNode step, String fn) {
    return spec(fn, initial(step));
  }

  private PairRDD<Object, Object> initial(JsonNode step) {
    List<Pair<Object, Object>> pairs = new ArrayList<>();
    step.path("initial")
        .properties()
        .forEach(state -> pairs.add(new Pair<>(state.getKey(), scalar(state.getValue()))));
    return test.context().parallelize(pairs, STATE_PARTITIONS).mapToPair(pair -> pair);
  }

  /** Groups have no order; sorted ones are equal if they hold the same. */
  private static PairDStream<Object, List<Object>> sorted(
      PairDStream<Object, Iterable<Object>> groups) {
    return groups.mapValues(group -> {
      List<Object> list = new ArrayList<>();
      group.forEach(list::add);
      list.sort((x, y) -> String.valueOf(x).compareTo(String.valueOf(y)));
      return list;
    });
  }

  private static Function2<Object, Object, Object> inverse(JsonNode step) {
    return NamedFunctions.reduce(step.get("inverse").asText());
  }

  private static Duration length(JsonNode step) {
    return Duration.ofSeconds(step.get("window").asLong());
  }

  private static Duration slide(JsonNode step) {
    return Duration.ofSeconds(step.get("slide").asLong());
  }
}
