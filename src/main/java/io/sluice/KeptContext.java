package io.sluice;

import io.sluice.api.CheckpointReport;
import io.sluice.api.CheckpointSettings;
import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.checkpoint.DirectoryLedger;
import io.sluice.checkpoint.Ledger;
import io.sluice.checkpoint.ReadOnlyLedger;
import io.sluice.checkpoint.SegmentFiles;
import io.sluice.plan.Program;
import io.sluice.scheduler.CheckpointCheck;
import io.sluice.scheduler.ContextSetup;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Where a context is kept so that it outlives all its processes, if it is. */
final class KeptContext {

  private static final int LEDGER_SNAPSHOTS = 2;

  private final String name;
  private final ExecutorService ledgerThread = Executors.newSingleThreadExecutor(task -> {
    Thread thread = new Thread(task, "sluice-ledger");
    thread.setDaemon(true);
    return thread;
  });
  private volatile CheckpointSettings settings;

  KeptContext(String name, CheckpointSettings settings) {
    this.name = name;
    this.settings = settings;
  }

  /** Chooses the directory in which this and other contexts are kept. */
  void keepIn(Path directory) {
    settings = settings.in(directory);
  }

  /** Where contexts with these settings are kept; empty if this one ends with its processes. */
  Optional<Path> parent() {
    return settings.directory();
  }

  /** The directory of this context alone. */
  Optional<Path> directory() {
    return parent().map(kept -> kept.resolve(name));
  }

  /**
   * The directory of this context alone.
   *
   * @throws IllegalStateException if there is none
   */
  private Path required() {
    return directory()
        .orElseThrow(
            () -> new IllegalStateException(
                "Context '" + name
                    + "' has no checkpoint directory. Call checkpoint first, or set sluice.checkpoint.directory."));
  }

  /** The ledger in the directory; empty if there is none. */
  Optional<DirectoryLedger> ledger() {
    return directory().map(this::ledger);
  }

  private DirectoryLedger ledger(Path kept) {
    return new DirectoryLedger(
        kept.resolve("ledger"),
        LEDGER_SNAPSHOTS,
        settings.sync(),
        SegmentFiles.disk(),
        ledgerThread);
  }

  /** For how many partitions what is kept was written; 0 if nothing is kept. */
  int partitions() {
    return ledger()
        .map(found -> ContextSetup.OpenLedger.partitions(found.peek()))
        .orElse(0);
  }

  /** What a driver is told of it. */
  Optional<ContextSetup.Durable> durable() {
    return directory().map(kept -> new ContextSetup.Durable(kept, settings, Optional.empty()));
  }

  /**
   * What a start of a program would do with what is kept.
   *
   * @throws IllegalStateException if there is no directory
   */
  CheckpointReport check(Program unstarted, ClassLoader loader) {
    Path kept = required();
    return CheckpointCheck.of(name, kept, settings, unstarted, ledger(kept).peek(), loader);
  }

  /** What a driver needs to run batches again without changing anything. */
  record Replayed(ContextSetup.OpenLedger ledger, ContextSetup.Durable durable) {}

  /**
   * What is kept, up to a batch.
   *
   * @throws SluiceException CHECKPOINT_FAILED if nothing is kept
   */
  Replayed replayed(long batchMillis) {
    Path kept = required();
    Ledger.Opened found = ledger(kept).peek();
    if (!CheckpointCheck.hasBegun(found)) {
      throw new SluiceException(
          ErrorCode.CHECKPOINT_FAILED,
          "Nothing of context '" + name + "' is kept in " + kept
              + ". Name the directory and the context of the run whose batch is wanted.");
    }
    return new Replayed(
        ContextSetup.OpenLedger.open(new ReadOnlyLedger(found)),
        new ContextSetup.Durable(kept, settings, Optional.of(batchMillis)));
  }
}
