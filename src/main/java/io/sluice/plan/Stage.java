package io.sluice.plan;

import java.util.Map;

/**
 * A stage as the driver knows it: what workers run, and which data its tasks read.
 *
 * @param places for each step that is told the number of its partition, where those partitions stand
 */
public record Stage(StageSpec spec, Input input, Map<Integer, Place> places) {

  /** The partitions of a dataset are those of its legs one after the other; a leg is one path of one stage. */
  public record Place(int dataset, int leg) {}

  public Stage {
    places = Map.copyOf(places);
  }

  public Stage(StageSpec spec, Input input) {
    this(spec, input, Map.of());
  }

  /** A stage that reads no shuffle of its own job can be tried again task by task. */
  public boolean rereads() {
    return !(spec.leaf() instanceof StageSpec.Merge);
  }

  /** The dataset that a stage starts from. */
  public sealed interface Input {
    Node node();

    long batchMillis();

    /** What kind of data it is, in a word. */
    String kind();
  }

  /** The blocks a receiver stored for a batch. */
  public record ReceivedInput(Node.Received node, long batchMillis) implements Input {
    @Override
    public String kind() {
      return "received";
    }
  }

  /** A dataset that was kept. */
  public record StoredInput(Node node, long batchMillis) implements Input {
    @Override
    public String kind() {
      return "dataset";
    }
  }

  /** The datasets of a window's batches. */
  public record WindowInput(Node.Window node, long batchMillis) implements Input {
    @Override
    public String kind() {
      return "window";
    }
  }

  /** What the maps of the same job send. */
  public record MergeInput(Node.Exchange node, long batchMillis) implements Input {
    @Override
    public String kind() {
      return "shuffle";
    }
  }

  /** The totals of the window before, and the datasets that enter and leave it. */
  public record SlidingInput(Node.SlidingTotals node, long batchMillis) implements Input {
    @Override
    public String kind() {
      return "window totals";
    }
  }

  /** A dataset that the program asked to keep, and that is there. */
  public record KeptInput(Node.Kept node, long batchMillis) implements Input {
    @Override
    public String kind() {
      return "cached";
    }
  }

  /** What an operator remembers. */
  public record HeldInput(Node.Held node, long batchMillis) implements Input {
    @Override
    public String kind() {
      return "state";
    }
  }

  /** Records from the driver. */
  public record LiteralInput(Node.Literal node, long batchMillis) implements Input {
    @Override
    public String kind() {
      return "driver";
    }
  }
}
