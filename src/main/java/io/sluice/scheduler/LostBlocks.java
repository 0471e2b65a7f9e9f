package io.sluice.scheduler;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.batch.BlockId;
import io.sluice.batch.BlockTracker;
import io.sluice.checkpoint.BlockArchive;
import io.sluice.checkpoint.LoggedBlocks;
import java.util.HashMap;
import java.util.Map;

/**
 * Finds received blocks that no batch has had and that damage has taken from the log. A receiver numbers its blocks without
 * gaps, so a number that is missing stands for a block; where nothing is damaged, for one that could not be stored.
 */
final class LostBlocks {

  private static final long NUMBER = (1L << 40) - 1;

  private final BlockArchive logged;
  private final Map<String, Integer> streams = new HashMap<>();
  private final BlockTracker tracker;
  private final long context;

  /**
   * @param streams their names, by number
   * @param tracker knows the blocks that batches have had
   * @param context its number in the names of blocks
   */
  LostBlocks(
      BlockArchive logged, Map<Integer, String> streams, BlockTracker tracker, long context) {
    this.logged = logged;
    this.tracker = tracker;
    this.context = context;
    streams.forEach((number, name) -> this.streams.put(name, number));
  }

  /**
   * Refuses to go on without a block that was safe.
   *
   * @param behind whether workers know of later batches than the ledger, so that it has lost decisions
   * @throws SluiceException CHECKPOINT_FAILED, naming the damaged files
   */
  void refuse(boolean behind) {
    if (logged.lacksItsEnd()) {
      throw lost(
          "Blocks that were received last cannot be read, and may be those that no batch has had.");
    }
    if (streams.isEmpty() && !logged.all().isEmpty()) {
      throw lost(
          "There are received blocks, but the ledger does not know of any stream: it has lost what was decided.");
    }
    if (!logged.mayLackBlocks() && !behind) {
      return;
    }
    for (BlockArchive.Found found : logged.all()) {
      LoggedBlocks.Key before =
          new LoggedBlocks.Key(found.key().stream(), found.key().sequence() - 1);
      boolean none = (before.sequence() & NUMBER) == 0;
      if (!none && logged.find(before).isEmpty() && !wasInABatch(before)) {
        throw lost("Block %d of stream '%s' is not in the checkpoint, and no batch has had it."
            .formatted(before.sequence() & NUMBER, before.stream()));
      }
    }
  }

  private boolean wasInABatch(LoggedBlocks.Key key) {
    Integer stream = streams.get(key.stream());
    return stream == null || tracker.isCut(BlockId.received(context, stream, key.sequence()));
  }

  private SluiceException lost(String what) {
    return new SluiceException(
        ErrorCode.CHECKPOINT_FAILED,
        "%s %s Restore the files of the checkpoint, or choose another directory to begin without a past."
            .formatted(what, String.join(" ", logged.warnings())));
  }
}
