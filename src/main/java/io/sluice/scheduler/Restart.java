package io.sluice.scheduler;

import static java.util.Objects.requireNonNull;

import io.sluice.api.CheckpointReport.Fate;
import io.sluice.api.CheckpointReport.Kind;
import io.sluice.api.CheckpointReport.Operator;
import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.batch.BlockId;
import io.sluice.batch.BlockRef;
import io.sluice.batch.BlockTracker;
import io.sluice.batch.Watermark;
import io.sluice.checkpoint.BlockArchive;
import io.sluice.checkpoint.LoggedBlocks;
import io.sluice.checkpoint.StateArchive;
import io.sluice.plan.Program;
import io.sluice.task.WorkerCommand;
import io.sluice.task.WorkerEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Where a program goes on whose workers are all new: after the latest batch whose state is intact on durable storage. What was
 * cut after it is run again. Nodes and streams are found again by their names.
 */
final class Restart {

  private final Recovered past;
  private final Rewind rewind;
  private final Program program;
  private final StateArchive archive;
  private final long context;
  private final Map<Integer, Integer> nodes = new HashMap<>();
  private final Map<Integer, Integer> streams = new HashMap<>();
  private final Map<Integer, Integer> sources = new HashMap<>();
  private final long batchMillis;
  private final BlockArchive logged;
  private final Optional<Long> replayMillis;
  private final List<Operator> claims;
  private final Map<BlockId, String> holders = new HashMap<>();
  private final Map<BlockId, BlockArchive.Found> loaded = new LinkedHashMap<>();
  private final List<BlockRef> unassigned = new ArrayList<>();
  private final List<LoggedBlocks.Key> unneeded = new ArrayList<>();
  private final Map<LoggedBlocks.Key, Long> reached = new LinkedHashMap<>();

  /**
   * @param names of the program that is to go on
   * @param context its number in the names of blocks
   * @param workers over which received blocks are spread
   * @param dropUnclaimed whether state that no operator takes is forgotten
   * @param replayMillis the last batch that is to be run, and the only one that puts out something; empty for all
   * @throws SluiceException PLAN_INVALID if it does not take what the one before has left, CHECKPOINT_FAILED if that is damaged
   */
  Restart(
      Recovered past,
      Program program,
      Decision.Names names,
      long context,
      StateArchive archive,
      BlockArchive logged,
      List<String> workers,
      boolean dropUnclaimed,
      Optional<Long> replayMillis) {
    this.replayMillis = replayMillis;
    this.past = past;
    this.rewind = past.rewind();
    this.program = program;
    this.archive = archive;
    this.context = context;
    match(rewind.names().operators(), names.operators(), nodes);
    match(rewind.names().streams(), names.streams(), streams);
    match(rewind.names().sources(), names.sources(), sources);
    claims = Claims.of(rewind.names(), names, dropUnclaimed);
    refuseUnclaimed();
    replayMillis.ifPresent(this::requireCut);
    this.batchMillis = choose();
    this.logged = logged;
    chooseBlocks(workers);
  }

  /** What batches to be run again need, and what no batch has. */
  private void chooseBlocks(List<String> workers) {
    long keep = program.received().stream()
        .mapToLong(node -> program.keepMillis(node.id()))
        .max()
        .orElse(0);
    for (Decision.Cut cut : wantedCuts()) {
      if (batchMillis == Recovered.NONE || cut.batchMillis() > batchMillis - keep) {
        cut.blocks().stream()
            .filter(block -> streams.containsKey(block.id().owner()))
            .forEach(block -> load(required(block, cut), block.id(), workers));
      }
    }
    if (replayMillis.isEmpty()) {
      chooseOthers(workers);
      boolean behind =
          archive.lastCommit() > rewind.committed().stream().findFirst().orElse(Recovered.NONE);
      new LostBlocks(logged, rewind.names().streams(), past.tracker(), context).refuse(behind);
    }
  }

  /** What no batch has belongs to the next one. */
  private void chooseOthers(List<String> workers) {
    Map<String, Integer> before = new HashMap<>();
    rewind.names().streams().forEach((number, name) -> before.put(name, number));
    for (BlockArchive.Found found : logged.all()) {
      Integer stream = before.get(found.key().stream());
      BlockId id =
          BlockId.received(context, stream == null ? -1 : stream, found.key().sequence());
      if (stream == null || !streams.containsKey(stream)) {
        unneeded.add(found.key());
      } else if (!past.tracker().isCut(id)) {
        String holder = load(found, id, workers);
        unassigned.add(
            new BlockRef(renamed(id), found.records(), found.sizeBytes(), List.of(holder)));
        found.position().ifPresent(position -> reached.put(found.key(), position));
      } else if (!loaded.containsKey(renamed(id))) {
        unneeded.add(found.key());
      }
    }
  }

