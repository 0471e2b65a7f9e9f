package io.sluice.plan;

import java.util.List;

/** The nodes a node is made of. */
public final class Inputs implements Node.Cases<List<Node>> {

  private static final Inputs FOLD = new Inputs();

  private Inputs() {}

  public static List<Node> of(Node node) {
    return node.match(FOLD);
  }

  @Override
  public List<Node> received(Node.Received node) {
    return List.of();
  }

  @Override
  public List<Node> generated(Node.Generated node) {
    return node.inputs();
  }

  @Override
  public List<Node> narrow(Node.Narrow node) {
    return List.of(node.input());
  }

  @Override
  public List<Node> union(Node.Union node) {
    return node.inputs();
  }

  @Override
  public List<Node> exchange(Node.Exchange node) {
    return node.inputs();
  }

  @Override
  public List<Node> window(Node.Window node) {
    return List.of(node.input());
  }

  @Override
  public List<Node> slidingTotals(Node.SlidingTotals node) {
    return List.of(node.panes());
  }

  @Override
  public List<Node> stateful(Node.Stateful node) {
    return List.of(node.input());
  }

  @Override
  public List<Node> sideOutput(Node.SideOutput node) {
    return List.of(node.state());
  }

  @Override
  public List<Node> atBatch(Node.AtBatch node) {
    return List.of(node.node());
  }

  @Override
  public List<Node> literal(Node.Literal node) {
    return List.of();
  }

  @Override
  public List<Node> held(Node.Held node) {
    return List.of();
  }

  @Override
  public List<Node> kept(Node.Kept node) {
    return List.of(node.input());
  }
}
