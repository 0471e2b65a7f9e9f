package io.sluice.task;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Tasks whose inputs are not all there, by what they wait for. */
final class ParkedTasks {

  /** A task, and what it still misses. */
  record Parked(WorkerCommand.RunTasks job, TaskSpec task, Set<Object> missing) {}

  private final Map<Object, List<Parked>> waiting = new HashMap<>();

  void park(WorkerCommand.RunTasks job, TaskSpec task, Set<Object> missing) {
    Parked parked = new Parked(job, task, new HashSet<>(missing));
    missing.forEach(
        key -> waiting.computeIfAbsent(key, unknown -> new ArrayList<>()).add(parked));
  }

  /** Something has come; gives the tasks that miss nothing any more. */
  List<Parked> arrived(Object key) {
    List<Parked> ready = new ArrayList<>();
    for (Parked parked : waiting.getOrDefault(key, List.of())) {
      parked.missing.remove(key);
      if (parked.missing.isEmpty()) {
        ready.add(parked);
      }
    }
    waiting.remove(key);
    return ready;
  }

  void forgetAll() {
    waiting.clear();
  }

  void forget(long job) {
    waiting.values().forEach(tasks -> tasks.removeIf(parked -> parked.job.job() == job));
    waiting.values().removeIf(List::isEmpty);
  }
}
