package io.sluice.plan;

/** Into how many partitions a node's pairs are hashed by key; 0 where a key may be anywhere. */
public final class Partitioning extends Fold<Integer> {

  private static final Partitioning FOLD = new Partitioning();

  private Partitioning() {}

  public static int of(Node node) {
    return node.match(FOLD);
  }

  /** The partition of a key: null in the first, others by their spread hash. */
  public static int partition(int hash, int partitions) {
    return (spread(hash) & 0x7FFFFFFF) % partitions;
  }

  private static int spread(int hash) {
    int mixed = hash * 0x9E3779B9;
    return mixed ^ (mixed >>> 15);
  }

  @Override
  Integer otherwise(Node node) {
    return 0;
  }

  @Override
  public Integer narrow(Node.Narrow node) {
    return node.keepsKeys() ? of(node.input()) : 0;
  }

  @Override
  public Integer exchange(Node.Exchange node) {
    return node.direct() ? 0 : node.partitions();
  }

  @Override
  public Integer kept(Node.Kept node) {
    return of(node.input());
  }

  @Override
  public Integer window(Node.Window node) {
    return of(node.input());
  }

  @Override
  public Integer slidingTotals(Node.SlidingTotals node) {
    return node.partitions();
  }

  /** What {@code mapWithState} puts out need not be pairs; its records lie where their keys did. */
  @Override
  public Integer stateful(Node.Stateful node) {
    return node.operator() instanceof Operator.UpdateState ? node.partitions() : 0;
  }

  @Override
  public Integer sideOutput(Node.SideOutput node) {
    return node.state().partitions();
  }

  @Override
  public Integer atBatch(Node.AtBatch node) {
    return of(node.node());
  }
}
