package io.sluice.plan;

/** A stage as the driver knows it: what workers run, and which data its tasks read. */
public record Stage(StageSpec spec, Input input) {

  /** A stage that reads no shuffle of its own job can be tried again task by task. */
  public boolean rereads() {
    return !(spec.leaf() instanceof StageSpec.Merge);
  }

  /** The dataset that a stage starts from. */
  public sealed interface Input {
    long batchMillis();
  }

  /** The blocks a receiver stored for a batch. */
  public record ReceivedInput(Node.Received node, long batchMillis) implements Input {}

  /** A dataset that was kept. */
  public record StoredInput(Node node, long batchMillis) implements Input {}

  /** The datasets of a window's batches. */
  public record WindowInput(Node.Window node, long batchMillis) implements Input {}

  /** What the maps of the same job send. */
  public record MergeInput(Node.Exchange node, long batchMillis) implements Input {}

  /** The totals of the window before, and the datasets that enter and leave it. */
  public record SlidingInput(Node.SlidingTotals node, long batchMillis) implements Input {}

  /** Records from the driver. */
  public record LiteralInput(Node.Literal node, long batchMillis) implements Input {}
}
