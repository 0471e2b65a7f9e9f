package io.sluice.plan;

import java.io.Serializable;
import java.util.List;
import java.util.StringJoiner;

/**
 * A stage as workers know it: where its records come from, and the tree of operators they go through.
 *
 * @param steps in an order in which every step stands after its parent
 */
public record StageSpec(Leaf leaf, List<Step> steps) implements Serializable {

  public StageSpec {
    steps = List.copyOf(steps);
  }

  /** The program's functions that the stage calls, in a line, for people. */
  public String functions() {
    StringJoiner functions = new StringJoiner(" > ");
    for (Step step : steps) {
      if (step.operator() instanceof Operator.Calling calling) {
        functions.add(calling.function().toString());
      }
    }
    return functions.toString();
  }

  /** An operator and the step before it, -1 for the leaf. */
  public record Step(int parent, Operator operator) implements Serializable {}

  /** Where the records of a task come from. */
  public sealed interface Leaf extends Serializable {}

  /** Blocks named by the task. */
  public record Blocks() implements Leaf {}

  /** One partition of a shuffle. */
  public record Merge(int exchange, Aggregation aggregation) implements Leaf {}

  /**
   * What an operator remembers in one partition, as of the batch that was committed last: that batch's time, then pairs.
   *
   * @param key the only one that is wanted, encoded; empty for all
   * @param most so many pairs at most
   */
  public record Held(int node, byte[] key, int most) implements Leaf {}

  /** The sliding totals of one partition of an incremental window, kept from batch to batch. */
  public record SlidingTotals(int node, SlidingFunctions functions) implements Leaf {}
}
