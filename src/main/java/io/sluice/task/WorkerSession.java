package io.sluice.task;

import io.sluice.api.ErrorCode;
import io.sluice.api.Pair;
import io.sluice.api.SluiceException;
import io.sluice.api.StorageLevel;
import io.sluice.batch.BlockId;
import io.sluice.batch.BlockRef;
import io.sluice.block.Block;
import io.sluice.block.DataChannel;
import io.sluice.block.DataNode;
import io.sluice.block.RecordCodec;
import io.sluice.plan.StageSpec;
import io.sluice.plan.UserCode;
import io.sluice.receiver.ReceivedLog;
import io.sluice.shuffle.Contribution;
import io.sluice.shuffle.Inbox;
import io.sluice.state.KeyedState;
import io.sluice.state.SlidingTotals;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What a worker holds for one context: its stages, shuffle data and state. Thread-safe. */
final class WorkerSession implements DataChannel.Handler, AutoCloseable {

  /** A shuffle of one attempt of a job, complete once all its maps have arrived. */
  private record Defined(StageSpec spec, String functions) {}

  record ShuffleKey(long job, int attempt, int exchange) {}

  /** One partition of an operator's state. */
  record StateKey(int node, int partition) {}

  private static final int MAX_LOADED_FUNCTIONS = 2000;
  private static final int MAX_KEYS_IN_PIECE = 100_000;

  private static final Set<BlockId.Kind> OVER_WITH_A_BATCH =
      EnumSet.of(BlockId.Kind.DATASET, BlockId.Kind.KEPT, BlockId.Kind.RESULT);

  private final long context;
  private final DataNode node;
  private final ClassLoader loader;
  private final RecordCodec codec;
  private final RecordCodec stateCodec;
  private final Consumer<Object> arrivals;
  private final Consumer<BlockId> blockArrivals;
  private final ThreadLocal<UserCode> code;
  private final Map<Integer, Defined> stages = new ConcurrentHashMap<>();
  private final Map<ShuffleKey, Inbox> inboxes = new ConcurrentHashMap<>();
  private final Map<StateKey, KeyedState> states = new ConcurrentHashMap<>();
  private final Map<Long, Integer> attempts = new ConcurrentHashMap<>();
  private final Map<BlockId, Object> broadcasts = new ConcurrentHashMap<>();
  private final SnapshotFence snapshots = new SnapshotFence();
  private volatile long lowestLiveJob;
  private volatile long committedMillis = Long.MIN_VALUE;
  private volatile @Nullable StateKeeper keeper;

  /** The worker of each partition, as of the last commit. */
  private volatile List<String> owners = List.of();

  /**
   * @param loader knows the program's classes
   * @param codec encodes the program's records
   * @param durable whether state outlives the program, and so changes of its classes
   * @param arrivals hears of every {@link ShuffleKey} that is complete and every {@link BlockId} that is stored
   */
  WorkerSession(
      long context,
      DataNode node,
      ClassLoader loader,
      RecordCodec codec,
      boolean durable,
      Consumer<Object> arrivals) {
    this.context = context;
    this.node = node;
    this.loader = loader;
    this.codec = codec;
    this.stateCodec = durable ? RecordCodec.evolving(loader) : codec;
    this.arrivals = arrivals;
    this.blockArrivals = arrivals::accept;
    this.code = ThreadLocal.withInitial(() -> new UserCode(loader));
    node.register(context, codec);
    node.take(context, this);
    node.store().onArrival(blockArrivals);
  }

  long context() {
    return context;
  }

  DataNode node() {
    return node;
  }

  ClassLoader loader() {
    return loader;
  }

  RecordCodec codec() {
    return codec;
  }

  /** Encodes what is kept from batch to batch. */
  RecordCodec stateCodec() {
    return stateCodec;
  }

  /** From now on what is kept from batch to batch is kept on durable storage too. */
  void keepWith(StateKeeper durable) {
    keeper = durable;
  }

  Optional<StateKeeper> keeper() {
    return Optional.ofNullable(keeper);
  }

  /** Where the blocks of a stream are kept durably, by the stream's name there. */
  ReceivedLog receivedLog(String stream) {
    return keeper()
        .filter(durable -> !stream.isEmpty())
        .map(durable -> durable.receivedLog(stream))
        .orElseGet(ReceivedLog::none);
  }

  /** The calling thread's copies of the program's functions. */
  UserCode code() {
    UserCode mine = code.get();
    if (mine.size() > MAX_LOADED_FUNCTIONS) {
      mine.forgetAll();
    }
    return mine;
  }

