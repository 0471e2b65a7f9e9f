package io.sluice.receiver;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.api.StorageLevel;
import io.sluice.batch.BlockId;
import io.sluice.batch.BlockRef;
import io.sluice.block.Block;
import io.sluice.block.DataNode;
import io.sluice.block.RecordCodec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Stores the blocks of one receiver on its node and on others, and tells when that is done. Thread-safe. */
final class BlockWriter {

  private static final int MAX_PENDING = 64;

  private final ReceiverSupervisor.Assignment assignment;
  private final DataNode node;
  private final RecordCodec codec;
  private final ReceivedLog log;
  private final BiConsumer<BlockRef, OptionalLong> stored;
  private final BiConsumer<String, @Nullable Throwable> problems;
  private final AtomicLong numbers = new AtomicLong();
  private final Semaphore pending = new Semaphore(MAX_PENDING);
  private final Map<Long, CompletableFuture<Void>> waitingForCount = new ConcurrentHashMap<>();
  private volatile List<String> peers = List.of();
  private volatile StorageLevel level = StorageLevel.MEMORY_AND_DISK;
  private volatile OptionalLong position;
  private volatile boolean closed;

  BlockWriter(
      ReceiverSupervisor.Assignment assignment,
      DataNode node,
      RecordCodec codec,
      ReceivedLog log,
      BiConsumer<BlockRef, OptionalLong> stored,
      BiConsumer<String, @Nullable Throwable> problems) {
    this.assignment = assignment;
    this.node = node;
    this.codec = codec;
    this.log = log;
    this.stored = stored;
    this.problems = problems;
    this.position = assignment.position();
  }

  RecordCodec codec() {
    return codec;
  }

  String location() {
    return node.address();
  }

  void level(StorageLevel level) {
    this.level = level;
  }

  void peers(List<String> addresses) {
    peers =
        addresses.stream().filter(address -> !address.equals(node.address())).toList();
  }

  OptionalLong position() {
    return position;
  }

  /** The supervisor has taken note of a stored block. */
  void noted() {
    pending.release();
  }

  /** Blocks that the supervisor does not know to be stored and copied. */
  int pending() {
    return MAX_PENDING - pending.availablePermits();
  }

  /** Stores a block here, waiting for room, and copies it in the background. */
  void write(Block block) {
    CompletableFuture<Void> unused = write(block, OptionalLong.empty());
  }

  /**
   * As {@link #write(Block)}; completes when the driver has counted it. Until then only this worker tells of it: if it
   * were lost, nobody would ask the copies for it.
   */
  CompletableFuture<Void> write(Block block, OptionalLong reached) {
    BlockId id = BlockId.received(
        assignment.context(),
        assignment.stream(),
        ((long) assignment.attempt() << 40) | numbers.incrementAndGet());
    Block kept = keptForm(block);
    CompletableFuture<Void> done = new CompletableFuture<>();
    CompletionStage<List<String>> copies = storeAndCopy(id, kept, reached);
    waitingForCount.put(id.sequence(), done);
    CompletionStage<Void> unused = copies
        .whenComplete((holders, failure) -> {
          if (failure != null) {
            problems.accept("Block " + id + " cannot be kept", failure);
            waitingForCount.remove(id.sequence());
            done.completeExceptionally(failure);
          }
        })
        .thenAccept(holders -> {
          reached.ifPresent(value -> position = reached);
          stored.accept(new BlockRef(id, kept.records(), kept.sizeBytes(), holders), reached);
        });
    return done;
  }

  /** A block that cannot be stored or encoded is not pending, or its receiver could never end. */
  private CompletionStage<List<String>> storeAndCopy(
      BlockId id, Block block, OptionalLong reached) {
    boolean accepted = false;
    try {
      pending.acquire();
      try {
        node.store().store(id, block, level, codec);
        CompletionStage<List<String>> copies =
            log.append(id, block, reached).thenCombine(copy(id, block), (safe, holders) -> holders);
        accepted = true;
        return copies;
      } finally {
        if (!accepted) {
          node.store().remove(id);
          pending.release();
        }
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new SluiceException(
          ErrorCode.CONTEXT_STOPPED, "Interrupted while storing a block", interrupted);
    }
  }

  void counted(long number) {
    CompletableFuture<Void> waiting = waitingForCount.remove(number);
    if (waiting != null) {
      waiting.complete(null);
    }
  }

  void close() {
    closed = true;
    waitingForCount
        .values()
        .forEach(waiting -> waiting.completeExceptionally(
            new SluiceException(ErrorCode.CONTEXT_STOPPED, "The receiver was stopped.")));
  }

  private Block keptForm(Block block) {
    boolean encode = level.serialized() && block instanceof Block.Records && !peers.isEmpty();
    return encode ? Block.fromBytes(block.toBytes(codec), block.records()) : block;
  }

  /** Sends copies to as many peers as the level asks for, each block to the next ones in turn. */
  private CompletionStage<List<String>> copy(BlockId id, Block block) {
    List<String> candidates = new ArrayList<>(peers);
    List<String> holders = new ArrayList<>(List.of(node.address()));
    int wanted = Math.min(level.replicas(), candidates.size() + 1);
    if (wanted <= 1) {
      return CompletableFuture.completedStage(holders);
    }
    Collections.rotate(candidates, (int) -(id.sequence() % candidates.size()));
    return copyTo(candidates, id, block.toBytes(codec), block.records(), wanted, holders);
  }

  private CompletionStage<List<String>> copyTo(
      List<String> candidates,
      BlockId id,
      byte[] bytes,
      long records,
      int wanted,
      List<String> holders) {
    if (holders.size() >= wanted || closed) {
      return CompletableFuture.completedStage(holders);
    }
    if (candidates.isEmpty()) {
      problems.accept(
          "Block " + id + " has " + holders.size() + " of " + wanted
              + " copies: no other node took one",
          null);
      return CompletableFuture.completedStage(holders);
    }
    String peer = candidates.remove(0);
    return node.channel()
        .put(peer, id, bytes, records)
        .handle((done, failure) -> {
          if (failure == null) {
            holders.add(peer);
          }
          return copyTo(candidates, id, bytes, records, wanted, holders);
        })
        .thenCompose(next -> next);
  }
}
