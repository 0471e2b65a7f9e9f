package io.sluice;

import io.sluice.plan.TaskScope;
import io.sluice.scheduler.Broadcasts;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * A value that functions on workers read, sent to each worker once instead of with every function. Made by
 * {@link StreamingContext#broadcast}.
 *
 * <p>All tasks of a batch see the same value. It must be plain data, as records are, and must not be changed.
 *
 * @param <T> the value
 */
public final class Broadcast<T> implements Serializable {

  private static final long serialVersionUID = 1L;

  private final int number;
  private final transient @Nullable Broadcasts values;

  Broadcast(int number, Broadcasts values) {
    this.number = number;
    this.values = values;
  }

  int number() {
    return number;
  }

  /** The value as of the batch; on the driver the latest. The first call on a worker may wait for it to arrive. */
  public T value() {
    TaskScope scope = TaskScope.current();
    if (scope != null) {
      return Functions.cast(scope.broadcast(number));
    }
    if (values == null) {
      throw new IllegalStateException(
          "A broadcast value can be read on the driver and in tasks only.");
    }
    return Functions.cast(values.latest(number));
  }
}