  void define(int stage, StageSpec spec) {
    stages.put(stage, new Defined(spec, spec.functions()));
  }

  void undefine(int stage) {
    stages.remove(stage);
  }

  StageSpec stage(int stage) {
    return defined(stage).spec;
  }

  /** What log lines call a stage. */
  String functions(int stage) {
    return defined(stage).functions;
  }

  private Defined defined(int stage) {
    Defined defined = stages.get(stage);
    if (defined == null) {
      throw new SluiceException(ErrorCode.INTERNAL, "Stage " + stage + " was never sent here.");
    }
    return defined;
  }

  Inbox inbox(ShuffleKey key) {
    return inboxes.computeIfAbsent(key, unknown -> new Inbox(node.shuffles(), codec));
  }

  /** Takes in what a task on this node adds to a shuffle. */
  void contribute(ShuffleKey key, long source, Contribution contribution) {
    contribute(key, inbox -> inbox.add(source, contribution));
  }

  /** Looks again afterwards: the shuffle may have been given up meanwhile, and would hold its memory for ever. */
  private void contribute(ShuffleKey key, Predicate<Inbox> adding) {
    if (!isLive(key)) {
      return;
    }
    boolean complete = adding.test(inbox(key));
    if (!isLive(key)) {
      forgetInboxes(key::equals);
    } else if (complete) {
      arrivals.accept(key);
    }
  }

  private boolean isLive(ShuffleKey key) {
    return key.job() >= lowestLiveJob && key.attempt() >= attempts.getOrDefault(key.job(), 0);
  }

  private void forgetInboxes(Predicate<ShuffleKey> unwanted) {
    inboxes.forEach((key, inbox) -> {
      if (unwanted.test(key) && inboxes.remove(key, inbox)) {
        inbox.close();
      }
    });
  }

  KeyedState state(int node, int partition) {
    return states.computeIfAbsent(new StateKey(node, partition), key -> new KeyedState());
  }

  /** How many keys each operator has here about now, copies of another worker's not counted: a task may be at work on them. */
  Map<Integer, Long> ownedKeys() {
    List<String> placed = owners;
    Map<Integer, Long> keys = new HashMap<>();
    states.forEach((key, state) -> {
      if (!placed.isEmpty() && placed.get(key.partition() % placed.size()).equals(node.address())) {
        keys.merge(key.node(), (long) state.size(), Long::sum);
      }
    });
    return keys;
  }

  /** What an operator remembers in a partition as of the last commit: a block of the batch's time and of pairs. */
  List<Block> held(StageSpec.Held wanted, int partition) {
    // Before the state is read: what a commit changes meanwhile must not be told as the commit
    // before it, nor the other way round.
    long known = committedMillis;
    KeyedState state = states.get(new StateKey(wanted.node(), partition));
    List<Object> records = new ArrayList<>();
    records.add(Long.MIN_VALUE);
    BiConsumer<Object, Object> pairs = (key, value) -> {
      if (!(value instanceof SlidingTotals.Total total)) {
        records.add(new Pair<>(key, value));
      } else if (total.shown()) {
        records.add(new Pair<>(key, total.value()));
      }
    };
    long batch = state == null
        ? known
        : wanted.key().length == 0
            ? state.committed(wanted.most(), pairs)
            : state.committed(codec.decode(wanted.key()).get(0), pairs);
    // What was taken over and not committed here since is as of the commit that the worker heard of
    // last.
    records.set(0, Math.max(batch, known));
    return List.of(Block.Records.of(records));
  }

  /** Forgets the state of all operators in a keyed partition. */
  void forgetStates(int partition, int modulo) {
    states.keySet().removeIf(key -> key.partition() % modulo == partition);
  }

  /** Begins with what was kept by others, up to a batch. */
  void restore(WorkerCommand.Restore restore) {
    keeper().ifPresent(durable -> durable.restore(restore));
    committedMillis = restore.batchMillis();
  }

  /** A value that the driver has for all tasks. Fetched once, while the calling task waits. */
  Object broadcast(int number, int version, String driverAddress) {
    BlockId id = BlockId.broadcast(context, number, version);
    return broadcasts.computeIfAbsent(id, unknown -> {
      broadcasts
          .keySet()
          .removeIf(known -> known.owner() == number && known.sequence() < version - 1);
      List<Object> one = new ArrayList<>(1);
      node.read(new BlockRef(id, 1, 0, List.of(driverAddress)))
          .toCompletableFuture()
          .join()
          .forEach(codec, one::add);
      return one.get(0);
    });
  }

