package io.sluice.block;

import static java.util.Objects.requireNonNull;

import io.sluice.api.BlockSettings;
import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.api.StorageLevel;
import io.sluice.batch.BlockId;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The blocks of one node, in memory or on disk. Thread-safe.
 *
 * <p>Received blocks are held to the bounds of the settings: when memory is full they go to disk, when
 * that is full too the receiver waits. What tasks of a batch store for each other goes to disk too when there is no room in memory,
 * but never waits, since a batch that waits for its own memory would never end; on disk nothing but the disk itself bounds it.
 */
public final class BlockStore implements AutoCloseable {

  private record Entry(Block block, long memoryBytes) {}

  /** Received blocks leave batches this part more, or an overload would send each small dataset to disk. */
  private static final int BATCH_SHARE = 8;

  private final BlockSettings settings;
  private final DiskStore disk;

  /** By kind, since each batch looks for some kinds only. */
  private final Map<BlockId.Kind, Map<BlockId, Entry>> memory = new EnumMap<>(BlockId.Kind.class);

  private final CopyOnWriteArrayList<Consumer<BlockId>> arrivals = new CopyOnWriteArrayList<>();
  private long memoryBytes;
  private long releases;
  private boolean closed;

  public BlockStore(BlockSettings settings) {
    this.settings = settings;
    this.disk = new DiskStore(settings.directory(), settings.diskBytes());
    for (BlockId.Kind kind : BlockId.Kind.values()) {
      memory.put(kind, new ConcurrentHashMap<>());
    }
  }

  /** Calls {@code listener}, on the storing thread, after each block is stored. */
  public void onArrival(Consumer<BlockId> listener) {
    arrivals.add(listener);
  }

  public void removeListener(Consumer<BlockId> listener) {
    arrivals.remove(listener);
  }

  /** Stores a block in memory, whatever there is already: what the driver has for all, or a batch leaves a copy of. */
  public void put(BlockId id, Block block) {
    keepInMemory(id, block);
    announce(id);
  }

  /**
   * Stores what tasks of a running batch will read, in place of what was there under its name: in memory if there is room, else on
   * disk. Never waits. Records that cannot be encoded stay in memory.
   *
   * @throws SluiceException STORAGE_FULL if there is no room and the disk cannot be written
   */
  public void keep(BlockId id, Block block, RecordCodec codec) {
    long bytes = block.sizeBytes();
    if (reserve(bytes, settings.memoryBytes() + settings.memoryBytes() / BATCH_SHARE)) {
      remember(id, block, bytes);
      removeFromDisk(id);
    } else {
      byte[] encoded = encode(block, codec);
      if (encoded == null) {
        keepInMemory(id, block);
        removeFromDisk(id);
      } else {
        disk.writeBeyondBound(id, encoded, block.records());
        removeFromMemory(id);
      }
    }
    announce(id);
  }

  /**
   * Stores a received block, in memory if the level allows it and there is room, else on disk.
   *
   * @return false if there is no room now
   */
  public boolean offer(BlockId id, Block block, StorageLevel level, RecordCodec codec) {
    if (contains(id)) {
      return true;
    }
    if (level.useMemory() && reserve(block.sizeBytes(), settings.memoryBytes())) {
      remember(id, block, block.sizeBytes());
    } else if (!level.useDisk() || !disk.write(id, block.toBytes(codec), block.records())) {
      return false;
    }
    announce(id);
    return true;
  }

  /**
   * As {@link #offer}, but waits for room.
   *
   * @throws SluiceException STORAGE_FULL if the block can never fit, CONTEXT_STOPPED if the store is closed
   */
  public void store(BlockId id, Block block, StorageLevel level, RecordCodec codec)
      throws InterruptedException {
    long bound = Math.max(
        level.useMemory() ? settings.memoryBytes() : 0, level.useDisk() ? settings.diskBytes() : 0);
    if (block.sizeBytes() > bound) {
      throw new SluiceException(
          ErrorCode.STORAGE_FULL,
          "Block of %d bytes can never be stored: the largest store for %s holds %d bytes. Raise sluice.block.memory or sluice.block.disk, or store smaller blocks."
              .formatted(block.sizeBytes(), level, bound));
    }
    while (true) {
      long seen = releases();
      boolean empty = isEmpty();
      if (offer(id, block, level, codec)) {
        return;
      }
      // A store that has become empty since the offer has room.
      if (empty && isEmpty() && releases() == seen) {
        throw new SluiceException(
            ErrorCode.STORAGE_FULL,
            "Block of about %d bytes does not fit into an empty store at %s: encoded it is longer. Raise sluice.block.memory or sluice.block.disk, or store smaller blocks."
                .formatted(block.sizeBytes(), level));
      }
      awaitReleaseAfter(seen);
    }
  }

