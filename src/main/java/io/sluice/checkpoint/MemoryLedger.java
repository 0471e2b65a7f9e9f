package io.sluice.checkpoint;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A ledger in the memory of this process: it outlives a driver, not the process. Thread-safe. */
public final class MemoryLedger implements Ledger {

  /** What the ledgers of one context share. */
  public static final class Store {
    private long newest;
    private byte @Nullable [] snapshot;
    private List<byte[]> entries = new ArrayList<>();
  }

  private final Store store;
  private long epoch;
  private boolean snapshotStored;

  public MemoryLedger(Store store) {
    this.store = store;
  }

  @Override
  public CompletionStage<Opened> open() {
    synchronized (store) {
      if (epoch > 0) {
        throw new IllegalStateException("The ledger was opened before.");
      }
      epoch = ++store.newest;
      return CompletableFuture.completedStage(
          new Opened(epoch, Optional.ofNullable(store.snapshot), store.entries, List.of()));
    }
  }

  @Override
  public CompletionStage<Void> snapshot(byte[] state) {
    synchronized (store) {
      if (epoch == 0) {
        throw new IllegalStateException("The ledger was not opened.");
      }
      if (epoch < store.newest) {
        return sealed();
      }
      store.snapshot = state;
      store.entries = new ArrayList<>();
      snapshotStored = true;
      return CompletableFuture.completedStage(null);
    }
  }

  @Override
  public CompletionStage<Void> append(byte[] entry) {
    synchronized (store) {
      if (!snapshotStored) {
        throw new IllegalStateException("An epoch begins with a snapshot.");
      }
      if (epoch < store.newest) {
        return sealed();
      }
      store.entries.add(entry);
      return CompletableFuture.completedStage(null);
    }
  }

  @Override
  public void close() {
    // Nothing is held.
  }

  private CompletionStage<Void> sealed() {
    return CompletableFuture.failedStage(new SluiceException(
        ErrorCode.EPOCH_SEALED,
        "Epoch %d of the ledger is sealed: epoch %d was opened.".formatted(epoch, store.newest)));
  }
}
