package io.sluice.plan;

/** How many sources a stream is made of: one for each input that is united in it. */
public final class SourceCount extends Fold<Integer> {

  private static final SourceCount FOLD = new SourceCount();

  private SourceCount() {}

  public static int of(Node node) {
    return node.match(FOLD);
  }

  @Override
  Integer otherwise(Node node) {
    return 1;
  }

  @Override
  public Integer narrow(Node.Narrow node) {
    return of(node.input());
  }

  @Override
  public Integer union(Node.Union node) {
    return node.inputs().stream().mapToInt(SourceCount::of).sum();
  }
}
