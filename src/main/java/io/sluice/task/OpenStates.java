package io.sluice.task;

import io.sluice.state.KeyedState;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;

/** The states that one task works on: its partition of each operator with state, opened when first needed. */
final class OpenStates implements AutoCloseable {

  private final WorkerSession session;
  private final TaskWorker.RunTasks job;
  private final int partition;
  private final Map<Integer, KeyedState> open = new LinkedHashMap<>();

  OpenStates(WorkerSession session, TaskWorker.RunTasks job, int partition) {
    this.session = session;
    this.job = job;
    this.partition = partition;
  }

  long batchMillis() {
    return job.batchMillis();
  }

  /** The operator's state, open for this batch. */
  KeyedState of(int node) {
    return open.computeIfAbsent(node, key -> {
      KeyedState state = session.state(node, partition);
      state.open(job.batchMillis(), job.attempt());
      return state;
    });
  }

  /** The task has succeeded: what it changed is complete. */
  void complete(BiConsumer<Integer, KeyedState> changed) {
    open.forEach((node, state) -> {
      state.complete();
      changed.accept(node, state);
    });
  }

  @Override
  public void close() {
    open.values().forEach(KeyedState::release);
  }
}
