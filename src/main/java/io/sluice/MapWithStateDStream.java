package io.sluice;

import io.sluice.plan.Node;
import io.sluice.plan.Operator;

/**
 * What the function of {@code mapWithState} puts out.
 *
 * @param <K> the keys
 * @param <V> the values
 * @param <S> what is remembered for a key
 * @param <M> what is put out
 */
@SuppressWarnings("UnusedTypeParameter") // programs name the values too
public final class MapWithStateDStream<K, V, S, M> extends DStream<M> {

  private final Node.Stateful state;

  MapWithStateDStream(StreamingContext context, Node.Stateful state, long slideMillis) {
    super(context, state, slideMillis);
    this.state = state;
  }

  /** Every key with what is remembered for it after the batch, in every batch. The cost follows the keys held. */
  public PairDStream<K, S> stateSnapshots() {
    return pairs(
        new Node.SideOutput(context().newId(), state, new Operator.StateSnapshot(state.id())));
  }
}
