package io.sluice.task;

import io.sluice.api.Function2;
import io.sluice.api.SluiceException;
import io.sluice.plan.Closure;
import io.sluice.plan.UserCode;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Gives a function the partition's records as an iterator.
 *
 * <p>Steps push, iterators pull. The first such step of a task may {@link #drive} it: asking its iterator
 * for a record makes the source push one, so that a partition need not fit in memory. Any further one holds
 * its records until the end.
 */
final class PartitionStep extends Output {

  private static final Object NULL = new Object();

  private final Closure closure;
  private final Function2<Integer, Iterator<Object>, Object> function;
  private final int index;
  private final boolean alone;
  private final Consumer<Object> result;
  private final Queue<Object> arrived = new ArrayDeque<>();
  private @Nullable BooleanSupplier pull;

  /**
   * @param index of the partition
   * @param alone no other step needs the records that the function leaves
   * @param result takes what the function returns; an iterator is to be consumed there
   */
  PartitionStep(Closure closure, UserCode code, int index, boolean alone, Consumer<Object> result) {
    this.index = index;
    this.closure = closure;
    this.function = code.load(closure);
    this.alone = alone;
    this.result = result;
  }

  /**
   * Runs the function now; its iterator calls {@code source} until that returns false.
   *
   * @param source pushes one record into the chain, or finishes it and returns false
   */
  void drive(BooleanSupplier source) {
    pull = source;
    call();
    while (!alone && pull != null && pull.getAsBoolean()) {
      // A function may end early; the other steps still need the rest.
      arrived.clear();
    }
  }

  @Override
  public void accept(Object record) {
    arrived.add(record == null ? NULL : record);
  }

  @Override
  void finish() {
    if (pull != null) {
      pull = null;
    } else {
      call();
    }
  }

  private void call() {
    Object returned;
    try {
      returned = function.call(index, new Arrived());
    } catch (SluiceException known) {
      throw known;
    } catch (Exception failure) {
      throw UserCode.failed(closure, failure);
    }
    result.accept(returned);
  }

  @SuppressWarnings("NullAway") // A record may be null; the engine does not track which.
  private static Object nothing() {
    return null;
  }

  private final class Arrived implements Iterator<Object> {
    @Override
    public boolean hasNext() {
      while (arrived.isEmpty()) {
        BooleanSupplier source = pull;
        if (source == null || !source.getAsBoolean()) {
          return !arrived.isEmpty();
        }
      }
      return true;
    }

    @Override
    public Object next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      Object record = arrived.remove();
      return record == NULL ? nothing() : record;
    }
  }
}
