package io.sluice.checkpoint;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.checkpoint.Segment.Frame;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A ledger in a directory that all possible drivers of a context can reach, and that only they use.
 *
 * <p>To open an epoch is to make its first file, which fails if there is one already. A snapshot is the
 * first frame of a file, and the entries after it are the frames behind. What is written counts if no
 * newer epoch has a file when it is on the disk: a newer epoch reads after it has made its file, so it
 * finds all that counts. The file system must show a new file to all its users at once.
 *
 * <p>Any thread may call it. Stages complete on the thread of the executor.
 */
public final class DirectoryLedger implements Ledger {

  private static final Logger log = LoggerFactory.getLogger(DirectoryLedger.class);
  static final byte SNAPSHOT = 1;
  static final byte ENTRY = 2;

  /** An open epoch. */
  private record Epoch(long number, SegmentWriter writer) {}

  private final Path directory;
  private final int snapshotsKept;
  private final boolean sync;
  private final SegmentFiles files;
  private final Executor executor;
  private boolean asked;
  private boolean closed;
  private int snapshots;
  private @Nullable Epoch open;

  /**
   * Writes nothing before {@link #open}.
   *
   * @param directory made when the ledger is opened
   * @param snapshotsKept how many of the newest snapshots, each with the entries after it, are left in
   *     the directory; at least 1
   * @param sync whether what is safe must outlive a loss of power, or only the end of the process
   * @param executor runs what waits for the disk
   */
  public DirectoryLedger(
      Path directory, int snapshotsKept, boolean sync, SegmentFiles files, Executor executor) {
    if (snapshotsKept < 1) {
      throw new IllegalArgumentException(
          "At least 1 snapshot must be kept, got " + snapshotsKept + ".");
    }
    this.directory = directory;
    this.snapshotsKept = snapshotsKept;
    this.sync = sync;
    this.files = files;
    this.executor = executor;
  }

  /**
   * Looks at what the last driver has left, without opening an epoch.
   *
   * @return what it left; without a snapshot if there is nothing
   * @throws SluiceException {@code CHECKPOINT_FAILED} if it cannot be read
   */
  public Opened peek() {
    try {
      return new EpochReader(files, directory).latestBefore(Long.MAX_VALUE, epochFiles());
    } catch (NoSuchFileException none) {
      return new Opened(0, Optional.empty(), List.of(), List.of());
    } catch (IOException cause) {
      throw cannotRead(cause);
    }
  }

  /**
   * The epochs of which something is there, oldest first.
   *
   * @throws SluiceException {@code CHECKPOINT_FAILED} if the directory cannot be read
   */
  public List<Long> epochs() {
    try {
      return epochFiles().stream().map(EpochFile::epoch).distinct().sorted().toList();
    } catch (IOException cause) {
      throw cannotRead(cause);
    }
  }

  @Override
  public synchronized CompletionStage<Opened> open() {
    if (asked) {
      throw new IllegalStateException(
          "The ledger in " + directory + " was opened before. Make another one for a new epoch.");
    }
    asked = true;
    return CompletableFuture.supplyAsync(this::openNow, executor);
  }

  private Opened openNow() {
    try {
      files.makeDirectory(directory);
      return read(claim());
    } catch (IOException cause) {
      throw cannotRead(cause);
    }
  }

  private Opened read(Epoch epoch) throws IOException {
    try {
      Opened opened = new EpochReader(files, directory).latestBefore(epoch.number, epochFiles());
      opened.warnings().forEach(warning -> log.warn("{}", warning));
      publish(epoch);
      return opened;
    } catch (IOException cause) {
      epoch.writer.close();
      // A newer epoch deletes files that this one is about to read.
      requireNewest(epoch.number);
      throw cause;
    } catch (SluiceException cause) {
      epoch.writer.close();
      throw cause;
    }
  }

