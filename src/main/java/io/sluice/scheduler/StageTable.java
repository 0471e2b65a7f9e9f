package io.sluice.scheduler;

import io.sluice.plan.StageSpec;
import io.sluice.task.StageCodec;
import io.sluice.task.WorkerCommand;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * Numbers stages by their content and sends each worker the ones it does not know yet. A stage that looks
 * the same in every batch is sent once.
 */
final class StageTable {

  private static final int MAX_KNOWN = 4096;

  private static final class Known {
    private final int number;
    private final byte[] bytes;
    private final Set<String> workers = new HashSet<>();

    Known(int number, byte[] bytes) {
      this.number = number;
      this.bytes = bytes;
    }
  }

  private final long epoch;
  private final BiConsumer<String, WorkerCommand> sender;
  private final LinkedHashMap<StageSpec, Known> known = new LinkedHashMap<>(16, 0.75f, true);
  private int numbers;

  StageTable(long epoch, BiConsumer<String, WorkerCommand> sender) {
    this.epoch = epoch;
    this.sender = sender;
  }

  /** The stage's number, known to the worker from now on. */
  int numberFor(StageSpec spec, String worker) {
    Known stage =
        known.computeIfAbsent(spec, unknown -> new Known(++numbers, StageCodec.encode(unknown)));
    if (stage.workers.add(worker)) {
      sender.accept(worker, new WorkerCommand.DefineStage(epoch, stage.number, stage.bytes));
    }
    return stage.number;
  }

  /** Forgets stages that have not been used for long. Called between batches, when no task names them. */
  void trim() {
    while (known.size() > MAX_KNOWN) {
      Iterator<Known> eldest = known.values().iterator();
      Known oldest = eldest.next();
      eldest.remove();
      oldest.workers.forEach(
          worker -> sender.accept(worker, new WorkerCommand.UndefineStage(epoch, oldest.number)));
    }
  }

  void workerLost(String worker) {
    known.values().forEach(stage -> stage.workers.remove(worker));
  }
}
