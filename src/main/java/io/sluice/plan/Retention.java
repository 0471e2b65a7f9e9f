package io.sluice.plan;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** How long after its batch the dataset of each node can still be read, in milliseconds. */
final class Retention {

  private final Set<Node> stored;
  private final long rememberMillis;
  private final Map<Integer, Long> millis = new HashMap<>();

  /**
   * @param outputs the nodes that outputs read
   * @param stored nodes whose datasets are kept as they are, so that what they were made of can go
   * @param rememberMillis how long the program wants every dataset; 0 for no longer than its batch
   */
  Retention(List<Node> outputs, Set<Node> stored, long rememberMillis) {
    this.stored = stored;
    this.rememberMillis = rememberMillis;
    outputs.forEach(node -> need(node, rememberMillis));
    stored.forEach(node -> need(node, 0));
  }

  long of(int node) {
    return millis.getOrDefault(node, 0L);
  }

  private void need(Node node, long atLeast) {
    if (atLeast <= millis.getOrDefault(node.id(), -1L)) {
      return;
    }
    millis.put(node.id(), atLeast);
    long madeAgain = rememberMillis > 0 || !stored.contains(node) ? atLeast : 0;
    for (Node input : Inputs.of(node)) {
      need(input, madeAgain + lookBack(node));
    }
  }

  /** How far back a node reads its input. */
  private static long lookBack(Node node) {
    if (node instanceof Node.Window window) {
      return window.spec().lengthMillis();
    } else if (node instanceof Node.SlidingTotals totals) {
      return totals.spec().lengthMillis() + totals.spec().slideMillis();
    }
    return 0;
  }
}
