package io.sluice.task;

import io.sluice.api.Function;
import io.sluice.api.Pair;
import io.sluice.plan.Closure;
import io.sluice.plan.Operator;
import io.sluice.plan.Timed;
import io.sluice.plan.UserCode;
import io.sluice.shuffle.Combiner;
import io.sluice.state.EventWindows;
import java.time.Instant;
import java.util.List;

/** The steps of event time. */
final class EventTimeSteps {

  private EventTimeSteps() {}

  /** Gives records their time, and notes the latest. */
  static final class Observe extends Output {
    private final Operator.ObserveTime operator;
    private final Function<Object, Instant> timestamp;
    private final Function<Object, Object> key;
    private final Function<Object, Object> value;
    private final TaskOutput task;
    private final Output next;
    private long latest = Long.MIN_VALUE;

    Observe(Operator.ObserveTime operator, UserCode code, TaskOutput task, Output next) {
      this.operator = operator;
      this.timestamp = code.load(operator.timestamp());
      this.key = code.load(operator.key());
      this.value = code.load(operator.value());
      this.task = task;
      this.next = next;
    }

    @Override
    public void accept(Object record) {
      long millis = call(operator.timestamp(), timestamp, record).toEpochMilli();
      latest = Math.max(latest, millis);
      next.accept(new Pair<>(
          call(operator.key(), key, record),
          new Timed(millis, call(operator.value(), value, record))));
    }

    private static <R> R call(Closure site, Function<Object, R> function, Object record) {
      try {
        return function.call(record);
      } catch (Exception failure) {
        throw UserCode.failed(site, failure);
      }
    }

    @Override
    void finish() {
      if (latest > Long.MIN_VALUE) {
        task.seen(new WorkerEvent.SeenTime(operator.node(), operator.source(), latest));
      }
      next.finish();
    }
  }

  /** Combines records by key and window. */
  static final class Windows extends Output {
    private final Operator.EventWindows operator;
    private final EventWindows rule;
    private final List<Object> late;
    private final TaskOutput task;
    private final Output next;

    Windows(
        Operator.EventWindows operator,
        UserCode code,
        OpenStates states,
        TaskOutput task,
        Output next) {
      this.operator = operator;
      this.rule = new EventWindows(
          states.of(operator.node()),
          operator.windows(),
          states.watermark(operator.watermark()),
          combining(Combiner.of(operator.aggregation(), code)));
      this.late = states.late(operator.node());
      this.task = task;
      this.next = next;
    }

    private static EventWindows.Combining combining(Combiner combiner) {
      return new EventWindows.Combining() {
        @Override
        public Object first(Object value) {
          return combiner.first(value, 0);
        }

        @Override
        public Object merge(Object combined, Object value) {
          return combiner.merge(combined, value, 0);
        }

        @Override
        public Object join(Object earlier, Object later) {
          return combiner.join(earlier, later);
        }
      };
    }

    @Override
    public void accept(Object record) {
      if (record instanceof Pair<?, ?> pair && pair.value() instanceof Timed timed) {
        if (!rule.add(pair.key(), timed.millis(), timed.value())) {
          late.add(new Pair<>(pair.key(), timed.value()));
          task.count(operator.lateCounter(), 1);
        }
      }
    }

    @Override
    void finish() {
      rule.close(next);
      next.finish();
    }
  }

  /** Puts out the records that came too late, once the windows have finished. */
  static final class Late extends Output {
    private final List<Object> late;
    private final Output next;

    Late(List<Object> late, Output next) {
      this.late = late;
      this.next = next;
    }

    @Override
    public void accept(Object record) {
      // What the windows put out was not late.
    }

    @Override
    void finish() {
      late.forEach(next);
      next.finish();
    }
  }
}
