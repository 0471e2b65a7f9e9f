package io.sluice.checkpoint;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.checkpoint.StateEntry.Kind;
import io.sluice.plan.CheckpointPace;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * Writes what one worker keeps from batch to batch into files of its own: after each commit what the batch has changed,
 * and now and then all of a partition, so that older files can go.
 *
 * <p>One thread at a time commits; any thread may ask.
 */
public final class StateLog implements AutoCloseable {

  private static final long BYTES_UNDER_WAY = 8 << 20;

  /**
   * How a log is written.
   *
   * @param fileBytes a file of this size is followed by another one
   * @param sync whether what is safe must outlive a loss of power, or only the end of the process
   */
  public record Settings(long fileBytes, boolean sync) {}

  /**
   * What a worker has to say after a commit.
   *
   * @param batchMillis the batch that was committed
   * @param keepMillis how much longer than its batch the longest-lived dataset is read
   * @param partitions those that the worker owns
   * @param changes deltas and datasets of the batch
   * @param wholes all of some partitions, by partition
   */
  public record Commit(
      long batchMillis,
      long keepMillis,
      Collection<Integer> partitions,
      List<Supplier<StateEntry>> changes,
      Map<Integer, List<Supplier<StateEntry>>> wholes) {}

  /**
   * A batch can be gone back to, as far as this worker is concerned.
   *
   * @param oldestFile the first of the worker's files that it takes
   * @param partitions those that can be restored
   */
  public record Persisted(long batchMillis, int oldestFile, List<Integer> partitions) {}

  private static final class Whole {
    private int file = 1;
    private long bytes;
    private long changed;
  }

  private final SegmentWriter writer;
  private final Map<Integer, Whole> wholes = new HashMap<>();
  private final Map<Integer, Long> ordered = new HashMap<>();
  private final Map<Integer, Long> datasetsUntil = new HashMap<>();
  private long underWay;
  private long entries;

  /**
   * Makes the first file.
   *
   * @param executor runs what waits for the disk
   * @throws SluiceException {@code CHECKPOINT_FAILED} if the file cannot be made
   */
  public StateLog(
      Path directory,
      long epoch,
      String writerName,
      Settings settings,
      SegmentFiles files,
      Executor executor) {
    Path first = new LogFile(epoch, writerName, 1).in(directory);
    try {
      files.makeDirectory(directory);
      this.writer = SegmentWriter.create(
          files,
          number -> new LogFile(epoch, writerName, number).in(directory),
          new SegmentWriter.Settings(settings.fileBytes, settings.sync),
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

  /**
   * The partitions of which all should be said after a batch: those of which it never was, those whose time has come, and one
   * whose changes have become more than the whole.
   *
   * @param owned the partitions that the worker owns now; of others nothing is known from now on
   */
  public synchronized Set<Integer> due(
      Collection<Integer> owned, long batchMillis, CheckpointPace pace) {
    wholes.keySet().retainAll(owned);
    ordered.keySet().retainAll(owned);
    Set<Integer> due = new LinkedHashSet<>(owned);
    due.removeIf(partition -> {
      Long last = ordered.get(partition);
      return last != null && batchMillis - last < pace.mostMillis();
    });
    if (due.isEmpty()) {
      wholes.entrySet().stream()
          .filter(known -> known.getValue().changed > known.getValue().bytes)
          .map(Map.Entry::getKey)
          .filter(partition ->
              batchMillis - ordered.getOrDefault(partition, batchMillis) >= pace.leastMillis())
          .findFirst()
          .ifPresent(due::add);
    }
    // What is ordered may be written much later, when many commits have come at once.
    due.forEach(partition -> ordered.put(partition, batchMillis));
    return due;
  }

  /**
   * Says what a commit has left behind. Blocks while much is on its way to the disk.
   *
   * @return what can be restored, when it is safe; fails with {@code CHECKPOINT_FAILED} if it cannot be written
   */
  public CompletionStage<Persisted> commit(Commit commit) {
    for (Supplier<StateEntry> change : commit.changes) {
      StateEntry entry = change.get();
      add(entry, commit);
    }
    commit.wholes.forEach((partition, content) -> addWhole(partition, content, commit));
    List<Integer> restorable;
    synchronized (this) {
      restorable = commit.partitions.stream().filter(wholes::containsKey).toList();
    }
    ByteBuffer listed = ByteBuffer.allocate(Integer.BYTES * restorable.size());
    restorable.forEach(listed::putInt);
    CompletionStage<SegmentWriter.Position> safe = writer.append(
        new StateEntry(Kind.COMMIT, 0, "", 0, commit.batchMillis, 0, 0, listed.array())
            .frame(++entries));
    return safe.thenApply(position -> {
      int oldest = oldestFile(commit.batchMillis, number(position));
      return new Persisted(commit.batchMillis, oldest, restorable);
    });
  }

  private void addWhole(int partition, List<Supplier<StateEntry>> content, Commit commit) {
    long batch = commit.batchMillis;
    Whole whole = new Whole();
    var unused = append(StateEntry.whole(Kind.WHOLE, partition, batch))
        .thenAccept(position -> begins(whole, position));
    for (Supplier<StateEntry> piece : content) {
      StateEntry entry = piece.get();
      whole.bytes += entry.bytes().length;
      add(entry, commit);
    }
    append(StateEntry.whole(Kind.WHOLE_END, partition, batch));
    synchronized (this) {
      wholes.put(partition, whole);
    }
  }

  private synchronized void begins(Whole whole, SegmentWriter.Position position) {
    whole.file = number(position);
  }

  private void add(StateEntry entry, Commit commit) {
    CompletionStage<SegmentWriter.Position> safe = append(entry);
    if (entry.kind() == Kind.DATASET) {
      long until = entry.batchMillis() + commit.keepMillis;
      var unused = safe.thenAccept(position -> noteDataset(number(position), until));
    } else if (entry.kind() == Kind.DELTA) {
      noteChange(entry);
    }
  }

  private synchronized void noteDataset(int file, long until) {
    datasetsUntil.merge(file, until, Math::max);
  }

  private synchronized void noteChange(StateEntry delta) {
    Whole whole = wholes.get(delta.partition());
    if (whole != null) {
      whole.changed += delta.bytes().length;
    }
  }

  private CompletionStage<SegmentWriter.Position> append(StateEntry entry) {
    CompletionStage<SegmentWriter.Position> safe = writer.append(entry.frame(++entries));
    underWay += entry.bytes().length;
    if (underWay > BYTES_UNDER_WAY) {
      underWay = 0;
      waitFor(safe);
    }
    return safe;
  }

  private static void waitFor(CompletionStage<SegmentWriter.Position> safe) {
    try {
      var unused = safe.toCompletableFuture().join();
    } catch (CompletionException failure) {
      throw failure.getCause() instanceof SluiceException known ? known : failure;
    }
  }

  private synchronized int oldestFile(long batchMillis, int current) {
    datasetsUntil.values().removeIf(until -> until <= batchMillis);
    int oldest = current;
    for (Whole whole : wholes.values()) {
      oldest = Math.min(oldest, whole.file);
    }
    for (int file : datasetsUntil.keySet()) {
      oldest = Math.min(oldest, file);
    }
    return oldest;
  }

  private static int number(SegmentWriter.Position position) {
    return LogFile.of(position.file()).map(LogFile::number).orElse(1);
  }

  /** Takes no more; what was said before is still written. */
  @Override
  public void close() {
    writer.close();
  }
}
