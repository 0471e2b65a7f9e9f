package io.sluice.api;

import java.util.List;

/**
 * A program of streams as a graph, from its sources to its outputs.
 *
 * @param steps each after those that it reads
 */
public record PlanInfo(List<Step> steps, List<Output> outputs) {

  public PlanInfo {
    steps = List.copyOf(steps);
    outputs = List.copyOf(outputs);
  }

  /**
   * One operation on a stream.
   *
   * @param id its number; {@link StreamingListener.StageInfo} names what tasks read by it
   * @param name what it is called in all runs of the program, and in its checkpoints
   * @param text what it does, and where the program says so
   * @param stage the step at which the stage begins that this step is part of, itself if it is that step
   * @param inputs the numbers of the steps that it reads
   * @param stream the number of the received stream, or -1
   * @param remembers whether it keeps something from batch to batch: state, or the totals of a window
   */
  public record Step(
      int id,
      String name,
      String text,
      int stage,
      List<Integer> inputs,
      int stream,
      boolean remembers) {

    public Step {
      inputs = List.copyOf(inputs);
    }
  }

  /**
   * An output operation.
   *
   * @param step the number of the step that it reads
   */
  public record Output(int id, String name, int step) {}
}
