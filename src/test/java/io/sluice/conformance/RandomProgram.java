package io.sluice.conformance;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Makes programs of the files' language, of operations whose output does not depend on the order of records inside a
 * batch. The same seed gives the same program.
 */
final class RandomProgram {

  private static final int MAX_STEPS = 5;
  private static final int MAX_RECORDS = 15;

  /** A stream that further steps may read. */
  private record Stream(String id, boolean pairs, int slide) {}

  private final Random random;
  private final ObjectNode program = JsonNodeFactory.instance.objectNode();
  private final List<Stream> streams = new ArrayList<>();

  private RandomProgram(Random random, int batches) {
    this.random = random;
    program.put("batches", batches);
    ObjectNode inputs = program.putObject("inputs");
    addInput(inputs, "in0", batches);
    addInput(inputs, "in1", batches);
    ArrayNode steps = program.putArray("steps");
    for (int i = 1 + random.nextInt(MAX_STEPS); i > 0; i--) {
      addStep(steps);
    }
  }

  static ObjectNode of(Random random, int batches) {
    return new RandomProgram(random, batches).program;
  }

  private void addInput(ObjectNode inputs, String id, int batches) {
    boolean pairs = random.nextBoolean();
    ObjectNode input = inputs.putObject(id).put("type", pairs ? "pair" : "int");
    ArrayNode all = input.putArray("batches");
    for (int batch = 0; batch < batches; batch++) {
      ArrayNode records = all.addArray();
      for (int i = random.nextInt(MAX_RECORDS); i > 0; i--) {
        if (pairs) {
          records.addArray().add("k" + random.nextInt(4)).add(random.nextInt(10));
        } else {
          records.add(random.nextInt(10) - 2);
        }
      }
    }
    streams.add(new Stream(id, pairs, 1));
  }

  private void addStep(ArrayNode steps) {
    Stream in = random.nextInt(3) == 0 ? pick(streams) : streams.get(streams.size() - 1);
    ObjectNode step = steps.addObject().put("id", "s" + steps.size());
    step.putArray("in").add(in.id);
    boolean pairs = in.pairs ? addOnPairs(step, in) : addOnNumbers(step, in);
    int slide = in.slide * step.path("slide").asInt(in.slide) / in.slide;
    streams.add(new Stream(step.get("id").asText(), pairs, slide));
  }

  private boolean addOnNumbers(ObjectNode step, Stream in) {
    switch (random.nextInt(12)) {
      case 0 -> step.put("op", "map").put("fn", pick("plus1", "negate", "mod3", "mod5"));
      case 1 -> step.put("op", "flatMap").put("fn", pick("twice", "upTo", "keepOdd"));
      case 2 -> step.put("op", "filter").put("fn", pick("even", "positive", "none", "all"));
      case 3 -> step.put("op", "count");
      case 4 -> step.put("op", "reduce").put("fn", pick("sum", "max", "min"));
      case 5 -> step.put("op", "repartition").put("partitions", 1 + random.nextInt(4));
      case 6 -> step.put("op", "transformDistinct");
      case 7 -> unite(step, in);
      case 8 -> window(step.put("op", "window"), in);
      case 9 -> window(step.put("op", "reduceByWindow").put("fn", "sum"), in);
      case 10 ->
        window(step.put("op", "reduceByWindow").put("fn", "sum").put("inverse", "minus"), in);
      default -> {
        step.put("op", "mapToPair").put("fn", pick("parity", "mod3", "self"));
        return true;
      }
    }
    return false;
  }

  private boolean addOnPairs(ObjectNode step, Stream in) {
    switch (random.nextInt(14)) {
      case 0 -> step.put("op", "mapValues").put("fn", pick("plus1", "negate", "mod3"));
      case 1 -> step.put("op", "flatMapValues").put("fn", pick("twice", "upTo", "keepOdd"));
      case 2, 3 -> step.put("op", "reduceByKey").put("fn", pick("sum", "max", "min"));
      case 4 -> window(step.put("op", "reduceByKeyAndWindow").put("fn", "max"), in);
      case 5 ->
        window(step.put("op", "reduceByKeyAndWindow").put("fn", "sum").put("inverse", "minus"), in);
      case 6 ->
        window(
            step.put("op", "reduceByKeyAndWindow")
                .put("fn", "sum")
                .put("inverse", "minus")
                .put("keep", "nonZero"),
            in);
      case 7 ->
        step.put("op", "updateStateByKey")
            .put("fn", pick("runningSum", "runningCount", "dropAtTen"));
      case 8 -> step.put("op", "mapWithState").put("fn", "runningCount");
      case 9 -> step.put("op", "stateSnapshots").put("fn", pick("runningSum", "runningCount"));
      case 10 -> unite(step, in);
      case 11 -> window(step.put("op", "window"), in);
      case 12 -> step.put("op", "repartition").put("partitions", 1 + random.nextInt(4));
      default -> {
        step.put("op", "values");
        return false;
      }
    }
    return true;
  }

  private void unite(ObjectNode step, Stream in) {
    List<Stream> fitting = streams.stream()
        .filter(other -> other.pairs == in.pairs && other.slide == in.slide)
        .toList();
    step.put("op", "union");
    ((ArrayNode) step.get("in")).add(pick(fitting).id);
  }

  private void window(ObjectNode step, Stream in) {
    int slide = in.slide * (1 + random.nextInt(2));
    step.put("window", slide + in.slide * random.nextInt(3)).put("slide", slide);
  }

  private String pick(String... names) {
    return names[random.nextInt(names.length)];
  }

  private <T> T pick(List<T> all) {
    return all.get(random.nextInt(all.size()));
  }
}
