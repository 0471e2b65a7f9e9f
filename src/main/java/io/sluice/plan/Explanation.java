package io.sluice.plan;

import java.util.List;

/** A program's stages in words, for {@code explain()}. */
public final class Explanation {

  private Explanation() {}

  public static String of(Program program) {
    StageCompiler compiler = new StageCompiler(new StageCompiler.Surroundings() {
      @Override
      public Node resolve(Node.Generated node, long batchMillis) {
        return new Node.Literal(node.id(), 1);
      }

      @Override
      public boolean isRunning(long batchMillis) {
        return true;
      }

      @Override
      public boolean isRemembered(Node node, long batchMillis) {
        return true;
      }

      @Override
      public boolean isStored(Node node, long batchMillis) {
        return false;
      }
    });
    for (Node node : program.nodes()) {
      boolean needed = node instanceof Node.Window || node instanceof Node.SlidingTotals;
      if (needed) {
        compiler.store(Inputs.of(node).get(0), 0);
      }
    }
    for (Program.Output output : program.outputs()) {
      compiler.result(output.node(), 0, new Action.Collect(output.id()));
    }
    StringBuilder text = new StringBuilder();
    List<Stage> stages = compiler.compile();
    for (int i = 0; i < stages.size(); i++) {
      text.append("Stage ")
          .append(i)
          .append(": ")
          .append(leaf(stages.get(i), program))
          .append('\n');
      steps(stages.get(i).spec().steps(), -1, 1, program, text);
    }
    return text.toString();
  }

  private static void steps(
      List<StageSpec.Step> steps, int parent, int indent, Program program, StringBuilder text) {
    for (int i = parent + 1; i < steps.size(); i++) {
      if (steps.get(i).parent() == parent) {
        text.append("  ".repeat(indent))
            .append("-> ")
            .append(operator(steps.get(i).operator(), program))
            .append('\n');
        steps(steps, i, indent + 1, program, text);
      }
    }
  }

  private static String leaf(Stage stage, Program program) {
    Stage.Input input = stage.input();
    if (input instanceof Stage.ReceivedInput received) {
      return "blocks received by " + received.node().name();
    } else if (input instanceof Stage.MergeInput merge) {
      return "shuffle " + merge.node().id() + " in " + merge.node().partitions() + " partitions";
    } else if (input instanceof Stage.WindowInput window) {
      return "window of %d ms every %d ms over dataset %d"
          .formatted(
              window.node().spec().lengthMillis(),
              window.node().spec().slideMillis(),
              window.node().input().id());
    } else if (input instanceof Stage.SlidingInput sliding) {
      return "sliding totals of %d ms every %d ms over dataset %d in %d partitions"
          .formatted(
              sliding.node().spec().lengthMillis(),
              sliding.node().spec().slideMillis(),
              sliding.node().panes().id(),
              sliding.node().partitions());
    } else if (input instanceof Stage.LiteralInput literal) {
      return program.nodes().stream()
          .filter(node -> node.id() == literal.node().id())
          .filter(Node.Generated.class::isInstance)
          .map(node -> "made on the driver by " + ((Node.Generated) node).operation())
          .findFirst()
          .orElse("records of the driver");
    } else if (input instanceof Stage.KeptInput kept) {
      return "dataset " + kept.node().id() + ", kept for the program";
    }
    return "kept dataset";
  }

  static String operator(Operator operator, Program program) {
    if (operator instanceof Operator.Map map) {
      return map.function().toString();
    } else if (operator instanceof Operator.FlatMap flatMap) {
      return flatMap.function().toString();
    } else if (operator instanceof Operator.Filter filter) {
      return filter.function().toString();
    } else if (operator instanceof Operator.MapPartitions partitions) {
      return partitions.function().toString();
    } else if (operator instanceof Operator.Containing containing) {
      return "containing \"" + containing.text() + "\"";
    } else if (operator instanceof Operator.Words) {
      return "words";
    } else if (operator instanceof Operator.CountValues) {
      return "count by value, in place";
    } else if (operator instanceof Operator.CountRecords) {
      return "count";
    } else if (operator instanceof Operator.AggregateLocally) {
      return "combine by key, in place";
    } else if (operator instanceof Operator.MapState state) {
      return state.function() + ", state " + state.node();
    } else if (operator instanceof Operator.UpdateState state) {
      return state.function() + ", state " + state.node();
    } else if (operator instanceof Operator.ObserveTime observe) {
      return observe.timestamp().toString();
    } else if (operator instanceof Operator.EventWindows windows) {
      return windows.windows() + " of event time, state " + windows.node();
    } else if (operator instanceof Operator.LateRecords late) {
      return "late for state " + late.node();
    } else if (operator instanceof Operator.StateSnapshot snapshot) {
      return "all of state " + snapshot.node();
    } else if (operator instanceof Operator.ShuffleOut out) {
      return "shuffle "
          + out.exchange()
          + (out.aggregation().mapSide() ? ", combined before it is sent" : "");
    } else if (operator instanceof Operator.Store store) {
      return "keep as dataset " + store.node();
    } else if (operator instanceof Operator.Keep keep) {
      return "keep as dataset " + keep.node() + " for the program";
    } else if (operator instanceof Operator.Result result
        && result.action() instanceof Action.Collect collect) {
      return "output "
          + program.outputs().stream()
              .filter(output -> output.id() == collect.limit())
              .map(Program.Output::name)
              .findFirst()
              .orElse("");
    }
    return operator.toString();
  }
}
