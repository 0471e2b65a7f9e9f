package io.sluice.conformance;

import io.sluice.api.FlatMapFunction;
import io.sluice.api.Function;
import io.sluice.api.Function2;
import io.sluice.api.Pair;
import io.sluice.api.PairFunction;
import io.sluice.api.State;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** The functions that programs name. Integers are Longs throughout, since counts are. */
final class NamedFunctions {

  private static final long LIMIT = 10;

  private NamedFunctions() {}

  static Function<Object, Object> map(String name) {
    return switch (name) {
      case "plus1" -> x -> number(x) + 1;
      case "times2" -> x -> number(x) * 2;
      case "negate" -> x -> -number(x);
      case "mod3" -> x -> Math.floorMod(number(x), 3L);
      case "mod5" -> x -> Math.floorMod(number(x), 5L);
      case "length" -> x -> (long) x.toString().length();
      default -> throw unknown("map", name);
    };
  }

  static FlatMapFunction<Object, Object> flatMap(String name) {
    return switch (name) {
      case "twice" -> x -> List.of(x, x).iterator();
      case "upTo" ->
        x -> LongStream.range(0, Math.floorMod(number(x), 4L))
            .boxed()
            .collect(Collectors.<Object>toList())
            .iterator();
      case "keepOdd" -> x -> (number(x) % 2 == 0 ? List.<Object>of() : List.of(x)).iterator();
      case "words" ->
        x -> (x.equals("") ? List.<Object>of() : Arrays.<Object>asList(words(x))).iterator();
      case "chars" ->
        x -> x.toString()
            .chars()
            .mapToObj(c -> String.valueOf((char) c))
            .collect(Collectors.<Object>toList())
            .iterator();
      default -> throw unknown("flatMap", name);
    };
  }

  private static Object[] words(Object line) {
    return line.toString().split(" ");
  }

  static Function<Object, Boolean> filter(String name) {
    return switch (name) {
      case "even" -> x -> number(x) % 2 == 0;
      case "positive" -> x -> number(x) > 0;
      case "none" -> x -> false;
      case "all" -> x -> true;
      case "nonEmpty" -> x -> !x.equals("");
      case "hasA" -> x -> x.toString().contains("a");
      default -> throw unknown("filter", name);
    };
  }

  static PairFunction<Object, Object, Object> mapToPair(String name) {
    return switch (name) {
      case "parity" -> x -> new Pair<>(number(x) % 2 == 0 ? "even" : "odd", x);
      case "mod3" -> x -> new Pair<>("k" + Math.floorMod(number(x), 3L), x);
      case "self" -> x -> new Pair<>("k" + x, x);
      case "one" -> x -> new Pair<>(x, 1L);
      default -> throw unknown("mapToPair", name);
    };
  }

  static Function2<Object, Object, Object> reduce(String name) {
    return switch (name) {
      case "sum" -> (x, y) -> number(x) + number(y);
      case "minus" -> (x, y) -> number(x) - number(y);
      case "max" -> (x, y) -> Math.max(number(x), number(y));
      case "min" -> (x, y) -> Math.min(number(x), number(y));
      default -> throw unknown("reduce", name);
    };
  }

  /** For {@code updateStateByKey}. */
  static Function2<List<Object>, Optional<Object>, Optional<Object>> update(String name) {
    return switch (name) {
      case "runningSum" -> (values, state) -> Optional.of(total(values, state));
      case "runningCount" ->
        (values, state) -> Optional.of(number(state.orElse(0L)) + values.size());
      case "dropAtTen" ->
        (values, state) ->
            Optional.<Object>of(total(values, state)).filter(total -> number(total) < LIMIT);
      default -> throw unknown("updateStateByKey", name);
    };
  }

  private static long total(List<Object> values, Optional<Object> state) {
    long total = number(state.orElse(0L));
    for (Object value : values) {
      total += number(value);
    }
    return total;
  }

  /** The new total of a record, for {@code mapWithState}. */
  static long map(String name, Object value, State<Object> state) {
    long before = number(state.getOption().orElse(0L));
    long total = before + (name.equals("runningCount") ? 1 : number(value));
    if (!name.equals("dropAtTen") || total < LIMIT) {
      state.update(total);
    } else if (state.exists()) {
      state.remove();
    }
    return total;
  }

  static long number(Object value) {
    return ((Number) value).longValue();
  }

  static IllegalArgumentException unknown(String operation, String name) {
    return new IllegalArgumentException("Unknown function '" + name + "' of " + operation);
  }
}