  private BlockArchive.Found required(BlockRef block, Decision.Cut cut) {
    String stream = rewind.names().streams().getOrDefault(block.id().owner(), "");
    return logged
        .find(new LoggedBlocks.Key(stream, block.id().sequence()))
        .orElseThrow(() -> new SluiceException(
            ErrorCode.CHECKPOINT_FAILED,
            "Block %s of stream '%s', which batch %s has, is not in the checkpoint. %s Restore its files, or choose another directory to begin without a past."
                .formatted(
                    block.id(),
                    stream,
                    Instant.ofEpochMilli(cut.batchMillis()),
                    String.join(" ", logged.warnings()))));
  }

  private String load(BlockArchive.Found found, BlockId id, List<String> workers) {
    String holder = workers.get(loaded.size() % workers.size());
    loaded.put(renamed(id), found);
    holders.put(renamed(id), holder);
    return holder;
  }

  /** The blocks that no batch has yet. */
  List<BlockRef> unassigned() {
    return List.copyOf(unassigned);
  }

  /** The blocks of the log that nobody will read again. */
  List<LoggedBlocks.Key> unneeded() {
    return List.copyOf(unneeded);
  }

  private static void match(
      Map<Integer, String> before, Map<Integer, String> now, Map<Integer, Integer> found) {
    Map<String, Integer> byName = new HashMap<>();
    now.forEach((number, name) -> byName.put(name, number));
    before.forEach((number, name) -> {
      Integer same = byName.get(name);
      if (same != null) {
        found.put(number, same);
      }
    });
  }

  private void refuseUnclaimed() {
    for (Operator claim : claims) {
      if (claim.fate() == Fate.REFUSED) {
        throw new SluiceException(ErrorCode.PLAN_INVALID, claim.reason());
      }
    }
  }

  /** The operators whose state is forgotten. */
  List<String> dropped() {
    return claims.stream()
        .filter(claim -> claim.kind() == Kind.STATE && claim.fate() == Fate.DROPPED)
        .map(Operator::name)
        .toList();
  }

  private void requireCut(long millis) {
    List<Instant> known = rewind.cuts().stream()
        .map(cut -> Instant.ofEpochMilli(cut.batchMillis()))
        .toList();
    if (!known.contains(Instant.ofEpochMilli(millis))) {
      throw new SluiceException(
          ErrorCode.CHECKPOINT_FAILED,
          "Batch %s is not in the checkpoint, which has %s. Name one of these; raise sluice.checkpoint.keep to have more."
              .formatted(Instant.ofEpochMilli(millis), known));
    }
  }

  /** Whether a batch comes before what is to be run again. */
  private boolean isBefore(long candidate) {
    return candidate < replayMillis.orElse(Long.MAX_VALUE);
  }

  private boolean isWanted(long cutMillis) {
    return cutMillis <= replayMillis.orElse(Long.MAX_VALUE);
  }

  private long choose() {
    for (long candidate : rewind.committed()) {
      if (isBefore(candidate) && isRestorable(candidate)) {
        return candidate;
      }
    }
    if (rewind.fromStart()) {
      return Recovered.NONE;
    }
    throw new SluiceException(
        ErrorCode.CHECKPOINT_FAILED,
        (replayMillis.isPresent()
                ? "No batch before this one has all its state in the checkpoint. "
                : "No batch of the checkpoint has all its state intact. ")
            + String.join(" ", archive.warnings())
            + " Restore its files, or choose another directory to begin without a past.");
  }

  private boolean isRestorable(long candidate) {
    boolean stateful = !rewind.names().states().isEmpty();
    return (!stateful || archive.isRestorable(past.partitions(), candidate))
        && needed(candidate).stream().allMatch(stored -> file(stored).isPresent());
  }

  /** The parts of datasets that batches after this one read. */
  private List<Decision.Stored> needed(long candidate) {
    Map<Integer, Long> keep = program.keptDatasets();
    return rewind.datasets().stream()
        .filter(stored -> nodes.containsKey(stored.node()))
        .filter(stored -> stored.batchMillis() <= candidate
            && stored.batchMillis() > candidate - keep.getOrDefault(now(stored.node()), 0L))
        .toList();
  }

  private Optional<String> file(Decision.Stored stored) {
    return file(rewind, archive, stored);
  }

  /** The file that has a part of a dataset. */
  static Optional<String> file(Rewind rewind, StateArchive archive, Decision.Stored stored) {
    return archive.dataset(new StateArchive.DatasetKey(
        rewind.names().operators().getOrDefault(stored.node(), ""),
        stored.batchMillis(),
        stored.partition().id(),
        stored.partition().maker()));
  }

