package io.sluice.plan;

import io.sluice.api.PlanInfo;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A program as people are shown it. */
public final class Graph {

  private Graph() {}

  public static PlanInfo of(Program program) {
    Map<Integer, PlanInfo.Step> steps = new LinkedHashMap<>();
    program.nodes().stream()
        .sorted(Comparator.comparingInt(Node::id))
        .forEach(node -> add(node, program, steps));
    return new PlanInfo(
        List.copyOf(steps.values()),
        program.outputs().stream()
            .map(output ->
                new PlanInfo.Output(output.id(), output.name(), output.node().id()))
            .toList());
  }

  /** Adds a step after those that it reads, whose numbers may be greater. */
  private static void add(Node node, Program program, Map<Integer, PlanInfo.Step> steps) {
    if (steps.containsKey(node.id())) {
      return;
    }
    List<Node> inputs = Inputs.of(node);
    inputs.forEach(input -> add(input, program, steps));
    PlanInfo.Step first = beginsStage(node) ? null : steps.get(inputs.get(0).id());
    steps.put(
        node.id(),
        new PlanInfo.Step(
            node.id(),
            program.ids().of(node),
            text(node, program),
            first == null ? node.id() : first.stage(),
            inputs.stream().map(Node::id).toList(),
            node instanceof Node.Received received ? received.stream() : -1,
            node instanceof Node.Stateful || node instanceof Node.SlidingTotals));
  }

  private static boolean beginsStage(Node node) {
    return node instanceof Node.Exchange
        || node instanceof Node.Window
        || node instanceof Node.SlidingTotals
        || node instanceof Node.Union
        || Inputs.of(node).isEmpty()
        || node instanceof Node.Generated;
  }

  private static String text(Node node, Program program) {
    if (node instanceof Node.Received received) {
      return "received by " + received.name();
    } else if (node instanceof Node.Generated generated) {
      return "made on the driver by " + generated.operation();
    } else if (node instanceof Node.Narrow narrow) {
      return Explanation.operator(narrow.operator(), program);
    } else if (node instanceof Node.Stateful stateful) {
      return Explanation.operator(stateful.operator(), program);
    } else if (node instanceof Node.SideOutput side) {
      return Explanation.operator(side.operator(), program);
    } else if (node instanceof Node.Exchange exchange) {
      return "shuffle in "
          + (exchange.partitions() == 1 ? "1 partition" : exchange.partitions() + " partitions");
    } else if (node instanceof Node.Window window) {
      return "window of %d ms every %d ms"
          .formatted(window.spec().lengthMillis(), window.spec().slideMillis());
    } else if (node instanceof Node.SlidingTotals sliding) {
      return "sliding totals of %d ms every %d ms in %d partitions"
          .formatted(
              sliding.spec().lengthMillis(), sliding.spec().slideMillis(), sliding.partitions());
    } else if (node instanceof Node.Union) {
      return "union";
    }
    return node.toString();
  }
}
