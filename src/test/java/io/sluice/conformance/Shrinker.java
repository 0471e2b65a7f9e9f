package io.sluice.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Reduces a program that fails to a smaller one that still does. */
final class Shrinker {

  private final Predicate<ObjectNode> fails;
  private int runsLeft;

  /**
   * @param fails runs a program; one that cannot be built does not count
   * @param maxRuns how often
   */
  Shrinker(Predicate<ObjectNode> fails, int maxRuns) {
    this.fails = fails;
    this.runsLeft = maxRuns;
  }

  ObjectNode shrink(ObjectNode program) {
    ObjectNode smallest = program;
    Optional<ObjectNode> smaller = Optional.of(program);
    while (smaller.isPresent()) {
      smallest = smaller.get();
      smaller = smaller(smallest).stream()
          .filter(candidate -> runsLeft-- > 0 && fails.test(candidate))
          .findFirst();
    }
    return smallest;
  }

  private static List<ObjectNode> smaller(ObjectNode program) {
    List<ObjectNode> candidates = new ArrayList<>();
    int steps = program.get("steps").size();
    for (int step = steps - 1; step >= 0 && steps > 1; step--) {
      candidates.add(withoutStep(program, step));
    }
    if (program.get("batches").asInt() > 1) {
      candidates.add(program.deepCopy().put("batches", program.get("batches").asInt() - 1));
    }
    program.get("inputs").fieldNames().forEachRemaining(input -> {
      int batches = program.get("inputs").get(input).get("batches").size();
      for (int batch = 0; batch < batches; batch++) {
        addWithoutRecords(program, input, batch, candidates);
      }
    });
    return candidates;
  }

  /** Steps that read it read what it read. */
  private static ObjectNode withoutStep(ObjectNode program, int index) {
    ObjectNode copy = program.deepCopy();
    ArrayNode steps = (ArrayNode) copy.get("steps");
    JsonNode removed = steps.remove(index);
    String before = removed.get("in").get(0).asText();
    for (JsonNode step : steps) {
      ArrayNode in = (ArrayNode) step.get("in");
      for (int i = 0; i < in.size(); i++) {
        if (in.get(i).equals(removed.get("id"))) {
          in.set(i, before);
        }
      }
    }
    return copy;
  }

  private static void addWithoutRecords(
      ObjectNode program, String input, int batch, List<ObjectNode> candidates) {
    int records = program.get("inputs").get(input).get("batches").get(batch).size();
    for (int part = records; part > 0; part /= 2) {
      ObjectNode copy = program.deepCopy();
      ArrayNode left = (ArrayNode) copy.get("inputs").get(input).get("batches").get(batch);
      for (int i = 0; i < part; i++) {
        left.remove(left.size() - 1);
      }
      candidates.add(copy);
    }
  }
}
