package io.sluice;

import io.sluice.api.CheckpointContents;
import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.scheduler.CheckpointListing;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** What is in a checkpoint directory. Nothing is changed there, so contexts may run meanwhile. */
public final class Checkpoints {

  private Checkpoints() {}

  /**
   * The contexts that are kept in a directory ({@code sluice.checkpoint.directory}), in the order of their names. Blocks while all their files
   * are read.
   *
   * @throws SluiceException CHECKPOINT_FAILED if the directory cannot be read
   */
  public static List<CheckpointContents> list(Path directory) {
    try {
      return CheckpointListing.of(directory);
    } catch (IOException unreadable) {
      throw new SluiceException(
          ErrorCode.CHECKPOINT_FAILED,
          "Checkpoint directory " + directory + " cannot be read: " + unreadable
              + ". Give a directory that contexts are kept in.",
          unreadable);
    }
  }
}
