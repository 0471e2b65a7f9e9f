package io.sluice.plan;

import io.sluice.api.PlanInfo;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A program as people are shown it. */
public final class Graph {

  private Graph() {}

  public static PlanInfo of(Program program) {
    Map<Integer, Integer> stages = new HashMap<>();
    List<PlanInfo.Step> steps = new ArrayList<>();
    program.nodes().stream().sorted(Comparator.comparingInt(Node::id)).forEach(node -> {
      int stage = beginsStage(node)
          ? node.id()
          : stages.getOrDefault(Inputs.of(node).get(0).id(), node.id());
      stages.put(node.id(), stage);
      steps.add(new PlanInfo.Step(
          node.id(),
          program.ids().of(node),
          text(node, program),
          stage,
          Inputs.of(node).stream().map(Node::id).toList(),
          node instanceof Node.Received received ? received.stream() : -1,
          node instanceof Node.Stateful || node instanceof Node.SlidingTotals));
    });
    return new PlanInfo(
        steps,
        program.outputs().stream()
            .map(output ->
                new PlanInfo.Output(output.id(), output.name(), output.node().id()))
            .toList());
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
      return "shuffle in " + exchange.partitions() + " partitions";
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
