package io.sluice.simulation;

import io.sluice.checkpoint.Ledger;
import io.sluice.checkpoint.MemoryLedger;
import io.sluice.scheduler.LedgerReading;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** A driver's way to a ledger that lies on another node. */
final class SimulatedLedger implements Ledger {

  private static final long FLAWED_DELAY = 150_000;

  /** Hears what the ledger takes. */
  interface Watcher {
    void appended(long epoch, LedgerReading entry);
  }

  private final World world;
  private final SimulatedNode driver;
  private final SimulatedNode keeper;
  private final Ledger kept;
  private final Watcher watcher;
  private final Flaw flaw;
  private long epoch;

  SimulatedLedger(
      World world,
      SimulatedNode driver,
      SimulatedNode keeper,
      MemoryLedger.Store store,
      Watcher watcher,
      Flaw flaw) {
    this.world = world;
    this.driver = driver;
    this.keeper = keeper;
    this.kept = new MemoryLedger(store);
    this.watcher = watcher;
    this.flaw = flaw;
  }

  @Override
  public CompletionStage<Opened> open() {
    return kept.open().thenApply(opened -> {
      epoch = opened.epoch();
      return opened;
    });
  }

  @Override
  public CompletionStage<Void> snapshot(byte[] state) {
    return bring("decide Snapshot", () -> kept.snapshot(state));
  }

  @Override
  public CompletionStage<Void> append(byte[] entry) {
    LedgerReading read = new LedgerReading(entry);
    return bring(
        "decide " + read.kind(),
        () -> kept.append(entry)
            .handle((done, failure) -> {
              if (failure == null || flaw == Flaw.EPOCH_IS_NOT_SEALED) {
                watcher.appended(epoch, read);
                return CompletableFuture.<Void>completedStage(null);
              }
              return CompletableFuture.<Void>failedStage(failure);
            })
            .thenCompose(stage -> stage));
  }

  private CompletionStage<Void> bring(String label, Supplier<CompletionStage<Void>> write) {
    world.before(driver, label);
    CompletableFuture<Void> safe = new CompletableFuture<>();
    Runnable request = () -> world.send(driver, keeper, "ledger", label, () -> {
      CompletionStage<Void> written = write.get();
      world.send(keeper, driver, "ledger", "safe", () -> {
        var unused = written.whenComplete((done, failure) -> {
          if (failure == null) {
            safe.complete(null);
            world.after(driver, label);
          } else {
            safe.completeExceptionally(failure);
          }
        });
      });
    });
    if (flaw == Flaw.DECISION_IS_NOT_AWAITED) {
      world.after(FLAWED_DELAY, driver, "late", request);
      world.soon(driver, "early", () -> safe.complete(null));
    } else {
      request.run();
    }
    return safe;
  }

  @Override
  public void close() {
    // What is under way still arrives.
  }
}