  /** How an attempt of a job stands to the one known before. */
  enum Standing {
    OUTDATED,
    SAME,
    NEWER
  }

  /** Takes note of an attempt, after which older ones of its job are void. */
  Standing begin(WorkerCommand.RunTasks job) {
    Integer known = attempts.get(job.job());
    if (known != null && known >= job.attempt()) {
      return known > job.attempt() ? Standing.OUTDATED : Standing.SAME;
    }
    attempts.put(job.job(), job.attempt());
    forgetInboxes(key -> key.job() == job.job() && key.attempt() < job.attempt());
    return Standing.NEWER;
  }

  /** Whether tasks of this attempt are still wanted. */
  boolean isWanted(WorkerCommand.RunTasks job) {
    return Integer.valueOf(job.attempt()).equals(attempts.get(job.job()));
  }

  void forgetJob(long job) {
    attempts.remove(job);
    forgetInboxes(key -> key.job() == job);
    node.store()
        .removeIf(
            EnumSet.of(BlockId.Kind.RESULT), id -> id.context() == context && id.sequence() == job);
  }

  void dropKept(WorkerCommand.DropKept drop) {
    node.store()
        .removeIf(
            EnumSet.of(BlockId.Kind.KEPT),
            id -> id.context() == context
                && id.owner() == drop.node()
                && id.source() != drop.maker());
  }

  /** Makes the state of a batch current, if that was not done before. */
  void catchUp(long batchMillis) {
    if (batchMillis > committedMillis) {
      states.values().forEach(state -> state.commit(batchMillis));
      committedMillis = batchMillis;
      applyDeltas(batchMillis);
    }
  }

  /** Another driver goes on from a batch: the jobs of the one before are void. */
  void handover(long batchMillis, long epoch) {
    catchUp(batchMillis);
    lowestLiveJob = JobIds.first(epoch);
    snapshots.sealBefore(epoch);
    stages.clear();
    attempts.clear();
    forgetInboxes(key -> key.job() < lowestLiveJob);
    node.store()
        .removeIf(
            EnumSet.of(BlockId.Kind.RESULT, BlockId.Kind.KEPT), id -> id.context() == context);
  }

  /** The blocks of receivers that lie here. */
  List<WorkerEvent.Held> received() {
    List<WorkerEvent.Held> held = new ArrayList<>();
    for (BlockId id : node.store().ids(BlockId.Kind.RECEIVED)) {
      if (id.context() == context) {
        node.store()
            .extent(id)
            .ifPresent(size -> held.add(new WorkerEvent.Held(id, size.records(), size.bytes())));
      }
    }
    return held;
  }

  /** Makes the batch's state current and drops what no later batch needs. */
  void commit(WorkerCommand.Commit commit) {
    catchUp(commit.batchMillis());
    owners = commit.owners();
    if (!commit.operators().isEmpty() && committedMillis == commit.batchMillis()) {
      keeper().ifPresent(durable -> durable.commit(commit, states));
    }
    commit.released().forEach(node.store()::remove);
    lowestLiveJob = commit.lowestLiveJob();
    attempts.keySet().removeIf(job -> job < lowestLiveJob);
    forgetInboxes(key -> key.job() < lowestLiveJob);
    node.store().removeIf(OVER_WITH_A_BATCH, id -> id.context() == context && isOver(id, commit));
  }

  /** Sends what is kept of a keyed partition to its standby. */
  CompletableFuture<Void> copyPartition(WorkerCommand.CopyPartition copy) {
    List<CompletableFuture<Void>> sends = new ArrayList<>();
    for (BlockId id : node.store().ids(BlockId.Kind.DATASET)) {
      boolean wanted = id.context() == context
          && copy.nodes().contains(id.owner())
          && (id.partition() & 0xFFFF) % copy.modulo() == copy.partition();
      Block block = wanted ? node.store().get(id) : null;
      if (block != null) {
        sends.add(send(copy.standby(), id, block.toBytes(codec), block.records()));
      }
    }
    states.forEach((key, state) -> {
      if (key.partition() % copy.modulo() == copy.partition()) {
        sends.add(sendPieces(copy, key, state.snapshot(MAX_KEYS_IN_PIECE)));
      }
    });
    return CompletableFuture.allOf(sends.toArray(CompletableFuture[]::new));
  }

  /** Sends received blocks to a peer; completes when it has all of them. */
  CompletableFuture<Void> copyBlocks(WorkerCommand.CopyBlocks copy) {
    List<CompletableFuture<Void>> sends = new ArrayList<>();
    for (BlockId id : copy.blocks()) {
      Block block = node.store().get(id);
      sends.add(
          block != null
              ? send(copy.target(), id, block.toBytes(codec), block.records())
              : CompletableFuture.failedFuture(new NoSuchElementException("no block " + id)));
    }
    return CompletableFuture.allOf(sends.toArray(CompletableFuture[]::new));
  }

