package io.sluice.task;

import io.sluice.api.ErrorCode;
import io.sluice.api.Locations;
import io.sluice.api.SluiceException;
import io.sluice.api.StorageLevel;
import io.sluice.batch.BlockId;
import io.sluice.block.Block;
import io.sluice.checkpoint.BlockArchive;
import io.sluice.checkpoint.BlockEntry;
import io.sluice.checkpoint.BlockLog;
import io.sluice.checkpoint.LogFile;
import io.sluice.checkpoint.LoggedBlocks;
import io.sluice.checkpoint.SegmentFiles;
import io.sluice.checkpoint.StateArchive;
import io.sluice.checkpoint.StateEntry;
import io.sluice.checkpoint.StateLog;
import io.sluice.receiver.ReceivedLog;
import io.sluice.state.KeyedState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Keeps on durable storage what a worker remembers, and takes it from there. Changes are noted when tasks make them and
 * written, in the background, when their batch is committed.
 */
final class StateKeeper implements AutoCloseable {

  private static final long FILE_BYTES = 64 << 20;
  private static final int MAX_KEYS_IN_PIECE = 20_000;
  private static final int PATIENCE_SECONDS = 5;

  /** What a task has made: the delta of a partition, or a part of a dataset. */
  private record Made(long maker, Supplier<StateEntry> entry) {}

  private final WorkerSession session;
  private final WorkerCommand.Checkpoint settings;
  private final Path root;
  private final Path directory;
  private final long epoch;
  private final String writer;
  private final Consumer<WorkerEvent.Persisted> done;
  private final ExecutorService encoder = thread("sluice-checkpoint-encoder");
  private final ExecutorService disk = thread("sluice-checkpoint-disk");
  private final ExecutorService blockDisk = thread("sluice-checkpoint-blocks");
  private final Map<BlockId, Made> made = new ConcurrentHashMap<>();
  private volatile Map<Integer, String> operators = Map.of();
  private volatile int modulo = 1;
  private @Nullable StateLog log;
  private @Nullable BlockLog blockLog;

  /**
   * @param incarnation tells the worker from all others of the epoch
   * @param done hears what was written, on any thread
   */
  StateKeeper(
      WorkerSession session,
      WorkerCommand.Checkpoint settings,
      long epoch,
      long incarnation,
      Consumer<WorkerEvent.Persisted> done) {
    this.session = session;
    this.settings = settings;
    this.root = Locations.path(settings.directory());
    this.directory = root.resolve("state");
    this.epoch = epoch;
    this.writer = LogFile.writer(incarnation);
    this.done = done;
  }

  private static ExecutorService thread(String name) {
    return Executors.newSingleThreadExecutor(task -> {
      Thread thread = new Thread(task, name);
      thread.setDaemon(true);
      return thread;
    });
  }

  /** A task has changed state. */
  void changed(BlockId delta, byte[] bytes) {
    note(delta, () -> entry(StateEntry.Kind.DELTA, delta, 0, bytes));
  }

  /** A task has made a part of a dataset. */
  void stored(BlockId dataset, Block block) {
    note(dataset, () -> dataset(dataset, block));
  }

  /** Of several attempts of a batch the last counts. */
  private void note(BlockId id, Supplier<StateEntry> entry) {
    if (settings.readOnly()) {
      return;
    }
    BlockId slot =
        new BlockId(id.kind(), id.context(), id.owner(), id.sequence(), id.partition(), 0);
    made.merge(
        slot,
        new Made(id.source(), entry),
        (before, now) -> now.maker >= before.maker ? now : before);
  }

  /**
   * Writes what a committed batch has left here. What it copies now is not changed by the next batch.
   *
   * @param states those of the worker, none of them open
   */
  void commit(WorkerCommand.Commit commit, Map<WorkerSession.StateKey, KeyedState> states) {
    if (settings.readOnly()) {
      return;
    }
    operators = commit.operators();
    List<String> owners = commit.owners();
    modulo = owners.size();
    List<Integer> owned = new ArrayList<>();
    for (int partition = 0; partition < modulo; partition++) {
      if (owners.get(partition).equals(session.node().address())) {
        owned.add(partition);
      }
    }
    StateLog.Commit content;
    try {
      content = new StateLog.Commit(
          commit.batchMillis(),
          commit.keepMillis().values().stream().mapToLong(Long::longValue).max().orElse(0),
          owned,
          changes(commit.batchMillis(), owned),
          log().due(owned, commit.batchMillis(), commit.pace()).stream()
              .collect(Collectors.toMap(
                  partition -> partition,
                  partition -> whole(partition, commit.batchMillis(), states))));
    } catch (SluiceException failure) {
      done.accept(failed(commit, failure));
      return;
    }
    var unused = CompletableFuture.completedFuture(content)
        .thenComposeAsync(log()::commit, encoder)
        .whenComplete((persisted, failure) -> done.accept(
            failure == null
                ? new WorkerEvent.Persisted(
                    epoch,
                    session.node().address(),
                    commit.batchMillis(),
                    epoch + "-" + writer,
                    persisted.oldestFile(),
                    persisted.partitions(),
                    "")
                : failed(commit, failure)));
  }

