package io.sluice.plan;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The task that a thread runs, for what functions carry with them. */
public abstract class TaskScope {

  private static final Logger log = LoggerFactory.getLogger(TaskScope.class);
  private static final ThreadLocal<@Nullable TaskScope> CURRENT = new ThreadLocal<>();

  private final Deque<AutoCloseable> open = new ArrayDeque<>(0);

  /** The calling thread's task, null outside tasks. */
  public static @Nullable TaskScope current() {
    return CURRENT.get();
  }

  /** Makes this the calling thread's task until {@link #leave}. */
  public final void enter() {
    CURRENT.set(this);
  }

  /** Ends the task for the thread, and closes what was opened for it. */
  public final void leave() {
    CURRENT.remove();
    while (!open.isEmpty()) {
      close(open.pop());
    }
  }

  /** Something that the task reads is closed at its end, on the task's thread. */
  public final void closeAtEnd(AutoCloseable opened) {
    open.push(opened);
  }

  private static void close(AutoCloseable opened) {
    try {
      opened.close();
    } catch (Exception failure) {
      log.warn("What a task has read cannot be closed", failure);
    }
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