  /** A node's number now. */
  private int now(int before) {
    return requireNonNull(nodes.get(before));
  }

  /** The batch after which the program goes on; {@link Recovered#NONE} for its beginning. */
  long batchMillis() {
    return batchMillis;
  }

  /** The datasets that lie with the owners once these have restored their partitions. */
  List<Decision.Stored> datasets(List<String> owners) {
    return needed(batchMillis).stream()
        .map(stored -> new Decision.Stored(
            now(stored.node()),
            stored.batchMillis(),
            new Datasets.Partition(
                stored.partition().id(),
                stored.partition().maker(),
                List.of(owners.get(stored.partition().number() % owners.size())))))
        .toList();
  }

  /** What each worker is told; nothing if there is nothing to restore. */
  Map<String, WorkerCommand.Restore> orders(
      List<String> owners, long epoch, long number, Map<Integer, String> operators) {
    Map<String, WorkerCommand.Restore> orders = new LinkedHashMap<>();
    if (batchMillis == Recovered.NONE && loaded.isEmpty()) {
      return orders;
    }
    Map<String, Integer> byName = new HashMap<>();
    // Files may still have what an operator had that the program before did not have any more.
    Set<String> known = Set.copyOf(rewind.names().operators().values());
    operators.forEach((node, name) -> {
      if (known.contains(name)) {
        byName.put(name, node);
      }
    });
    Set<String> workers = new LinkedHashSet<>(owners);
    workers.addAll(holders.values());
    for (String owner : workers) {
      Set<String> files = new TreeSet<>();
      List<WorkerCommand.PartitionStart> starts = new ArrayList<>();
      for (int partition = 0; partition < owners.size(); partition++) {
        if (owners.get(partition).equals(owner)) {
          int mine = partition;
          archive.chain(partition, batchMillis).ifPresent(chain -> {
            files.addAll(chain.files());
            starts.add(new WorkerCommand.PartitionStart(
                mine, chain.start().file(), chain.start().frame()));
          });
        }
      }
      for (Decision.Stored stored : needed(batchMillis)) {
        if (owners.get(stored.partition().number() % owners.size()).equals(owner)) {
          file(stored).ifPresent(files::add);
        }
      }
      orders.put(
          owner,
          new WorkerCommand.Restore(
              epoch,
              number,
              batchMillis,
              owners.size(),
              List.copyOf(files),
              starts,
              byName,
              frames(owner),
              streamsByName()));
    }
    return orders;
  }

  private Map<String, Integer> streamsByName() {
    Map<String, Integer> byName = new HashMap<>();
    rewind.names().streams().forEach((number, name) -> {
      Integer now = streams.get(number);
      if (now != null) {
        byName.put(name, now);
      }
    });
    return byName;
  }

  private List<WorkerCommand.LoggedFrames> frames(String worker) {
    Map<String, List<Integer>> frames = new LinkedHashMap<>();
    loaded.forEach((id, found) -> {
      if (worker.equals(holders.get(id))) {
        frames.computeIfAbsent(found.file(), unknown -> new ArrayList<>()).add(found.frame());
      }
    });
    return frames.entrySet().stream()
        .map(file -> new WorkerCommand.LoggedFrames(file.getKey(), file.getValue()))
        .toList();
  }

  /** How far event time had come after the batch, by node, and what the batches since then have seen. */
  void restore(EventTimes times) {
    Map<Integer, Watermark.Snapshot> watermarks = new HashMap<>();
    rewind
        .point(batchMillis)
        .ifPresent(point -> point.watermarks().forEach((node, watermark) -> {
          Integer now = nodes.get(node);
          if (now != null) {
            watermarks.put(now, watermark);
          }
        }));
    times.restore(
        watermarks, rewind.since(batchMillis).stream().map(this::renamed).toList());
  }

  private Decision.Committed renamed(Decision.Committed batch) {
    List<WorkerEvent.SeenTime> times = batch.times().stream()
        .filter(time -> nodes.containsKey(time.node()))
        .map(time -> new WorkerEvent.SeenTime(now(time.node()), time.source(), time.millis()))
        .toList();
    List<Decision.Stored> datasets = batch.datasets().stream()
        .filter(stored -> nodes.containsKey(stored.node()))
        .map(stored ->
            new Decision.Stored(now(stored.node()), stored.batchMillis(), stored.partition()))
        .toList();
    return new Decision.Committed(
        batch.batchMillis(), datasets, times, batch.counters(), batch.prepared());
  }

