package io.sluice.task;

import io.sluice.api.Function4;
import io.sluice.api.Pair;
import io.sluice.api.State;
import io.sluice.plan.Operator;
import io.sluice.plan.UserCode;
import io.sluice.state.KeyedState;
import io.sluice.state.MappedState;
import io.sluice.state.UpdatedState;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The steps that remember. */
final class StateSteps {

  private StateSteps() {}

  /** Calls a function once a record. */
  static final class MapState extends Output {
    private final Operator.MapState operator;
    private final Function4<Instant, Object, Optional<Object>, State<Object>, Object> function;
    private final Instant time;
    private final MappedState rule;
    private final Output next;

    MapState(Operator.MapState operator, UserCode code, OpenStates states, Output next) {
      this.operator = operator;
      this.function = code.load(operator.function());
      this.time = Instant.ofEpochMilli(states.batchMillis());
      this.next = next;
      this.rule = new MappedState(
          states.of(operator.node()),
          this::call,
          operator.timeoutMillis() > 0 ? states.batchMillis() - operator.timeoutMillis() : null);
    }

    private void call(
        Object key, Optional<Object> value, State<Object> state, Consumer<Object> consumer) {
      Object result;
      try {
        result = function.call(time, key, value, state);
      } catch (Exception failure) {
        throw UserCode.failed(operator.function(), failure);
      }
      if (!operator.optional()) {
        consumer.accept(result);
        return;
      }
      Optional<?> some = (Optional<?>) UserCode.required(
          result, operator.function(), "an Optional, an empty one to put out nothing");
      some.ifPresent(consumer);
    }

    @Override
    public void accept(Object record) {
      Pair<?, ?> pair = pair(record);
      rule.add(pair.key(), pair.value(), next);
    }

    @Override
    void acceptPairs(Object[] keys, Object[] values, int size) {
      rule.addAll(keys, values, size, next);
    }

    @Override
    void finish() {
      rule.expire(next);
      next.finish();
    }
  }

  /** Calls a function for every key. */
  static final class UpdateState extends Output {
    private final Operator.UpdateState operator;
    private final Function4<Instant, Object, List<Object>, Optional<Object>, Optional<Object>>
        function;
    private final Instant time;
    private final UpdatedState rule;
    private final Output next;

    UpdateState(Operator.UpdateState operator, UserCode code, OpenStates states, Output next) {
      this.operator = operator;
      this.function = code.load(operator.function());
      this.time = Instant.ofEpochMilli(states.batchMillis());
      this.rule = new UpdatedState(states.of(operator.node()), this::call);
      this.next = next;
    }

    private Optional<Object> call(Object key, List<Object> values, Optional<Object> state) {
      Optional<Object> after;
      try {
        after = function.call(time, key, values, state);
      } catch (Exception failure) {
        throw UserCode.failed(operator.function(), failure);
      }
      return UserCode.required(
          after, operator.function(), "an Optional, an empty one to forget the key");
    }

    @Override
    @SuppressWarnings("unchecked")
    public void accept(Object record) {
      Pair<?, ?> pair = pair(record);
      rule.add(pair.key(), (List<Object>) pair.value());
    }

    @Override
    void finish() {
      rule.update(next);
      next.finish();
    }
  }

  /** Puts out everything that is remembered, once the step before has finished. */
  static final class Snapshot extends Output {
    private final KeyedState state;
    private final Output next;

    Snapshot(Operator.StateSnapshot operator, OpenStates states, Output next) {
      this.state = states.of(operator.node());
      this.next = next;
    }

    @Override
    public void accept(Object record) {
      // What the step before puts out is not what it remembers.
    }

    @Override
    void finish() {
      state.forEach((key, value) -> next.accept(new Pair<>(key, value)));
      next.finish();
    }
  }

  /** Remembers what is given before the first batch. */
  static final class InitialState extends Output {
    private final KeyedState state;

    InitialState(Operator.InitialState operator, OpenStates states) {
      this.state = states.of(operator.node());
    }

    @Override
    public void accept(Object record) {
      Pair<?, ?> pair = pair(record);
      if (pair.value() == null) {
        throw new IllegalArgumentException(
            "Initial state of key " + pair.key() + " is null; leave the key out instead.");
      }
      state.put(pair.key(), pair.value());
    }

    @Override
    void finish() {
      // The batch before the first one is committed like any other.
    }
  }

  private static Pair<?, ?> pair(Object record) {
    if (record instanceof Pair<?, ?> pair) {
      return pair;
    }
    throw new IllegalStateException("Only pairs have state, got " + record);
  }
}
