package io.sluice.plan;

/** How many milliseconds lie between two datasets of a node. */
public final class Slide extends Fold<Long> {

  private final long intervalMillis;

  public Slide(long intervalMillis) {
    this.intervalMillis = intervalMillis;
  }

  public long of(Node node) {
    return node.match(this);
  }

  @Override
  Long otherwise(Node node) {
    return Inputs.of(node).stream().findFirst().map(this::of).orElse(intervalMillis);
  }

  @Override
  public Long window(Node.Window node) {
    return node.spec().slideMillis();
  }

  @Override
  public Long slidingTotals(Node.SlidingTotals node) {
    return node.spec().slideMillis();
  }
}
