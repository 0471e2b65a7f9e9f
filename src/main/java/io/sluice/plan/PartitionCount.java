package io.sluice.plan;

/** How many partitions a node's dataset has, where the plan says so; -1 where only a job can tell. */
public final class PartitionCount extends Fold<Integer> {

  private static final PartitionCount FOLD = new PartitionCount();

  private PartitionCount() {}

  public static int of(Node node) {
    return node.match(FOLD);
  }

  @Override
  Integer otherwise(Node node) {
    return -1;
  }

  @Override
  public Integer narrow(Node.Narrow node) {
    return of(node.input());
  }

  @Override
  public Integer union(Node.Union node) {
    int sum = 0;
    for (Node input : node.inputs()) {
      int count = of(input);
      if (count < 0) {
        return -1;
      }
      sum += count;
    }
    return sum;
  }

  @Override
  public Integer exchange(Node.Exchange node) {
    return node.partitions();
  }

  @Override
  public Integer slidingTotals(Node.SlidingTotals node) {
    return node.partitions();
  }

  @Override
  public Integer atBatch(Node.AtBatch node) {
    return of(node.node());
  }

  @Override
  public Integer literal(Node.Literal node) {
    return node.partitions();
  }

  @Override
  public Integer kept(Node.Kept node) {
    return of(node.input());
  }
}
