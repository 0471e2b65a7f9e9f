package io.sluice.task;

import io.sluice.api.FlatMapFunction;
import io.sluice.api.Function;
import io.sluice.api.Pair;
import io.sluice.api.SluiceException;
import io.sluice.block.Lines;
import io.sluice.plan.Closure;
import io.sluice.plan.UserCode;
import io.sluice.shuffle.AggregateTable;
import io.sluice.shuffle.Combiner;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** The steps that pass records on. */
final class Transforms {

  private Transforms() {}

  /** One record for each. */
  static final class Map extends Output {
    private final Closure closure;
    private final Function<Object, Object> function;
    private final Output next;

    Map(Closure closure, UserCode code, Output next) {
      this.closure = closure;
      this.function = code.load(closure);
      this.next = next;
    }

    @Override
    public void accept(Object record) {
      Object result;
      try {
        result = function.call(record);
      } catch (Exception failure) {
        throw UserCode.failed(closure, failure);
      }
      next.accept(result);
    }

    @Override
    void finish() {
      next.finish();
    }
  }

  /** Hands on what a function's iterator gives, which may call the function's code in turn, as far as it is wanted. */
  static void each(Closure closure, @Nullable Iterator<?> returned, TaskOutput task, Output next) {
    Iterator<?> results = UserCode.required(
        returned, closure, "an iterator, an empty one where there are no records");
    while (task.wantsMore()) {
      Object result;
      try {
        if (!results.hasNext()) {
          return;
        }
        result = results.next();
      } catch (SluiceException known) {
        throw known;
      } catch (Exception failure) {
        throw UserCode.failed(closure, failure);
      }
      next.accept(result);
    }
  }

  /** Any number of records for each. */
  static final class FlatMap extends Output {
    private final Closure closure;
    private final FlatMapFunction<Object, Object> function;
    private final TaskOutput task;
    private final Output next;

    FlatMap(Closure closure, UserCode code, TaskOutput task, Output next) {
      this.closure = closure;
      this.function = code.load(closure);
      this.task = task;
      this.next = next;
    }

    @Override
    public void accept(Object record) {
      Iterator<Object> results;
      try {
        results = function.call(record);
      } catch (Exception failure) {
        throw UserCode.failed(closure, failure);
      }
      each(closure, results, task, next);
    }

    @Override
    void finish() {
      next.finish();
    }
  }

  /** The records that pass. */
  static final class Filter extends Output {
    private final Closure closure;
    private final Function<Object, Boolean> function;
    private final Output next;

    Filter(Closure closure, UserCode code, Output next) {
      this.closure = closure;
      this.function = code.load(closure);
      this.next = next;
    }

    @Override
    public void accept(Object record) {
      boolean passes;
      try {
        passes = function.call(record);
      } catch (Exception failure) {
        throw UserCode.failed(closure, failure);
      }
      if (passes) {
        next.accept(record);
      }
    }

    @Override
    void finish() {
      next.finish();
    }
  }

  /** The number of records, at the end. */
  static final class CountRecords extends Output {
    private final Output next;
    private long count;

    CountRecords(Output next) {
      this.next = next;
    }

    @Override
    public void accept(Object record) {
      count++;
    }

    @Override
    public void acceptText(byte[] bytes, int from, int to) {
      count++;
    }

    @Override
    public void acceptLines(byte[] bytes, int from, int to) {
      count += Lines.countAll(bytes, from, to);
    }

    @Override
    boolean takesText() {
      return true;
    }

    @Override
    void finish() {
      next.accept(count);
      next.finish();
    }
  }

  /** Pairs combined by key, at the end. */
  static final class AggregateLocally extends Output {
    private final AggregateTable table;
    private final Output next;

    AggregateLocally(Combiner combiner, Output next) {
      this.table = new AggregateTable(combiner);
      this.next = next;
    }

    @Override
    public void accept(Object record) {
      if (!(record instanceof Pair<?, ?> pair)) {
        throw new IllegalStateException("Only pairs can be combined by key, got " + record);
      }
      table.add(pair.key(), pair.value(), 0);
    }

    @Override
    void finish() {
      for (int entry = 0; entry < table.size(); entry++) {
        next.accept(new Pair<>(table.key(entry), table.value(entry)));
      }
      next.finish();
    }
  }
}
