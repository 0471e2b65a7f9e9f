package io.sluice;

import io.sluice.plan.Closure;
import io.sluice.plan.TaskScope;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A number that functions on workers add to and the driver reads, made by {@link StreamingContext#counter}.
 *
 * <p>What a batch adds counts when the batch is committed, and once, however often its tasks were tried. A stream's
 * operation whose function adds to a counter is computed once in a batch, as if it were persisted. What an action on
 * an RDD adds counts once for every call of the action.
 */
public final class Counter implements Serializable {

  private static final long serialVersionUID = 1L;

  private final String name;
  private final transient @Nullable AtomicLong total;

  Counter(String name, AtomicLong total) {
    this.name = name;
    this.total = total;
  }

  public String name() {
    return name;
  }

  /**
   * Adds one. For functions on workers.
   *
   * @throws IllegalStateException outside tasks
   */
  public void increment() {
    add(1);
  }

  /** As {@link #increment}, by any number. */
  public void add(long by) {
    TaskScope scope = TaskScope.current();
    if (scope == null) {
      throw new IllegalStateException(
          "Counter '" + name
              + "' can be added to in functions that run on workers only; no task runs on this thread.");
    }
    scope.count(name, by);
  }

  /**
   * What all committed batches have added. For the driver; can be called from any thread.
   *
   * @throws IllegalStateException on a worker
   */
  public long value() {
    if (total == null) {
      throw new IllegalStateException("Counter '" + name
          + "' can be read on the driver only, not in a function that runs on workers.");
    }
    return total.get();
  }

  private void writeObject(ObjectOutputStream out) throws IOException {
    out.defaultWriteObject();
    Closure.noteCounter(out);
  }
}
