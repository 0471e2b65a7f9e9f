package io.sluice.block;

import io.sluice.api.ClusterInfo;
import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.batch.BlockId;
import io.sluice.batch.BlockRef;
import java.util.EnumSet;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** What a node is to the side channel: its store, its room for shuffles, and for each context whoever takes what peers send. */
public final class DataNode implements DataChannel.Handler, AutoCloseable {

  /** What lies with the driver, for all workers. */
  private static final Set<BlockId.Kind> DRIVERS =
      EnumSet.of(BlockId.Kind.LITERAL, BlockId.Kind.JAR, BlockId.Kind.BROADCAST);

  private static final Set<BlockId.Kind> WORKERS = EnumSet.complementOf(EnumSet.copyOf(DRIVERS));

  private final BlockStore store;
  private final ShuffleSpace shuffles;
  private final DataChannel channel;
  private final Map<Long, DataChannel.Handler> takers = new ConcurrentHashMap<>();
  private final Map<Long, RecordCodec> codecs = new ConcurrentHashMap<>();

  /**
   * @param shuffles what shuffles bring has room there
   * @param open opens the channel on which this node answers
   */
  public DataNode(
      BlockStore store, ShuffleSpace shuffles, Function<DataChannel.Handler, DataChannel> open) {
    this.store = store;
    this.shuffles = shuffles;
    this.channel = open.apply(this);
  }

  public BlockStore store() {
    return store;
  }

  /** Where what shuffles bring has room. */
  public ShuffleSpace shuffles() {
    return shuffles;
  }

  public DataChannel channel() {
    return channel;
  }

  public String address() {
    return channel.address();
  }

  /** What the node holds now. */
  public ClusterInfo.Load load() {
    Runtime jvm = Runtime.getRuntime();
    return new ClusterInfo.Load(
        store.memoryBytes(),
        store.memoryLimit(),
        store.diskBytes(),
        store.diskLimit(),
        shuffles.heldBytes(),
        shuffles.boundBytes(),
        jvm.totalMemory() - jvm.freeMemory(),
        jvm.maxMemory());
  }

  /** Says how the context's records are encoded. */
  public void register(long context, RecordCodec codec) {
    codecs.put(context, codec);
  }

  /** Says who takes what peers send for the context. */
  public void take(long context, DataChannel.Handler taker) {
    takers.put(context, taker);
  }

  /** Forgets the context and all its blocks, except those that a driver on this node has for all. */
  public void forget(long context) {
    takers.remove(context);
    codecs.remove(context);
    store.removeIf(WORKERS, id -> id.context() == context);
  }

  /** Forgets what a driver on this node has for all. */
  public void forgetDriver(long context) {
    store.removeIf(DRIVERS, id -> id.context() == context);
  }

  /** The block from here, or from the first holder that gives it. */
  public CompletionStage<Block> read(BlockRef ref) {
    Block here;
    try {
      here = store.get(ref.id());
    } catch (SluiceException unreadable) {
      return CompletableFuture.failedFuture(unreadable);
    }
    if (here != null) {
      return CompletableFuture.completedFuture(here);
    }
    CompletionStage<Block> found =
        CompletableFuture.failedFuture(new NoSuchElementException("no other node has it"));
    for (String holder : ref.holders()) {
      if (!holder.equals(address())) {
        found = found
            .handle((block, failure) -> failure == null
                ? CompletableFuture.completedStage(block)
                : channel
                    .get(holder, ref.id())
                    .thenApply(payload -> Block.fromBytes(payload.bytes(), payload.records())))
            .thenCompose(stage -> stage);
      }
    }
    return found.exceptionallyCompose(failure -> CompletableFuture.failedFuture(new SluiceException(
        isUnreachable(failure) ? ErrorCode.NODE_UNREACHABLE : ErrorCode.BLOCK_LOST,
        "Block "
            + ref.id()
            + " is neither on "
            + address()
            + " nor on any of "
            + ref.holders()
            + ": "
            + failure.getMessage(),
        failure)));
  }

  private static boolean isUnreachable(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return cause instanceof SluiceException known && known.code() == ErrorCode.NODE_UNREACHABLE;
  }

  @Override
  public void onPut(BlockId id, byte[] bytes, long records) {
    DataChannel.Handler taker = takers.get(id.context());
    if (taker == null) {
      throw new IllegalStateException("no worker of that context runs on " + address());
    }
    taker.onPut(id, bytes, records);
  }

  @Override
  public DataChannel.Payload onGet(BlockId id) {
    Block block = store.get(id);
    RecordCodec codec = codecs.get(id.context());
    if (block == null || codec == null) {
      throw new NoSuchElementException("Block " + id + " is not on " + address());
    }
    return new DataChannel.Payload(block.toBytes(codec), block.records());
  }

  @Override
  public void close() {
    channel.close();
    store.close();
    shuffles.close();
  }
}
