package io.sluice.scheduler;

import io.sluice.plan.Operator;
import io.sluice.task.Keepers;
import io.sluice.task.WorkerCommand;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What a job needs to know to plan its tasks: the workers as they are now, and where data lies. */
record JobPlanning(
    long epoch,
    long committedMillis,
    List<String> workers,
    List<String> owners,
    List<String> standbys,
    Set<Integer> replicated,
    Datasets datasets,
    SplitPlanner splits,
    StageTable stages,
    WorkerCommand.BatchValues values) {

  /** Notes where a task will keep a partition of a dataset, and where its copy goes. */
  void note(Operator.Store store, long batchMillis, long maker, int index, String worker) {
    List<String> holders = new ArrayList<>(List.of(worker));
    if (replicated.contains(store.node())) {
      Keepers.copyHolder(owners, standbys, index, worker).ifPresent(holders::add);
    }
    datasets.add(
        store.node(),
        batchMillis,
        new Datasets.Partition(store.leg() << 16 | index, maker, List.copyOf(holders)));
  }

  String anotherThan(String worker) {
    return workers.get((workers.indexOf(worker) + 1) % workers.size());
  }
}
