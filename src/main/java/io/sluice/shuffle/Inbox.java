package io.sluice.shuffle;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.block.RecordCodec;
import io.sluice.block.ShuffleSpace;
import io.sluice.block.SpillFile;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What has arrived at one node for one shuffle. Contributions are kept by map task, so that one which
 * arrives twice counts once and they are merged in the same order whenever they came. Those for which the node's memory
 * for shuffles has no room wait in a file. Thread-safe.
 */
public final class Inbox implements AutoCloseable {

  /** Takes the first pairs of two arrays, which it must not change. */
  public interface Pairs {
    void accept(Object[] keys, Object[] values, int size);
  }

  /** A contribution where it waits. */
  private record Held(IntFunction<Iterable<Part>> parts, long memoryBytes) {}

  private final ShuffleSpace space;
  private final RecordCodec codec;
  private final SpillFile file;
  private final TreeMap<Long, Held> contributions = new TreeMap<>();
  private int expected = -1;
  private boolean closed;

  public Inbox(ShuffleSpace space, RecordCodec codec) {
    this.space = space;
    this.codec = codec;
    this.file = space.newFile();
  }

  /** Says how many contributions make the shuffle complete. */
  public synchronized void expect(int count) {
    expected = count;
  }

  /**
   * Adds a contribution of a task on this node; true if the shuffle has just become complete.
   *
   * @throws io.sluice.api.SluiceException STORAGE_FULL if it finds no room in memory and cannot be written,
   *     RECORD_NOT_SERIALIZABLE if it finds no room in memory and cannot be encoded
   */
  public boolean add(long source, Contribution contribution) {
    long bytes = contribution.sizeBytes();
    return space.reserve(bytes)
        ? keep(source, new Held(contribution::parts, bytes))
        : keep(source, spill(contribution.encode(codec)));
  }

  /**
   * Adds a contribution of another node, as {@link Contribution#encode} gave it; true if the shuffle has just become complete.
   *
   * @throws io.sluice.api.SluiceException STORAGE_FULL if it finds no room in memory and cannot be written
   */
  public boolean add(long source, byte[] encoded) {
    return space.reserve(encoded.length)
        ? keep(source, new Held(inMemory(encoded)::parts, encoded.length))
        : keep(source, spill(encoded));
  }

  public synchronized boolean isComplete() {
    return contributions.size() == expected;
  }

  /** Merges one partition and hands over its pairs; gives how many there were before. */
  public long merge(int partition, @Nullable Combiner combiner, Pairs pairs) {
    if (combiner == null) {
      return forEachPart(partition, part -> pairs.accept(part.keys(), part.values(), part.size()));
    }
    Merging merging = new Merging(combiner);
    long read = forEachPart(partition, merging::add);
    Part merged = merging.result();
    pairs.accept(merged.keys(), merged.values(), merged.size());
    return read;
  }

  /** Forgets everything, and what comes from now on. */
  @Override
  public synchronized void close() {
    closed = true;
    contributions.values().forEach(held -> space.release(held.memoryBytes));
    contributions.clear();
    file.close();
  }

  private EncodedParts inMemory(byte[] encoded) {
    return EncodedParts.of(encoded, codec, (from, length) -> {
      byte[] part = new byte[length];
      System.arraycopy(encoded, from, part, 0, length);
      return part;
    });
  }

  private Held spill(byte[] encoded) {
    long position = file.append(encoded);
    EncodedParts parts =
        EncodedParts.of(encoded, codec, (from, length) -> file.read(position + from, length));
    return new Held(parts::parts, 0);
  }

  private synchronized boolean keep(long source, Held held) {
    if (closed || contributions.putIfAbsent(source, held) != null) {
      space.release(held.memoryBytes);
      return false;
    }
    return isComplete();
  }

  /** One after another, so that no more than one that waits in a file is in memory. */
  private long forEachPart(int partition, Consumer<Part> consumer) {
    long pairs = 0;
    for (Held held : all()) {
      for (Part part : held.parts.apply(partition)) {
        consumer.accept(part);
        pairs += part.size();
      }
    }
    return pairs;
  }

  private synchronized List<Held> all() {
    if (closed) {
      // An empty partition instead would be written over what a later attempt has put out.
      throw new SluiceException(
          ErrorCode.INTERNAL, "The shuffle was given up while a task was about to read it.");
    }
    return new ArrayList<>(contributions.values());
  }
}