  private WorkerEvent.Persisted failed(WorkerCommand.Commit commit, Throwable failure) {
    Throwable cause = failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
    return new WorkerEvent.Persisted(
        epoch,
        session.node().address(),
        commit.batchMillis(),
        epoch + "-" + writer,
        0,
        List.of(),
        cause instanceof SluiceException ? String.valueOf(cause.getMessage()) : cause.toString());
  }

  private synchronized StateLog log() {
    StateLog open = log;
    if (open == null) {
      open = new StateLog(
          directory,
          epoch,
          writer,
          new StateLog.Settings(FILE_BYTES, settings.sync()),
          SegmentFiles.disk(),
          disk);
      log = open;
    }
    return open;
  }

  private synchronized BlockLog blockLog() {
    BlockLog open = blockLog;
    if (open == null) {
      open = new BlockLog(
          root.resolve("blocks"),
          epoch,
          writer,
          FILE_BYTES,
          settings.sync(),
          SegmentFiles.disk(),
          blockDisk);
      blockLog = open;
    }
    return open;
  }

  /** Keeps the blocks of a stream, under the stream's name in all runs of the program. */
  ReceivedLog receivedLog(String stream) {
    return (id, block, position) -> blockLog()
        .append(new BlockEntry(
            stream, id.sequence(), block.records(), position, block.toBytes(session.stateCodec())));
  }

  /** No batch that can be gone back to has these blocks. */
  synchronized void forget(Map<String, List<Long>> blocks) {
    if (blockLog != null) {
      List<LoggedBlocks.Key> keys = new ArrayList<>();
      blocks.forEach((stream, numbers) ->
          numbers.forEach(number -> keys.add(new LoggedBlocks.Key(stream, number))));
      blockLog.release(keys);
    }
  }

  /** Oldest first. A delta of a partition that has another owner by now was made by an attempt that was given up. */
  private List<Supplier<StateEntry>> changes(long batchMillis, List<Integer> owned) {
    List<BlockId> over = made.keySet().stream()
        .filter(id -> id.sequence() <= batchMillis)
        .sorted(Comparator.comparingLong(BlockId::sequence))
        .toList();
    List<Supplier<StateEntry>> changes = new ArrayList<>();
    for (BlockId id : over) {
      Made change = made.remove(id);
      boolean counts = operators.containsKey(id.owner())
          && (id.kind() == BlockId.Kind.DATASET || owned.contains(number(id) % modulo));
      if (change != null && counts) {
        changes.add(change.entry);
      }
    }
    return changes;
  }

  private List<Supplier<StateEntry>> whole(
      int partition, long batchMillis, Map<WorkerSession.StateKey, KeyedState> states) {
    List<Supplier<StateEntry>> whole = new ArrayList<>();
    states.forEach((key, state) -> {
      if (key.partition() % modulo == partition && operators.containsKey(key.node())) {
        BlockId id = BlockId.delta(session.context(), key.node(), batchMillis, key.partition(), 0);
        for (List<Object> piece : state.snapshot(MAX_KEYS_IN_PIECE)) {
          whole.add(
              () -> entry(StateEntry.Kind.STATE, id, 0, session.stateCodec().encode(piece)));
        }
      }
    });
    for (BlockId id : session.node().store().ids(BlockId.Kind.DATASET)) {
      Block block = id.context() == session.context()
              && operators.containsKey(id.owner())
              && number(id) % modulo == partition
          ? session.node().store().get(id)
          : null;
      if (block != null) {
        whole.add(() -> dataset(id, block));
      }
    }
    return whole;
  }

