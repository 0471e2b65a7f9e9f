package io.sluice.plan;

import java.util.stream.Stream;

/** Whether a node's own functions add to counters. */
final class Counting {

  private Counting() {}

  static boolean in(Node node) {
    return node instanceof Node.Narrow narrow
        && functions(narrow.operator()).anyMatch(Closure::counts);
  }

  private static Stream<Closure> functions(Operator operator) {
    if (operator instanceof Operator.Map map) {
      return Stream.of(map.function());
    } else if (operator instanceof Operator.FlatMap flatMap) {
      return Stream.of(flatMap.function());
    } else if (operator instanceof Operator.Filter filter) {
      return Stream.of(filter.function());
    } else if (operator instanceof Operator.MapPartitions partitions) {
      return Stream.of(partitions.function());
    }
    return Stream.of();
  }
}