  /** All that can be gone back to, in the numbers of the program that goes on. */
  Rewind.Snapshot renamed(Decision.Names names) {
    Rewind.Snapshot before = rewind.snapshot();
    return new Rewind.Snapshot(
        names,
        before.fromStart(),
        before.deliveredMillis(),
        before.points().stream()
            .map(point -> new Rewind.Point(
                point.batchMillis(), point.counters(), renamed(point.watermarks())))
            .toList(),
        before.later().stream().map(this::renamed).toList(),
        cuts(),
        before.datasets().stream()
            .filter(stored -> nodes.containsKey(stored.node()))
            .map(stored ->
                new Decision.Stored(now(stored.node()), stored.batchMillis(), stored.partition()))
            .toList());
  }

  private Map<Integer, Watermark.Snapshot> renamed(Map<Integer, Watermark.Snapshot> watermarks) {
    return watermarks.entrySet().stream()
        .filter(entry -> nodes.containsKey(entry.getKey()))
        .collect(Collectors.toMap(entry -> now(entry.getKey()), Map.Entry::getValue));
  }

  Map<String, Long> counters() {
    return rewind.counters(batchMillis);
  }

  /** The batches that were cut, with their blocks under the names that these have now; nobody holds them yet. */
  List<Decision.Cut> cuts() {
    return wantedCuts().stream()
        .map(cut -> new Decision.Cut(
            cut.batchMillis(),
            cut.blocks().stream()
                .filter(block -> streams.containsKey(block.id().owner()))
                .map(block -> new BlockRef(
                    renamed(block.id()),
                    block.records(),
                    block.sizeBytes(),
                    Optional.ofNullable(holders.get(renamed(block.id())))
                        .map(List::of)
                        .orElse(List.of())))
                .toList(),
            positions(cut.positions())))
        .toList();
  }

  private BlockId renamed(BlockId block) {
    return BlockId.received(context, requireNonNull(streams.get(block.owner())), block.sequence());
  }

  private List<Decision.Cut> wantedCuts() {
    return rewind.cuts().stream().filter(cut -> isWanted(cut.batchMillis())).toList();
  }

  /** The batches to be run again, oldest first. */
  List<Long> again() {
    return wantedCuts().stream()
        .map(Decision.Cut::batchMillis)
        .filter(millis -> millis > batchMillis)
        .sorted()
        .toList();
  }

  /** Which blocks some batch has or had, under their new names. */
  List<BlockTracker.Numbers> numbers() {
    List<BlockTracker.Numbers> numbers = new ArrayList<>();
    for (BlockTracker.Numbers known : past.tracker().snapshot().numbers()) {
      Integer stream = streams.get((int) (known.key() >>> 32));
      if (stream != null) {
        numbers.add(new BlockTracker.Numbers(
            (long) stream << 32 | (known.key() & 0xFFFFFFFFL), known.allUpTo(), known.beyond()));
      }
    }
    return numbers;
  }

  /** How far each source was read. */
  Map<Integer, Long> positions() {
    Map<Integer, Long> positions = new HashMap<>(positions(past.positions()));
    Map<String, Integer> byName = streamsByName();
    reached.entrySet().stream()
        .sorted(Comparator.comparingLong(entry -> entry.getKey().sequence()))
        .forEach(entry ->
            positions.put(requireNonNull(byName.get(entry.getKey().stream())), entry.getValue()));
    return positions;
  }

  private Map<Integer, Long> positions(Map<Integer, Long> before) {
    return before.entrySet().stream()
        .filter(entry -> streams.containsKey(entry.getKey()))
        .collect(Collectors.toMap(entry -> streams.get(entry.getKey()), Map.Entry::getValue));
  }

  /** What was planned of sources. */
  SourcePlans sources() {
    return past.sources().renamed(sources);
  }

  /** How fast receivers went. */
  Map<Integer, Double> rates() {
    return past.rates().entrySet().stream()
        .filter(entry -> streams.containsKey(entry.getKey()))
        .collect(Collectors.toMap(entry -> streams.get(entry.getKey()), Map.Entry::getValue));
  }

  /** The last attempt of each receiver, so that the next one numbers its blocks anew. */
  Map<Integer, Integer> attempts() {
    return past.receivers().entrySet().stream()
        .filter(entry -> streams.containsKey(entry.getKey()))
        .collect(Collectors.toMap(
            entry -> streams.get(entry.getKey()), entry -> entry.getValue().attempt()));
  }

  long zeroMillis() {
    return past.zeroMillis();
  }

  /** The last batch that was cut. */
  long cutMillis() {
    return replayMillis.orElse(Math.max(past.cutMillis(), past.zeroMillis()));
  }

  /** The last batch whose outputs are done. */
  long deliveredMillis() {
    return replayMillis.map(millis -> millis - 1).orElse(rewind.deliveredMillis());
  }
}
