package io.sluice.checkpoint;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the blocks that one worker receives into files of its own, before they are reported to the driver. Blocks that come
 * while the disk is busy are made safe together. Thread-safe.
 */
public final class BlockLog implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(BlockLog.class);

  private final Path directory;
  private final SegmentFiles files;
  private final Executor executor;
  private final SegmentWriter writer;
  private final LoggedBlocks blocks = new LoggedBlocks();
  private String current = "";

  /**
   * Makes the first file.
   *
   * @param fileBytes a file of this size is followed by another one
   * @param sync whether blocks must outlive a loss of power, or only the end of the process
   * @param executor runs what waits for the disk
   * @throws SluiceException {@code CHECKPOINT_FAILED} if the file cannot be made
   */
  public BlockLog(
      Path directory,
      long epoch,
      String writerName,
      long fileBytes,
      boolean sync,
      SegmentFiles files,
      Executor executor) {
    this.directory = directory;
    this.files = files;
    this.executor = executor;
    Path first = new LogFile(epoch, writerName, 1).in(directory);
    try {
      files.makeDirectory(directory);
      this.writer = SegmentWriter.create(
          files,
          number -> new LogFile(epoch, writerName, number).in(directory),
          new SegmentWriter.Settings(fileBytes, sync),
          () -> {},
          executor);
    } catch (FileAlreadyExistsException taken) {
      throw new SluiceException(
          ErrorCode.CHECKPOINT_FAILED,
          "Checkpoint file " + first + " exists already. Nobody but Sluice may write there.",
          taken);
    } catch (IOException cause) {
      throw SegmentWriter.cannotWrite(first, cause);
    }
  }

  /** Writes a block; completes when it is safe, and fails with {@code CHECKPOINT_FAILED} if it cannot be. */
  public CompletionStage<Void> append(BlockEntry block) {
    return writer
        .append(block.frame())
        .thenAccept(position -> note(
            String.valueOf(position.file().getFileName()),
            new LoggedBlocks.Key(block.stream(), block.sequence())));
  }

  private synchronized void note(String file, LoggedBlocks.Key block) {
    current = file;
    blocks.add(file, block);
  }

  /** No batch that can be gone back to has these blocks: files that have no others are deleted. */
  public void release(Collection<LoggedBlocks.Key> unneeded) {
    List<String> empty;
    synchronized (this) {
      empty = blocks.release(unneeded).stream()
          .filter(file -> !file.equals(current))
          .toList();
    }
    if (!empty.isEmpty()) {
      executor.execute(() -> empty.forEach(file -> delete(files, directory.resolve(file))));
    }
  }

  static void delete(SegmentFiles files, Path file) {
    try {
      files.delete(file);
    } catch (IOException cause) {
      log.warn("Old file [{}] cannot be deleted: {}", file, cause.toString());
    }
  }

  /** Takes no more; what was written before becomes safe. */
  @Override
  public void close() {
    writer.close();
  }
}
