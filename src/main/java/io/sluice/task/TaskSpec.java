package io.sluice.task;

import io.sluice.batch.BlockRef;
import io.sluice.plan.Message;
import io.sluice.plan.StageSpec;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One task: a stage applied to one partition.
 *
 * @param stage the definition sent before
 * @param ordinal which stage of the job
 * @param index the partition of a shuffle or state, else the number of the split
 * @param tries 1 for the first
 * @param inputs blocks to read; for a sliding window those that enter it
 * @param leaving blocks that leave a sliding window
 * @param poison inputs that the task must leave out; null for none
 */
public record TaskSpec(
    int stage,
    int ordinal,
    int index,
    int tries,
    List<BlockRef> inputs,
    List<BlockRef> leaving,
    @Nullable Poison poison) {

  /**
   * Inputs on which a task has failed for good.
   *
   * @param directory where they are written; empty if they are not
   * @param reason of the last failure
   * @param inputs their names
   */
  public record Poison(String directory, String reason, Set<String> inputs) implements Message {
    byte[] reasonBytes() {
      return (reason + System.lineSeparator()).getBytes(StandardCharsets.UTF_8);
    }
  }

  public TaskSpec {
    inputs = List.copyOf(inputs);
    leaving = List.copyOf(leaving);
  }

  /** The same task tried once more. */
  public TaskSpec again() {
    return new TaskSpec(stage, ordinal, index, tries + 1, inputs, leaving, poison);
  }

  /** The same task, tried anew without some of its inputs. */
  public TaskSpec without(Poison bad) {
    return new TaskSpec(stage, ordinal, index, 1, inputs, leaving, bad);
  }

  /** The names of what the task reads; they are the same in every attempt, and under every driver. */
  public List<String> inputNames(StageSpec.Leaf leaf) {
    if (leaf instanceof StageSpec.Merge merge) {
      return List.of("shuffle-%d-%d".formatted(merge.exchange(), index));
    } else if (leaf instanceof StageSpec.SlidingTotals sliding) {
      return List.of("window-%d-%d".formatted(sliding.node(), index));
    }
    return inputs.stream().map(TaskSpec::inputName).toList();
  }

  static String inputName(BlockRef input) {
    return "%s-%d-%d-%d"
        .formatted(
            input.id().kind().name().toLowerCase(Locale.ROOT),
            input.id().owner(),
            input.id().sequence(),
            input.id().partition());
  }
}
