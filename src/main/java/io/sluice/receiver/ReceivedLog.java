package io.sluice.receiver;

import io.sluice.batch.BlockId;
import io.sluice.block.Block;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Keeps received blocks where they outlive all nodes. Thread-safe. */
@FunctionalInterface
public interface ReceivedLog {

  /**
   * Writes a block.
   *
   * @param position how far the source was read with it, if the receiver says so
   * @return completes when the block is safe
   */
  CompletionStage<Void> append(BlockId id, Block block, OptionalLong position);

  /** For blocks that end with the nodes that hold them. */
  static ReceivedLog none() {
    return (id, block, position) -> CompletableFuture.completedStage(null);
  }
}
