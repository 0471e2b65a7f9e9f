package io.sluice.plan;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How often each partition of what a program remembers is written whole, in batch time. In between only changes are written.
 *
 * @param leastMillis not again before this time has passed; from then on when the changes have become more than the partition itself
 * @param mostMillis again when this time has passed, however little has changed
 */
public record CheckpointPace(long leastMillis, long mostMillis) {

  private static final int SLIDES = 10;

  /**
   * The pace of a program. All that a partition remembers is written together, so the stream with the shortest interval sets it.
   *
   * @param remembering the numbers of the nodes that remember something
   * @param configuredMillis for streams that were given no interval of their own; if empty, ten slides of the stream
   */
  public static CheckpointPace of(
      Program program, Set<Integer> remembering, Optional<Long> configuredMillis) {
    long least = Long.MAX_VALUE;
    long most = Long.MAX_VALUE;
    for (Node node : program.nodes()) {
      if (remembering.contains(node.id())) {
        Optional<Long> given = given(program, node, remembering);
        least = Math.min(
            least,
            given.or(() -> configuredMillis).orElseGet(() -> SLIDES * program.slideMillis(node)));
        most = Math.min(most, given.orElse(Long.MAX_VALUE));
      }
    }
    return new CheckpointPace(least, most);
  }

  /** One operation can make several nodes: an interval is that of the nearest node before it that remembers. */
  private static Optional<Long> given(Program program, Node node, Set<Integer> remembering) {
    return program.checkpointMillis().entrySet().stream()
        .filter(interval -> program.nodes().stream()
            .filter(named -> named.id() == interval.getKey())
            .anyMatch(named -> nearest(named, remembering).equals(Optional.of(node))))
        .map(Map.Entry::getValue)
        .min(Long::compare);
  }

  private static Optional<Node> nearest(Node from, Set<Integer> remembering) {
    Node node = from;
    while (!remembering.contains(node.id())) {
      if (node instanceof Node.Exchange || Inputs.of(node).size() != 1) {
        return Optional.empty();
      }
      node = Inputs.of(node).get(0);
    }
    return Optional.of(node);
  }
}
