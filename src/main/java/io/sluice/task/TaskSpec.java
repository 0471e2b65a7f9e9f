package io.sluice.task;

import io.sluice.batch.BlockRef;
import java.util.List;

/**
 * One task: a stage applied to one partition.
 *
 * @param stage the definition sent before
 * @param ordinal which stage of the job
 * @param index the partition of a shuffle or state, else the number of the split
 * @param tries 1 for the first
 * @param inputs blocks to read; for a sliding window those that enter it
 * @param leaving blocks that leave a sliding window
 */
public record TaskSpec(
    int stage, int ordinal, int index, int tries, List<BlockRef> inputs, List<BlockRef> leaving) {

  public TaskSpec {
    inputs = List.copyOf(inputs);
    leaving = List.copyOf(leaving);
  }

  /** The same task tried once more. */
  public TaskSpec again() {
    return new TaskSpec(stage, ordinal, index, tries + 1, inputs, leaving);
  }
}
