package io.sluice.batch;

import java.util.Locale;

/**
 * Names a piece of data in a node's store and on the side channel.
 *
 * @param context the context it belongs to, so that several can share a node
 * @param owner the stream, node, shuffle or stage it comes from
 * @param sequence the block number, batch time or job
 * @param partition the partition, or the attempt for shuffle data
 * @param source which map task a piece of shuffle data comes from, or what made a dataset
 */
public record BlockId(
    Kind kind, long context, int owner, long sequence, int partition, long source) {

  /** What a block holds. */
  public enum Kind {
    /** Records of a receiver. */
    RECEIVED(1),
    /** A partition of a node's dataset of one batch. */
    DATASET(2),
    /** Records from the driver. */
    LITERAL(3),
    /** What an action brings back from one task. */
    RESULT(4),
    /** What one map task sends to one node. */
    SHUFFLE(5),
    /** What one batch changed in one partition of a keyed operator. */
    DELTA(6),
    /** All of one partition of a keyed operator. */
    SNAPSHOT(7),
    /** A jar of the program. */
    JAR(8),
    /** A partition of a dataset that the program asked to keep. */
    KEPT(9),
    /** A value that all tasks may read. */
    BROADCAST(10),
    /** What a ledger and one of its copies say to each other. */
    LEDGER(11);

    private final byte code;

    Kind(int code) {
      this.code = (byte) code;
    }

    /** How the kind is written on the wire. */
    public byte code() {
      return code;
    }

    public static Kind of(byte code) {
      for (Kind kind : values()) {
        if (kind.code == code) {
          return kind;
        }
      }
      throw new IllegalArgumentException("Unknown kind of block [" + code + "]");
    }
  }

  public static BlockId received(long context, int stream, long number) {
    return new BlockId(Kind.RECEIVED, context, stream, number, 0, 0);
  }

  /**
   * A partition of a kept dataset. Another attempt may divide the dataset differently, so what it makes has
   * another name.
   *
   * @param maker the job and attempt that made it
   */
  public static BlockId dataset(
      long context, int node, long batchMillis, int partition, long maker) {
    return new BlockId(Kind.DATASET, context, node, batchMillis, partition, maker);
  }

  /**
   * A partition of a dataset that the program asked to keep.
   *
   * @param batchMillis the batch with which it goes, or -1
   * @param maker the job and attempt that made it
   */
  public static BlockId kept(long context, int node, long batchMillis, int partition, long maker) {
    return new BlockId(Kind.KEPT, context, node, batchMillis, partition, maker);
  }

  public static BlockId literal(long context, int node, int partition) {
    return new BlockId(Kind.LITERAL, context, node, 0, partition, 0);
  }

  public static BlockId result(long context, long job, int stage, int task, int leg) {
    return new BlockId(Kind.RESULT, context, stage, job, task, leg);
  }

  public static BlockId shuffle(long context, long job, int attempt, int exchange, long source) {
    return new BlockId(Kind.SHUFFLE, context, exchange, job, attempt, source);
  }

  /**
   * What a batch changed in a partition of a keyed operator.
   *
   * @param maker the job and attempt that changed it; of several the greatest counts
   */
  public static BlockId delta(long context, int node, long batchMillis, int partition, long maker) {
    return new BlockId(Kind.DELTA, context, node, batchMillis, partition, maker);
  }

  /**
   * A piece of all of a partition's state.
   *
   * @param copy the copy that it belongs to; of several the greatest counts
   */
  public static BlockId snapshot(long context, int node, int piece, int partition, long copy) {
    return new BlockId(Kind.SNAPSHOT, context, node, piece, partition, copy);
  }

  public static BlockId broadcast(long context, int number, int version) {
    return new BlockId(Kind.BROADCAST, context, number, version, 0, 0);
  }

  /**
   * What a ledger asks one of its copies, or hears from it.
   *
   * @param number of whoever asks, on its node
   */
  public static BlockId ledger(long context, boolean answer, long number) {
    return new BlockId(Kind.LEDGER, context, answer ? 1 : 0, number, 0, 0);
  }

  /** Whether this is the answer to what a ledger has asked. */
  public boolean isAnswer() {
    return kind == Kind.LEDGER && owner == 1;
  }

  public static BlockId jar(long context, int number) {
    return new BlockId(Kind.JAR, context, number, 0, 0, 0);
  }

  /** The same in every process, unlike that of an enum, so that what is done for many blocks is done in the same order. */
  @Override
  public int hashCode() {
    int hash = 31 * (31 * kind.code() + Long.hashCode(context)) + owner;
    return 31 * (31 * (31 * hash + Long.hashCode(sequence)) + partition) + Long.hashCode(source);
  }

  @Override
  public String toString() {
    return kind.name().toLowerCase(Locale.ROOT) + "-" + owner + "/" + sequence + "/" + partition;
  }
}
