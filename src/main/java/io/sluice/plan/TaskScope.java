package io.sluice.plan;

import org.jspecify.annotations.Nullable;

/** The task that a thread runs, for what functions carry with them. */
public abstract class TaskScope {

  private static final ThreadLocal<@Nullable TaskScope> CURRENT = new ThreadLocal<>();

  /** The calling thread's task, null outside tasks. */
  public static @Nullable TaskScope current() {
    return CURRENT.get();
  }

  /** Makes this the calling thread's task until {@link #leave}. */
  public final void enter() {
    CURRENT.set(this);
  }

  public final void leave() {
    CURRENT.remove();
  }

  /** The batch, -1 outside batches. */
  public abstract long batchMillis();

  /** Which attempt of the task this is, from 1. */
  public abstract int attempt();

  /** The worker that runs the task. */
  public abstract String worker();

  /** Adds to a counter of the program. */
  public abstract void count(String counter, long by);

  /** The value that was broadcast under this number, as of the batch. */
  public abstract Object broadcast(int number);
}
