package io.sluice.task;

import io.sluice.batch.Watermark;
import io.sluice.state.KeyedState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/** The states that one task works on: its partition of each operator with state, opened when first needed. */
final class OpenStates implements AutoCloseable {

  private final WorkerSession session;
  private final WorkerCommand.RunTasks job;
  private final int partition;
  private final Map<Integer, KeyedState> open = new LinkedHashMap<>();

  private final Map<Integer, List<Object>> late = new HashMap<>();

  OpenStates(WorkerSession session, WorkerCommand.RunTasks job, int partition) {
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
      state.open(job.batchMillis(), job.maker());
      return state;
    });
  }

  /** How far event time has come at a node that observes it. */
  long watermark(int node) {
    return job.values().watermarks().getOrDefault(node, Watermark.NONE);
  }

  /** The records that came too late for an operator, in this task. */
  List<Object> late(int node) {
    return late.computeIfAbsent(node, key -> new ArrayList<>());
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
