package io.sluice.cluster;

import io.sluice.api.Faults;
import io.sluice.checkpoint.Ledger;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;

/** A ledger whose driver may be lost just before or after a decision is kept, as a test wants it. */
final class FaultyLedger implements Ledger {

  private final Ledger kept;
  private final Faults faults;
  private final AtomicLong decisions;
  private boolean lost;

  /**
   * @param decisions counts those of all drivers of the context
   */
  FaultyLedger(Ledger kept, Faults faults, AtomicLong decisions) {
    this.kept = kept;
    this.faults = faults;
    this.decisions = decisions;
  }

  @Override
  public CompletionStage<Opened> open() {
    return kept.open();
  }

  @Override
  public CompletionStage<Void> snapshot(byte[] state) {
    return kept.snapshot(state);
  }

  @Override
  public CompletionStage<Void> append(byte[] entry) {
    long number = decisions.incrementAndGet();
    lost = lost || faults.losesDriver(number, false);
    if (lost) {
      return new CompletableFuture<>();
    }
    CompletionStage<Void> safe = kept.append(entry);
    lost = faults.losesDriver(number, true);
    return lost ? new CompletableFuture<>() : safe;
  }

  @Override
  public void close() {
    kept.close();
  }
}
