package io.sluice.scheduler;

import io.sluice.api.ClusterInfo;
import io.sluice.task.WorkerCommand;
import io.sluice.task.WorkerEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/** Asks all workers what they hold, for whoever wants to know; several who ask at a time are answered together. */
final class Inspection {

  private final ContextSetup setup;
  private final Fleet fleet;
  private final BooleanSupplier paused;
  private final List<CompletableFuture<ClusterInfo>> waiting = new ArrayList<>();
  private final Set<String> awaited = new HashSet<>();
  private final Map<String, WorkerEvent.Inspected> answers = new HashMap<>();

  Inspection(ContextSetup setup, Fleet fleet, BooleanSupplier paused) {
    this.setup = setup;
    this.fleet = fleet;
    this.paused = paused;
  }

  void ask(CompletableFuture<ClusterInfo> asked) {
    forgetThoseWhoLeft();
    boolean underWay = !waiting.isEmpty();
    waiting.add(asked);
    if (!underWay) {
      answers.clear();
      awaited.addAll(fleet.usable());
      fleet.tellAll(new WorkerCommand.Inspect(setup.epoch()));
    }
    tellIfComplete();
  }

  void answered(WorkerEvent.Inspected answer) {
    if (answer.epoch() == setup.epoch()) {
      answers.put(answer.address(), answer);
      awaited.remove(answer.address());
      tellIfComplete();
    }
  }

  /** Who has waited for too long has gone; with the last of them the round is over, whoever has not answered. */
  private void forgetThoseWhoLeft() {
    waiting.removeIf(CompletableFuture::isDone);
    if (waiting.isEmpty()) {
      awaited.clear();
    }
  }

  /** Tells those who wait if nobody is left who could answer. */
  void tellIfComplete() {
    awaited.retainAll(fleet.usable());
    if (awaited.isEmpty() && !waiting.isEmpty()) {
      ClusterInfo info = info();
      waiting.forEach(asked -> asked.complete(info));
      waiting.clear();
    }
  }

  private ClusterInfo info() {
    Decision.Placed placed = fleet.placement().placed();
    List<ClusterInfo.Partition> partitions = new ArrayList<>();
    for (int number = 0; number < placed.owners().size(); number++) {
      boolean copied = placed.synced().contains(number);
      partitions.add(new ClusterInfo.Partition(
          number, placed.owners().get(number), copied ? placed.standbys().get(number) : ""));
    }
    List<ClusterInfo.Worker> workers = fleet.workers().stream().map(this::info).toList();
    return new ClusterInfo(
        setup.epoch(), setup.node().address(), paused.getAsBoolean(), workers, partitions);
  }

  private ClusterInfo.Worker info(WorkerTable.Worker worker) {
    WorkerEvent.Inspected answer = answers.get(worker.address());
    return new ClusterInfo.Worker(
        worker.address(),
        worker.host(),
        worker.slots(),
        worker.leaving(),
        answer == null ? ClusterInfo.Load.NONE : answer.load(),
        answer == null ? Map.of() : answer.keys());
  }
}