  /** The first piece of a snapshot empties the copy, so they go one after another. */
  private CompletableFuture<Void> sendPieces(
      WorkerCommand.CopyPartition copy, StateKey key, List<List<Object>> pieces) {
    long name = SnapshotFence.copy(copy.epoch(), copy.number());
    CompletableFuture<Void> sent = CompletableFuture.completedFuture(null);
    for (int piece = 0; piece < pieces.size(); piece++) {
      BlockId id = BlockId.snapshot(context, key.node(), piece, key.partition(), name);
      List<Object> content = pieces.get(piece);
      sent = sent.thenCompose(before -> send(copy.standby(), id, stateCodec.encode(content), 0));
    }
    return sent;
  }

  private CompletableFuture<Void> send(String peer, BlockId id, byte[] bytes, long records) {
    return node.channel().put(peer, id, bytes, records).toCompletableFuture();
  }

  private static boolean isOver(BlockId id, WorkerCommand.Commit commit) {
    return switch (id.kind()) {
      case DATASET ->
        id.sequence() <= commit.batchMillis() - commit.keepMillis().getOrDefault(id.owner(), 0L)
            && id.sequence() < commit.readFromMillis();
      case KEPT -> id.sequence() >= 0 && id.sequence() <= commit.batchMillis();
      case RESULT -> id.sequence() < commit.lowestLiveJob();
      default -> false;
    };
  }

  /** Oldest first, in case one came late; of several attempts of a batch the last counts. */
  private void applyDeltas(long batchMillis) {
    Map<BlockId, BlockId> last = new HashMap<>();
    List<BlockId> deltas = node.store().ids(BlockId.Kind.DELTA).stream()
        .filter(id -> id.context() == context && id.sequence() <= batchMillis)
        .sorted(Comparator.comparingLong(BlockId::sequence).thenComparingLong(BlockId::source))
        .toList();
    deltas.forEach(
        id -> last.put(BlockId.delta(context, id.owner(), id.sequence(), id.partition(), 0), id));
    Set<BlockId> counting = new HashSet<>(last.values());
    for (BlockId id : deltas) {
      if (counting.contains(id) && node.store().get(id) instanceof Block.Encoded delta) {
        state(id.owner(), id.partition()).apply(stateCodec.decode(delta.bytes()));
      }
      node.store().remove(id);
    }
  }

  @Override
  public void onPut(BlockId id, byte[] bytes, long records) {
    switch (id.kind()) {
      case SHUFFLE ->
        contribute(
            new ShuffleKey(id.sequence(), id.partition(), id.owner()),
            inbox -> inbox.add(id.source(), bytes));
      case RECEIVED -> {
        Block block = Block.fromBytes(bytes, records);
        if (!node.store().offer(id, block, StorageLevel.MEMORY_AND_DISK_SER, codec)) {
          throw new SluiceException(
              ErrorCode.STORAGE_FULL,
              "no room for a copy of block " + id + " on " + node.address());
        }
      }
      case DATASET -> node.store().keep(id, Block.fromBytes(bytes, records), codec);
      case KEPT ->
        node.store()
            .offer(id, Block.fromBytes(bytes, records), StorageLevel.MEMORY_AND_DISK_SER, codec);
      case DELTA -> {
        // One that comes after its batch is committed is of an attempt that was given up.
        if (id.sequence() > committedMillis) {
          node.store().put(id, new Block.Encoded(bytes, records));
        }
      }
      case SNAPSHOT -> {
        if (!snapshots.admits(
            new StateKey(id.owner(), id.partition()), id.source(), id.sequence())) {
          throw new IllegalArgumentException("a later copy of this state has begun");
        }
        KeyedState state = state(id.owner(), id.partition());
        if (id.sequence() == 0) {
          state.clear();
        }
        state.apply(stateCodec.decode(bytes));
      }
      default -> throw new IllegalArgumentException("a worker takes no block of kind " + id.kind());
    }
  }

  @Override
  public DataChannel.Payload onGet(BlockId id) {
    return node.onGet(id);
  }

  @Override
  public void close() {
    keeper().ifPresent(StateKeeper::close);
    lowestLiveJob = Long.MAX_VALUE;
    forgetInboxes(key -> true);
    node.store().removeListener(blockArrivals);
    node.forget(context);
  }
}
