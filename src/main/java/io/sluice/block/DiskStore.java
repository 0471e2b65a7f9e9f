package io.sluice.block;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.batch.BlockId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Blocks in files of a directory of its own, which is made at the first write and deleted at the end. */
final class DiskStore implements AutoCloseable {

  private record Entry(Path file, long bytes, long records) {}

  private final OwnDirectory directory;
  private final long boundBytes;
  private final AtomicLong used = new AtomicLong();
  private final AtomicLong names = new AtomicLong();
  private final Map<BlockId, Entry> entries = new ConcurrentHashMap<>();

  DiskStore(Path parent, long boundBytes) {
    this.directory = new OwnDirectory(parent, "sluice-blocks-");
    this.boundBytes = boundBytes;
  }

  /** Writes the block; false if the bound would be passed. */
  boolean write(BlockId id, byte[] bytes, long records) {
    if (!reserve(bytes.length)) {
      return false;
    }
    writeCounted(id, bytes, records);
    return true;
  }

  /** What finds no room changes nothing, so that others who ask meanwhile see what there is. */
  private boolean reserve(long bytes) {
    long before;
    do {
      before = used.get();
      if (before + bytes > boundBytes) {
        return false;
      }
    } while (!used.compareAndSet(before, before + bytes));
    return true;
  }

  /** Writes the block, in place of one of the same name, however much there is. */
  void writeBeyondBound(BlockId id, byte[] bytes, long records) {
    used.addAndGet(bytes.length);
    writeCounted(id, bytes, records);
  }

  private void writeCounted(BlockId id, byte[] bytes, long records) {
    Path file = null;
    try {
      file = directory.path().resolve(names.incrementAndGet() + ".block");
      Files.write(file, bytes);
    } catch (IOException failure) {
      used.addAndGet(-bytes.length);
      if (file != null) {
        OwnDirectory.delete(file);
      }
      throw new SluiceException(
          ErrorCode.STORAGE_FULL,
          "Block "
              + id
              + " cannot be written below "
              + directory.parent()
              + ": "
              + failure
              + ". Free space there, or set sluice.block.directory.",
          failure);
    }
    Entry before = entries.put(id, new Entry(file, bytes.length, records));
    if (before != null) {
      drop(before);
    }
  }

  @Nullable
  Block read(BlockId id) {
    Entry entry = entries.get(id);
    if (entry == null) {
      return null;
    }
    try {
      return Block.fromBytes(Files.readAllBytes(entry.file), entry.records);
    } catch (IOException failure) {
      if (!entries.containsKey(id)) {
        return null;
      }
      throw new SluiceException(
          ErrorCode.BLOCK_LOST, "Block " + id + " cannot be read from " + entry.file, failure);
    }
  }

  /** What a block has: records and bytes. */
  Optional<BlockStore.Extent> extent(BlockId id) {
    return Optional.ofNullable(entries.get(id))
        .map(entry -> new BlockStore.Extent(entry.records, entry.bytes));
  }

  boolean contains(BlockId id) {
    return entries.containsKey(id);
  }

  boolean remove(BlockId id) {
    Entry entry = entries.remove(id);
    if (entry == null) {
      return false;
    }
    drop(entry);
    return true;
  }

  private void drop(Entry entry) {
    used.addAndGet(-entry.bytes);
    OwnDirectory.delete(entry.file);
  }

  Set<BlockId> ids() {
    return entries.keySet();
  }

  long usedBytes() {
    return used.get();
  }

  @Override
  public void close() {
    entries.clear();
    directory.close();
  }
}
