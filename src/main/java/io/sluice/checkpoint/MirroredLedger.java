package io.sluice.checkpoint;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * One ledger in two places: a decision is safe when both have it. The first says what earlier epochs left, and numbers
 * the epochs.
 */
public final class MirroredLedger implements Ledger {

  private final Ledger first;
  private final Ledger second;

  /**
   * @param second must be open
   */
  public MirroredLedger(Ledger first, Ledger second) {
    this.first = first;
    this.second = second;
  }

  /** Opens the first. */
  @Override
  public CompletionStage<Opened> open() {
    return first.open();
  }

  @Override
  public CompletionStage<Void> snapshot(byte[] state) {
    return both(first.snapshot(state), second.snapshot(state));
  }

  @Override
  public CompletionStage<Void> append(byte[] entry) {
    return both(first.append(entry), second.append(entry));
  }

  private static CompletionStage<Void> both(CompletionStage<Void> one, CompletionStage<Void> two) {
    return CompletableFuture.allOf(one.toCompletableFuture(), two.toCompletableFuture());
  }

  @Override
  public void close() {
    first.close();
    second.close();
  }
}
