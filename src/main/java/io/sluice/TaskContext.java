package io.sluice;

import io.sluice.plan.TaskScope;
import java.time.Instant;
import java.util.Optional;

/** The task in which a function of the program runs. */
public final class TaskContext {

  private final TaskScope scope;

  private TaskContext(TaskScope scope) {
    this.scope = scope;
  }

  /**
   * The task of the calling thread.
   *
   * @throws IllegalStateException outside tasks, for example on the driver
   */
  public static TaskContext current() {
    TaskScope scope = TaskScope.current();
    if (scope == null) {
      throw new IllegalStateException(
          "No task runs on this thread. TaskContext.current() can be called in functions that run on workers.");
    }
    return new TaskContext(scope);
  }

  /** The batch the task belongs to; empty for an action outside batches. */
  public Optional<Instant> batchTime() {
    return scope.batchMillis() < 0
        ? Optional.empty()
        : Optional.of(Instant.ofEpochMilli(scope.batchMillis()));
  }

  /** Which attempt of the task this is: 1 for the first, later ones are greater. */
  public int attempt() {
    return scope.attempt();
  }

  /** The address of the worker that runs the task. */
  public String worker() {
    return scope.worker();
  }
}
