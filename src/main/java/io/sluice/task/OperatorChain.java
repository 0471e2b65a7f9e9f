package io.sluice.task;

import io.sluice.plan.Action;
import io.sluice.plan.Aggregation;
import io.sluice.plan.Closure;
import io.sluice.plan.Operator;
import io.sluice.plan.StageSpec;
import io.sluice.plan.UserCode;
import io.sluice.shuffle.Combiner;
import io.sluice.shuffle.MapOutput;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/** The operators of a stage put together for one run of one task. */
final class OperatorChain {

  private final List<StageSpec.Step> steps;
  private final UserCode code;
  private final IntUnaryOperator partitionOf;
  private final OpenStates states;
  private final TaskOutput task;
  private final Output root;
  private @Nullable PartitionStep driver;
  private boolean driverClaimed;

  /**
   * @param partitionOf the number of the partition at a step
   */
  OperatorChain(
      StageSpec spec,
      UserCode code,
      IntUnaryOperator partitionOf,
      OpenStates states,
      TaskOutput task) {
    this.partitionOf = partitionOf;
    this.states = states;
    this.steps = spec.steps();
    this.code = code;
    this.task = task;
    this.root = after(-1);
  }

  /** Sends all records of the source through the chain. */
  void run(Source source) {
    PartitionStep first = driver;
    if (first == null) {
      source.push(root, task);
      root.finish();
      return;
    }
    Iterator<?> records = source.iterator();
    BooleanSupplier pushOne = () -> {
      if (records.hasNext()) {
        root.accept(records.next());
        return true;
      }
      root.finish();
      return false;
    };
    first.drive(pushOne);
  }

  private Output after(int parent) {
    List<Output> outputs = new ArrayList<>();
    for (int step = parent + 1; step < steps.size(); step++) {
      if (steps.get(step).parent() == parent) {
        outputs.add(build(step, steps.get(step).operator()));
      }
    }
    return Output.all(outputs.toArray(Output[]::new));
  }

  private Output build(int step, Operator operator) {
    if (operator instanceof Operator.Map map) {
      return new Transforms.Map(map.function(), code, after(step));
    } else if (operator instanceof Operator.FlatMap flatMap) {
      return new Transforms.FlatMap(flatMap.function(), code, task, after(step));
    } else if (operator instanceof Operator.Filter filter) {
      return new Transforms.Filter(filter.function(), code, after(step));
    } else if (operator instanceof Operator.Containing containing) {
      return new TextSteps.Containing(containing.text(), after(step));
    } else if (operator instanceof Operator.Words) {
      return new TextSteps.Words(after(step));
    } else if (operator instanceof Operator.CountValues) {
      return new TextSteps.CountValues(after(step));
    } else if (operator instanceof Operator.CountRecords) {
      return new Transforms.CountRecords(after(step));
    } else if (operator instanceof Operator.MapPartitions partitions) {
      return mapPartitions(step, partitions);
    } else if (operator instanceof Operator.AggregateLocally local) {
      return new Transforms.AggregateLocally(Combiner.of(local.aggregation(), code), after(step));
    } else if (operator instanceof Operator.MapState state) {
      return new StateSteps.MapState(state, code, states, after(step));
    } else if (operator instanceof Operator.UpdateState state) {
      return new StateSteps.UpdateState(state, code, states, after(step));
    } else if (operator instanceof Operator.StateSnapshot snapshot) {
      return new StateSteps.Snapshot(snapshot, states, after(step));
    } else if (operator instanceof Operator.ObserveTime observe) {
      return new EventTimeSteps.Observe(observe, code, task, after(step));
    } else if (operator instanceof Operator.EventWindows windows) {
      return new EventTimeSteps.Windows(windows, code, states, task, after(step));
    } else if (operator instanceof Operator.LateRecords late) {
      return new EventTimeSteps.Late(states.late(late.node()), after(step));
    } else if (operator instanceof Operator.InitialState initial) {
      return new StateSteps.InitialState(initial, states);
    } else if (operator instanceof Operator.ShuffleOut out) {
      return new Endings.ShuffleOut(out, mapOutput(out), task);
    } else if (operator instanceof Operator.Store store) {
      return new Endings.Store(records -> task.store(store, records));
    } else if (operator instanceof Operator.Keep keep) {
      return new Endings.Store(records -> task.keep(keep, records));
    } else if (operator instanceof Operator.Result result) {
      return result(step, result.leg(), result.action());
    }
    throw new IllegalStateException("Unknown operator " + operator);
  }

  private Output mapPartitions(int step, Operator.MapPartitions partitions) {
    boolean drives = claimDriver();
    Output next = after(step);
    return settle(
        new PartitionStep(
            partitions.function(), code, partitionOf.applyAsInt(step), isAlone(), returned -> {
              Transforms.each(partitions.function(), (Iterator<?>) returned, task, next);
              next.finish();
            }),
        drives);
  }

  private Output result(int step, int leg, Action action) {
    if (action instanceof Action.Collect collect) {
      return new Endings.Collect(leg, collect.limit(), isAlone(), task);
    } else if (action instanceof Action.ForPartition each) {
      return forPartition(step, leg, each.function());
    }
    return new Endings.Count(leg, task);
  }

  private Output forPartition(int step, int leg, Closure closure) {
    boolean drives = claimDriver();
    return settle(
        new PartitionStep(
            closure,
            code,
            partitionOf.applyAsInt(step),
            isAlone(),
            returned -> task.result(leg, returned)),
        drives);
  }

  /** The partition step nearest to the source on the first path drives; asked before what follows it is built. */
  private boolean claimDriver() {
    boolean first = !driverClaimed;
    driverClaimed = true;
    return first;
  }

  private Output settle(PartitionStep step, boolean drives) {
    if (drives) {
      driver = step;
    }
    return step;
  }

  private MapOutput mapOutput(Operator.ShuffleOut out) {
    Aggregation aggregation = out.aggregation();
    Combiner combiner = aggregation.mapSide() ? Combiner.of(aggregation, code) : null;
    return new MapOutput(aggregation, combiner, out.input(), out.partitions(), out.direct());
  }

  /** Whether a step may leave records unread: all others are there for its own results only. */
  private boolean isAlone() {
    long wanting = steps.stream()
        .map(StageSpec.Step::operator)
        .filter(operator -> operator instanceof Operator.Result
            || operator instanceof Operator.Store
            || operator instanceof Operator.Keep
            || operator instanceof Operator.ShuffleOut
            || operator instanceof Operator.MapState
            || operator instanceof Operator.UpdateState
            || operator instanceof Operator.InitialState)
        .count();
    return wanting == 1;
  }
}
