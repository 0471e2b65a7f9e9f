package io.sluice.block;

import io.sluice.batch.BlockId;
import java.util.concurrent.CompletionStage;

/** Moves bytes between the stores of nodes, beside the actors' messages. Nodes are named by their data address. */
public interface DataChannel extends AutoCloseable {

  /** The address under which others reach this node. */
  String address();

  /** Completes when the peer has taken the bytes; fails if it refuses them or cannot be reached. */
  CompletionStage<Void> put(String peer, BlockId id, byte[] bytes, long records);

  /** Completes with the bytes; fails if the peer has no such block or cannot be reached. */
  CompletionStage<Payload> get(String peer, BlockId id);

  /**
   * Calls {@code lost} once if the connection to the peer breaks, which for a killed process is at once. That a peer is
   * silent is no such break.
   */
  void watch(String peer, Runnable lost);

  /** Lets all requests to the peer fail that wait for an answer, because it is known to be lost. Later ones try anew. */
  void forsake(String peer);

  @Override
  void close();

  /** A block's bytes and how many records they hold. */
  record Payload(byte[] bytes, long records) {}

  /** What a node does with requests of its peers; called from the channel's threads, must not block. */
  interface Handler {
    /** Takes what a peer sent; throws to refuse. */
    void onPut(BlockId id, byte[] bytes, long records);

    /** Gives the bytes, or throws {@link java.util.NoSuchElementException}. */
    Payload onGet(BlockId id);
  }
}
