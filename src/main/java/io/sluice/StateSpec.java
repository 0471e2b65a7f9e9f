package io.sluice;

import io.sluice.api.Function3;
import io.sluice.api.Function4;
import io.sluice.api.State;
import io.sluice.plan.Closure;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What {@code mapWithState} does: its function, and what can be chosen beside it. Never changes; every choice gives
 * another spec.
 *
 * @param <K> the keys
 * @param <V> the values
 * @param <S> what is remembered for a key
 * @param <M> what is put out
 */
public final class StateSpec<K, V, S, M> {

  private final Closure function;
  private final boolean optional;
  private final @Nullable PairRDD<K, S> initialState;
  private final int partitions;
  private final Duration timeout;

  private StateSpec(
      Closure function,
      boolean optional,
      @Nullable PairRDD<K, S> initialState,
      int partitions,
      Duration timeout) {
    this.function = function;
    this.optional = optional;
    this.initialState = initialState;
    this.partitions = partitions;
    this.timeout = timeout;
  }

  /**
   * A spec whose function is called once a record with the key, the value and the key's state, and gives one
   * record. The value is empty when the key is timing out.
   */
  public static <K, V, S, M> StateSpec<K, V, S, M> function(
      Function3<K, Optional<V>, State<S>, M> function) {
    Function4<Instant, K, Optional<V>, State<S>, M> timed =
        (time, key, value, state) -> function.call(key, value, state);
    return new StateSpec<>(
        Closure.of(function, timed, "mapWithState"), false, null, 0, Duration.ZERO);
  }

  /** As with three arguments, with the batch time before them; an empty result puts nothing out. */
  public static <K, V, S, M> StateSpec<K, V, S, M> function(
      Function4<Instant, K, Optional<V>, State<S>, Optional<M>> function) {
    return new StateSpec<>(Closure.of(function, "mapWithState"), true, null, 0, Duration.ZERO);
  }

  /** What is remembered before the first batch; nothing unless set. */
  public StateSpec<K, V, S, M> initialState(PairRDD<K, S> state) {
    DStreamLike.requireGiven(state, "initialState", "an RDD");
    return new StateSpec<>(function, optional, state, partitions, timeout);
  }

  /**
   * Into how many partitions keys are divided; as many as shuffles have by default unless set.
   *
   * @throws IllegalArgumentException if it is less than 1
   */
  public StateSpec<K, V, S, M> numPartitions(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("Partitions must be at least 1, got " + count + ".");
    }
    return new StateSpec<>(function, optional, initialState, count, timeout);
  }

  /**
   * Forgets a key in the first batch that is more than {@code idle} later than the last one with data for it; its
   * function is called one last time, without a value. Never unless set.
   *
   * @throws IllegalArgumentException if it is less than a millisecond
   */
  public StateSpec<K, V, S, M> timeout(Duration idle) {
    DStreamLike.requirePositive("State time-out", idle);
    return new StateSpec<>(function, optional, initialState, partitions, idle);
  }

  Closure function() {
    return function;
  }

  boolean isOptional() {
    return optional;
  }

  Optional<PairRDD<K, S>> initialState() {
    return Optional.ofNullable(initialState);
  }

  int partitionsOr(int otherwise) {
    return partitions > 0 ? partitions : otherwise;
  }

  long timeoutMillis() {
    return timeout.toMillis();
  }
}
