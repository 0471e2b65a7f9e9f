package io.sluice.checkpoint;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * What the driver of a context has decided, kept where the next driver finds it.
 *
 * <p>A driver opens an epoch, which seals all older ones: nothing they write counts from then on. It
 * then stores a snapshot of where it begins, and after it an entry for each decision. The epoch counts
 * once its first snapshot is safe; until then the next driver finds what the epochs before it left. An
 * entry whose stage failed, or never completed, may still be found by the next driver.
 *
 * <p>Stages fail with a {@link io.sluice.api.SluiceException}: {@code EPOCH_SEALED} when a newer epoch
 * was opened, {@code CHECKPOINT_FAILED} when the ledger cannot be written or read. A ledger that failed
 * stays failed; a driver goes on by opening another one.
 */
public interface Ledger extends AutoCloseable {

  /**
   * What earlier epochs left, as found by the opening of an epoch.
   *
   * @param epoch number of the epoch that was opened, higher than that of any epoch opened before
   * @param snapshot the latest safe snapshot, or empty if no driver has stored one
   * @param entries what was appended after that snapshot, oldest first
   * @param warnings a sentence for each thing that was found damaged or incomplete
   */
  record Opened(
      long epoch, Optional<byte[]> snapshot, List<byte[]> entries, List<String> warnings) {
    public Opened {
      entries = List.copyOf(entries);
      warnings = List.copyOf(warnings);
    }
  }

  /**
   * Opens the next epoch. May be called once.
   *
   * @return what earlier epochs left, when the epoch is open
   * @throws IllegalStateException if it was called before
   */
  CompletionStage<Opened> open();

  /**
   * Stores where the driver stands, so that entries before it are not needed any more. Must be the
   * first thing of an epoch.
   *
   * @return completes when the snapshot is safe
   * @throws IllegalStateException if no epoch is open
   */
  CompletionStage<Void> snapshot(byte[] state);

  /**
   * Stores a decision behind all that was stored before.
   *
   * @return completes when the entry is safe, and never before the entries ahead of it
   * @throws IllegalStateException if the epoch has no snapshot yet
   */
  CompletionStage<Void> append(byte[] entry);

  /** Takes no more. What was stored before is still written; the epoch is not sealed. */
  @Override
  void close();
}