  private static int number(BlockId id) {
    return id.partition() & 0xFFFF;
  }

  /** Blocks from other nodes are written as records of this one, in the form that outlives changes of their classes. */
  private StateEntry dataset(BlockId id, Block block) {
    List<Object> records = new ArrayList<>();
    block.forEach(session.codec(), records::add);
    return entry(
        StateEntry.Kind.DATASET, id, block.records(), session.stateCodec().encode(records));
  }

  private StateEntry entry(StateEntry.Kind kind, BlockId id, long records, byte[] bytes) {
    return new StateEntry(
        kind,
        number(id) % modulo,
        operators.getOrDefault(id.owner(), ""),
        id.partition(),
        id.sequence(),
        kind == StateEntry.Kind.DATASET ? id.source() : 0,
        records,
        bytes);
  }

  /** Takes over what was written of some partitions, in place of all that is here. */
  void restore(WorkerCommand.Restore restore) {
    StateArchive.Selection selection = restore.selection();
    try {
      StateArchive.load(
          SegmentFiles.disk(),
          directory,
          selection,
          entry -> take(entry, restore, selection.starts().keySet()));
      for (WorkerCommand.LoggedFrames some : restore.blocks()) {
        BlockArchive.load(
            SegmentFiles.disk(),
            root.resolve("blocks"),
            some.file(),
            some.frames(),
            block -> take(block, restore.streams()));
      }
    } catch (IOException unreadable) {
      throw new SluiceException(
          ErrorCode.CHECKPOINT_FAILED,
          "What is kept in " + root + " cannot be read on " + session.node().address() + ": "
              + unreadable
              + ". All nodes must reach the checkpoint directory under the same path.",
          unreadable);
    }
  }

  private void take(StateEntry entry, WorkerCommand.Restore restore, Set<Integer> mine) {
    Integer node = restore.operators().get(entry.operator());
    switch (entry.kind()) {
      case WHOLE -> session.forgetStates(entry.partition(), restore.modulo());
      case STATE, DELTA -> {
        if (node != null) {
          session.state(node, entry.part()).apply(decode(entry));
        }
      }
      case DATASET -> {
        if (node != null && mine.contains((entry.part() & 0xFFFF) % restore.modulo())) {
          BlockId id = BlockId.dataset(
              session.context(), node, entry.batchMillis(), entry.part(), entry.maker());
          session.node().store().keep(id, Block.Records.of(decode(entry)), session.codec());
        }
      }
      case WHOLE_END, COMMIT -> {}
    }
  }

  private void take(BlockEntry entry, Map<String, Integer> streams) {
    Integer stream = streams.get(entry.stream());
    if (stream == null) {
      return;
    }
    BlockId id = BlockId.received(session.context(), stream, entry.sequence());
    Block block = Block.fromBytes(entry.bytes(), entry.records());
    if (!(block instanceof Block.Text)) {
      List<Object> records = new ArrayList<>();
      block.forEach(session.stateCodec(), records::add);
      block = Block.Records.of(records);
    }
    boolean stored =
        session.node().store().offer(id, block, StorageLevel.MEMORY_AND_DISK, session.codec());
    if (!stored) {
      throw new SluiceException(
          ErrorCode.STORAGE_FULL,
          "Blocks that wait in " + root + " do not fit into the store of "
              + session.node().address()
              + ". Raise sluice.block.memory or sluice.block.disk, or start more workers.");
    }
  }

  private List<Object> decode(StateEntry entry) {
    try {
      return session.stateCodec().decode(entry.bytes());
    } catch (SluiceException unreadable) {
      throw new SluiceException(
          ErrorCode.CHECKPOINT_FAILED,
          "What '" + entry.operator() + "' had kept in " + directory + " cannot be read: "
              + unreadable.getMessage()
              + " Give the operator another name with named(...) and set sluice.checkpoint.drop-unclaimed = true to begin without it.",
          unreadable);
    }
  }

  /** Blocks until what was committed is written, so that a context that was stopped has nothing to run again. */
  @Override
  public void close() {
    synchronized (this) {
      StateLog open = log;
      encoder.execute(() -> {
        if (open != null) {
          open.close();
        }
        disk.shutdown();
      });
      if (blockLog != null) {
        blockLog.close();
      }
    }
    encoder.shutdown();
    blockDisk.shutdown();
    try {
      boolean unused = encoder.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)
          && disk.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
