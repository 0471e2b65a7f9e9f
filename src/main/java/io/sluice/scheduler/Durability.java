package io.sluice.scheduler;

import io.sluice.api.CheckpointSettings;
import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.batch.BlockRef;
import io.sluice.batch.Watermark;
import io.sluice.checkpoint.BlockArchive;
import io.sluice.checkpoint.LogCleaner;
import io.sluice.checkpoint.LoggedBlocks;
import io.sluice.checkpoint.SegmentFiles;
import io.sluice.checkpoint.StateArchive;
import io.sluice.plan.CheckpointPace;
import io.sluice.plan.Node;
import io.sluice.plan.Operator;
import io.sluice.plan.Program;
import io.sluice.task.WorkerCommand;
import io.sluice.task.WorkerEvent;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What of a context is on durable storage, as its driver knows it: which batches it can go back to, and what that takes. */
final class Durability implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Durability.class);
  private static final int MAX_UNSAFE = 16;

  private final ContextSetup setup;
  private final Versions versions;
  private final ExecutorService cleaner = Executors.newSingleThreadExecutor(task -> {
    Thread thread = new Thread(task, "sluice-checkpoint-cleaner");
    thread.setDaemon(true);
    return thread;
  });
  private final Set<String> damaged = new HashSet<>();
  private final Set<String> writers = new HashSet<>();
  private final Consumer<WorkerCommand.ForgetLogged> tellWorkers;
  private @Nullable BlockArchive blocks;
  private Rewind rewind;
  private Decision.Names names = Decision.Names.NONE;
  private Map<Integer, Long> keepMillis = Map.of();
  private CheckpointPace pace = new CheckpointPace(Long.MAX_VALUE, Long.MAX_VALUE);
  private long keepBlocksMillis;
  private long strangersNeededMillis = Long.MIN_VALUE;

  /**
   * @param rewind what earlier drivers have left
   */
  Durability(ContextSetup setup, Rewind rewind, Consumer<WorkerCommand.ForgetLogged> tellWorkers) {
    this.tellWorkers = tellWorkers;
    this.setup = setup;
    this.rewind = rewind;
    this.versions = setup
        .durable()
        .map(durable -> new Versions(
            durable.settings().keep(),
            durable.settings().keepFor().toMillis(),
            durable.settings().intervalMillis(setup.intervalMillis())))
        .orElseGet(() -> new Versions(1, 0, 0));
  }

  boolean isOn() {
    return setup.durable().isPresent();
  }

  /** Whether this is a replay, which leaves no trace. */
  boolean isReadOnly() {
    return setup.durable().flatMap(ContextSetup.Durable::replayMillis).isPresent();
  }

  Rewind.Snapshot snapshot() {
    return isOn() ? rewind.snapshot() : Rewind.nothing();
  }

  /** The program to be kept; gives the names of what it keeps. */
  Decision.Names begun(Program program) {
    if (!isOn()) {
      return Decision.Names.NONE;
    }
    names = names(program);
    rewind.begun(names);
    pace = CheckpointPace.of(
        program,
        names.operators().keySet(),
        setup
            .durable()
            .map(ContextSetup.Durable::settings)
            .flatMap(CheckpointSettings::givenMillis));
    keepMillis = program.keptDatasets();
    keepBlocksMillis = program.received().stream()
        .mapToLong(node -> program.keepMillis(node.id()))
        .max()
        .orElse(0);
    return names;
  }

  /** What the program keeps. */
  static Decision.Names names(Program program) {
    Map<Integer, String> operators = new HashMap<>();
    Map<Integer, String> streams = new HashMap<>();
    Map<String, Integer> states = new HashMap<>();
    Map<Integer, String> sources = new HashMap<>();
    for (Node node : program.nodes()) {
      String name = program.ids().of(node);
      if (node instanceof Node.Received received) {
        streams.put(received.stream(), name);
      } else if (node instanceof Node.Generated made && made.generator() instanceof Node.Planned) {
        sources.put(node.id(), name);
      } else if (node instanceof Node.Stateful stateful) {
        states.put(name, stateful.partitions());
        operators.put(node.id(), name);
      } else if (node instanceof Node.SlidingTotals totals) {
        states.put(name, totals.partitions());
        operators.put(node.id(), name);
      } else if (program.keptDatasets().containsKey(node.id()) || observesTime(node)) {
        operators.put(node.id(), name);
      }
    }
    return new Decision.Names(operators, streams, states, sources);
  }

  private static boolean observesTime(Node node) {
    return node instanceof Node.Narrow narrow && narrow.operator() instanceof Operator.ObserveTime;
  }

  /** The names of the nodes that remember something, for workers; none if nothing is kept. */
  Map<Integer, String> operators() {
    return names.operators();
  }

  /** How often workers keep all of a partition. */
  CheckpointPace pace() {
    return pace;
  }

  /** The names of the streams whose blocks are kept, by their numbers. */
  Map<Integer, String> streams() {
    return names.streams();
  }

  void cut(Decision.Cut cut) {
    if (isOn()) {
      rewind.cut(cut);
    }
  }

  /** A batch is committed, and the ledger knows it. */
  void committed(
      Decision.Committed batch,
      Map<String, Long> counters,
      Map<Integer, Watermark.Snapshot> watermarks) {
    if (isOn()) {
      rewind.committed(batch);
      rewind.reached(new Rewind.Point(batch.batchMillis(), counters, watermarks));
    }
  }

  /** Workers were told of a commit. */
  void told(long batchMillis, List<String> workers) {
    if (!isOn() || isReadOnly()) {
      return;
    }
    if (names.operators().isEmpty()) {
      forgetBefore(versions.add(batchMillis, Map.of()));
      return;
    }
    strangersNeededMillis = Math.max(
        strangersNeededMillis, writers.isEmpty() ? batchMillis + longestKept() : Long.MIN_VALUE);
    versions.committed(
        batchMillis, names.states().isEmpty() ? 0 : setup.partitions(), Set.copyOf(workers));
  }

  private long longestKept() {
    return keepMillis.values().stream().mapToLong(Long::longValue).max().orElse(0);
  }

  /**
   * A worker has written what a batch has left.
   *
   * @throws SluiceException CHECKPOINT_FAILED if it could not
   */
  void persisted(WorkerEvent.Persisted said) {
    if (!said.failure().isEmpty()) {
      throw new SluiceException(
          ErrorCode.CHECKPOINT_FAILED, "On " + said.address() + ": " + said.failure());
    }
    writers.add(said.writer());
    versions.persisted(said).ifPresent(this::forgetBefore);
  }

  /** Its files have what the datasets of the last batches were. */
  void workerLost(String worker, long committedMillis) {
    versions.workerLost(worker);
    strangersNeededMillis = Math.max(strangersNeededMillis, committedMillis + longestKept());
  }

  /**
   * The last batch that will never be run again.
   *
   * @param committedMillis the last batch
   */
  long doneMillis(long committedMillis) {
    return isOn() ? rewind.oldestMillis() : committedMillis;
  }

  /** Whether batches must wait until what others have left is written. */
  boolean isBehind() {
    return versions.unsafe() >= MAX_UNSAFE;
  }

  private void forgetBefore(long batchMillis) {
    List<LoggedBlocks.Key> unneeded = new ArrayList<>();
    Map<String, List<Long>> byStream = new HashMap<>();
    for (BlockRef block : rewind.forgetBefore(batchMillis, keepMillis, keepBlocksMillis)) {
      String stream = names.streams().getOrDefault(block.id().owner(), "");
      unneeded.add(new LoggedBlocks.Key(stream, block.id().sequence()));
      byStream
          .computeIfAbsent(stream, unknown -> new ArrayList<>())
          .add(block.id().sequence());
    }
    if (!unneeded.isEmpty()) {
      tellWorkers.accept(new WorkerCommand.ForgetLogged(setup.epoch(), byStream));
      release(unneeded);
    }
    Path directory = setup.durable().orElseThrow().directory().resolve("state");
    LogCleaner.Wanted wanted = new LogCleaner.Wanted(
        versions.oldestFiles(), batchMillis < strangersNeededMillis, Set.copyOf(damaged));
    cleaner.execute(() -> LogCleaner.clean(SegmentFiles.disk(), directory, wanted));
  }

  /** The files of earlier runs. */
  private void release(List<LoggedBlocks.Key> unneeded) {
    BlockArchive earlier = blocks;
    if (earlier != null && !isReadOnly()) {
      Path directory = setup.durable().orElseThrow().directory().resolve("blocks");
      cleaner.execute(() -> earlier.release(SegmentFiles.disk(), directory, unneeded));
    }
  }

  /** What workers have written. */
  private record Archives(StateArchive state, BlockArchive received) {}

  private Archives archives() {
    Path directory = setup.durable().orElseThrow().directory();
    try {
      return new Archives(
          StateArchive.read(SegmentFiles.disk(), directory.resolve("state")),
          BlockArchive.read(SegmentFiles.disk(), directory.resolve("blocks")));
    } catch (IOException unreadable) {
      throw new SluiceException(
          ErrorCode.CHECKPOINT_FAILED,
          "Checkpoint directory " + directory + " cannot be read: " + unreadable
              + ". Make it readable for this process, or choose another one, then start again.",
          unreadable);
    }
  }

  /**
   * A program begins anew. Workers write nothing before its beginning is written down, so what they have written is of a program
   * whose ledger is lost.
   *
   * @throws SluiceException CHECKPOINT_FAILED if there is something
   */
  void requireNothingWritten() {
    if (setup.durable().isEmpty()) {
      return;
    }
    Archives found = archives();
    if (!found.received.all().isEmpty() || found.state.lastCommit() != Long.MIN_VALUE) {
      throw new SluiceException(
          ErrorCode.CHECKPOINT_FAILED,
          "Checkpoint directory %s has state or received blocks of a program, but its ledger does not say that one has begun: the files in %s are damaged or gone. Restore them, or choose another directory to begin without a past."
              .formatted(
                  setup.durable().orElseThrow().directory(),
                  setup.durable().orElseThrow().directory().resolve("ledger")));
    }
  }

  /**
   * Finds out where a program goes on that was killed with all its workers. Blocks while files are read.
   *
   * @param workers those that are there now
   */
  Restart restart(Recovered past, Program program, List<String> workers) {
    Archives found = archives();
    StateArchive archive = found.state;
    BlockArchive received = found.received;
    archive.warnings().forEach(warning -> log.warn("{}", warning));
    received.warnings().forEach(warning -> log.warn("{}", warning));
    damaged.addAll(archive.damaged());
    Restart restart = new Restart(
        past,
        program,
        names(program),
        setup.id(),
        archive,
        received,
        workers,
        setup.durable().orElseThrow().settings().dropUnclaimed(),
        setup.durable().orElseThrow().replayMillis());
    restart
        .dropped()
        .forEach(name ->
            log.warn("[{}] forgets state that no operator takes: [{}]", setup.name(), name));
    log.info(
        "[{}] goes on after batch [{}], and runs [{}] batches again",
        setup.name(),
        restart.batchMillis() == Recovered.NONE
            ? "none"
            : Instant.ofEpochMilli(restart.batchMillis()),
        restart.again().size());
    blocks = received;
    release(restart.unneeded());
    rewind = Rewind.of(restart.renamed(names(program)));
    rewind.goBackTo(restart.batchMillis());
    return restart;
  }

  @Override
  public void close() {
    cleaner.shutdown();
  }
}