  private Epoch claim() throws IOException {
    long number = epochFiles().stream().findFirst().map(EpochFile::epoch).orElse(0L);
    while (true) {
      number++;
      long claimed = number;
      try {
        SegmentWriter writer = SegmentWriter.create(
            files,
            part -> new EpochFile(claimed, part).in(directory),
            new SegmentWriter.Settings(Long.MAX_VALUE, sync),
            () -> requireNewest(claimed),
            executor);
        return new Epoch(claimed, writer);
      } catch (FileAlreadyExistsException taken) {
        log.info("Epoch [{}] in [{}] was opened by another driver", claimed, directory);
      }
    }
  }

  private synchronized void publish(Epoch epoch) {
    if (closed) {
      epoch.writer.close();
    }
    open = epoch;
  }

  @Override
  public synchronized CompletionStage<Void> snapshot(byte[] state) {
    Epoch epoch = requireOpen();
    Frame frame = new Frame(SNAPSHOT, state);
    snapshots++;
    EpochFile written = new EpochFile(epoch.number, snapshots);
    CompletionStage<SegmentWriter.Position> safe =
        snapshots == 1 ? epoch.writer.append(frame) : epoch.writer.appendInNewFile(frame);
    return safe.thenAccept(position -> deleteBefore(written));
  }

  @Override
  public synchronized CompletionStage<Void> append(byte[] entry) {
    Epoch epoch = requireOpen();
    if (snapshots == 0) {
      throw new IllegalStateException(
          "Epoch " + epoch.number + " has no snapshot yet; store one before its first entry.");
    }
    return epoch.writer.append(new Frame(ENTRY, entry)).thenAccept(position -> {});
  }

  @Override
  public synchronized void close() {
    closed = true;
    Epoch epoch = open;
    if (epoch != null) {
      epoch.writer.close();
    }
  }

  private Epoch requireOpen() {
    Epoch epoch = open;
    if (epoch == null) {
      throw new IllegalStateException(
          "The ledger in " + directory + " is not open; wait for open() to complete.");
    }
    return epoch;
  }

  /** Runs after the write: a driver that checked before it could be overtaken in between. */
  private void requireNewest(long epoch) {
    long newest;
    try {
      newest = epochFiles().stream().findFirst().map(EpochFile::epoch).orElse(0L);
    } catch (IOException cause) {
      throw cannotRead(cause);
    }
    if (newest != epoch) {
      throw new SluiceException(
          ErrorCode.EPOCH_SEALED,
          newest > epoch
              ? "Epoch " + epoch + " in " + directory + " was sealed by epoch " + newest
                  + ": another driver has taken over. This driver must end."
              : "The files of epoch " + epoch + " are gone from " + directory
                  + ". Nobody but its drivers may delete there. This driver must end.");
    }
  }

  /** What is written lies in files whose snapshot is safe, so older ones serve only when it is damaged. */
  private void deleteBefore(EpochFile safe) {
    try {
      int kept = 1;
      for (EpochFile file : epochFiles()) {
        Path path = file.in(directory);
        if (EpochFile.NEWEST_FIRST.compare(file, safe) <= 0) {
          continue;
        }
        if (kept >= snapshotsKept) {
          files.delete(path);
          log.info("Deleted [{}]: the newest [{}] snapshots are kept", path, snapshotsKept);
        } else if (files.size(path) > Segment.FILE_HEADER_BYTES) {
          kept++;
        }
      }
    } catch (IOException cause) {
      log.warn("Old epochs in [{}] cannot be deleted: {}", directory, cause.toString());
    }
  }

  /** The files of the ledger, newest first. */
  private List<EpochFile> epochFiles() throws IOException {
    return files.list(directory).stream()
        .map(EpochFile::of)
        .flatMap(Optional::stream)
        .sorted(EpochFile.NEWEST_FIRST)
        .toList();
  }

  private SluiceException cannotRead(IOException cause) {
    return new SluiceException(
        ErrorCode.CHECKPOINT_FAILED,
        "Checkpoint directory "
            + directory
            + " cannot be used: "
            + cause
            + ". Make it readable and writable for this process, or choose another one, then start"
            + " again.",
        cause);
  }
}