  /** The block, from memory or disk; null if it is not here. */
  public @Nullable Block get(BlockId id) {
    Entry entry = memory(id).get(id);
    return entry != null ? entry.block : disk.read(id);
  }

  /** How much a block is. */
  public record Extent(long records, long bytes) {}

  /** How much a block is, without reading it; empty if it is not here. */
  public Optional<Extent> extent(BlockId id) {
    Entry entry = memory(id).get(id);
    return entry != null
        ? Optional.of(new Extent(entry.block.records(), entry.block.sizeBytes()))
        : disk.extent(id);
  }

  public boolean contains(BlockId id) {
    return memory(id).containsKey(id) || disk.contains(id);
  }

  public void remove(BlockId id) {
    removeFromMemory(id);
    removeFromDisk(id);
  }

  /** Removes the blocks of some kinds that nobody wants. */
  public void removeIf(Set<BlockId.Kind> kinds, Predicate<BlockId> unwanted) {
    for (BlockId.Kind kind : kinds) {
      for (BlockId id : ids(kind)) {
        if (unwanted.test(id)) {
          remove(id);
        }
      }
    }
  }

  /** The blocks of one kind that are here now. */
  public List<BlockId> ids(BlockId.Kind kind) {
    List<BlockId> ids = new ArrayList<>(requireNonNull(memory.get(kind)).keySet());
    for (BlockId id : disk.ids()) {
      if (id.kind() == kind) {
        ids.add(id);
      }
    }
    return ids;
  }

  /** How much of received blocks may be in memory, in bytes. */
  public long memoryLimit() {
    return settings.memoryBytes();
  }

  /** How much of received blocks may be on disk, in bytes. */
  public long diskLimit() {
    return settings.diskBytes();
  }

  /** Bytes of all blocks in memory. */
  public synchronized long memoryBytes() {
    return memoryBytes;
  }

  /** Bytes of all blocks on disk. */
  public long diskBytes() {
    return disk.usedBytes();
  }

  /** Forgets every block and lets nobody wait any longer. */
  @Override
  public synchronized void close() {
    closed = true;
    memory.values().forEach(Map::clear);
    disk.close();
    notifyAll();
  }

  private Map<BlockId, Entry> memory(BlockId id) {
    return requireNonNull(memory.get(id.kind()));
  }

  private boolean isEmpty() {
    return memoryBytes() == 0 && disk.usedBytes() == 0;
  }

  private void removeFromMemory(BlockId id) {
    Entry entry = memory(id).remove(id);
    if (entry != null) {
      release(entry.memoryBytes);
    }
  }

  private void removeFromDisk(BlockId id) {
    if (disk.remove(id)) {
      release(0);
    }
  }

  private static byte @Nullable [] encode(Block block, RecordCodec codec) {
    try {
      return block.toBytes(codec);
    } catch (SluiceException failure) {
      if (failure.code() == ErrorCode.RECORD_NOT_SERIALIZABLE) {
        return null;
      }
      throw failure;
    }
  }

  private void keepInMemory(BlockId id, Block block) {
    synchronized (this) {
      memoryBytes += block.sizeBytes();
    }
    remember(id, block, block.sizeBytes());
  }

  private void remember(BlockId id, Block block, long bytes) {
    Entry before = memory(id).put(id, new Entry(block, bytes));
    if (before != null) {
      release(before.memoryBytes);
    }
  }

  private void announce(BlockId id) {
    for (Consumer<BlockId> listener : arrivals) {
      listener.accept(id);
    }
  }

  private synchronized boolean reserve(long bytes, long bound) {
    if (memoryBytes + bytes > bound) {
      return false;
    }
    memoryBytes += bytes;
    return true;
  }

  private synchronized void release(long bytes) {
    memoryBytes -= bytes;
    releases++;
    notifyAll();
  }

  private synchronized long releases() {
    return releases;
  }

  private synchronized void awaitReleaseAfter(long seen) throws InterruptedException {
    while (releases == seen && !closed) {
      wait();
    }
    if (closed) {
      throw new SluiceException(ErrorCode.CONTEXT_STOPPED, "The node's block store is closed.");
    }
  }
}
