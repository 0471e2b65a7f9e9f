package io.sluice;

import io.sluice.api.Windowed;
import io.sluice.plan.Node;
import io.sluice.plan.Operator;

/**
 * What windows of event time have come to: one pair for each key and window, in the batch in which the window is over.
 *
 * @param <K> the keys
 * @param <V> the values that were combined
 * @param <R> what they were combined to
 */
public final class EventWindowDStream<K, V, R> extends PairDStream<Windowed<K>, R> {

  private final Node.Stateful state;
  private final String lateCounter;

  EventWindowDStream(
      StreamingContext context, Node.Stateful state, long slideMillis, String lateCounter) {
    super(context, state, slideMillis);
    this.state = state;
    this.lateCounter = lateCounter;
  }

  /** The records that came when all their windows were over, with their keys, in the batch in which they came. */
  public PairDStream<K, V> late() {
    return pairs(
        new Node.SideOutput(context().newId(), state, new Operator.LateRecords(state.id())));
  }

  /** How many records came too late. */
  public Counter lateCounter() {
    return context().counter(lateCounter);
  }
}
