package io.sluice.plan;

/** A fold over nodes that gives one answer unless a case says otherwise. */
abstract class Fold<R> implements Node.Cases<R> {

  abstract R otherwise(Node node);

  @Override
  public R received(Node.Received node) {
    return otherwise(node);
  }

  @Override
  public R generated(Node.Generated node) {
    return otherwise(node);
  }

  @Override
  public R narrow(Node.Narrow node) {
    return otherwise(node);
  }

  @Override
  public R union(Node.Union node) {
    return otherwise(node);
  }

  @Override
  public R exchange(Node.Exchange node) {
    return otherwise(node);
  }

  @Override
  public R window(Node.Window node) {
    return otherwise(node);
  }

  @Override
  public R slidingTotals(Node.SlidingTotals node) {
    return otherwise(node);
  }

  @Override
  public R stateful(Node.Stateful node) {
    return otherwise(node);
  }

  @Override
  public R sideOutput(Node.SideOutput node) {
    return otherwise(node);
  }

  @Override
  public R atBatch(Node.AtBatch node) {
    return otherwise(node);
  }

  @Override
  public R literal(Node.Literal node) {
    return otherwise(node);
  }

  @Override
  public R held(Node.Held node) {
    return otherwise(node);
  }

  @Override
  public R kept(Node.Kept node) {
    return otherwise(node);
  }
}
