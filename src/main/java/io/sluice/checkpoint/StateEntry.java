package io.sluice.checkpoint;

import static java.util.Objects.requireNonNull;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.checkpoint.Segment.Frame;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * One thing that a state log says.
 *
 * @param partition the keyed partition it belongs to; 0 for commits
 * @param operator whose state or dataset it is, by its name in all runs of the program; empty where none
 * @param part the operator's own partition, or the number of a part of a dataset
 * @param batchMillis the batch that it is of
 * @param maker the job and attempt that made a dataset; 0 for all others
 * @param records in a dataset; 0 for all others
 * @param bytes the content
 */
public record StateEntry(
    Kind kind,
    int partition,
    String operator,
    int part,
    long batchMillis,
    long maker,
    long records,
    byte[] bytes) {

  /** What an entry says. */
  public enum Kind {
    /** All of a partition follows, as it is after the batch. */
    WHOLE(1),
    /** A piece of an operator's state, within a whole. */
    STATE(2),
    /** A part of a dataset that later batches read. */
    DATASET(3),
    /** What the batch has changed in an operator's state. */
    DELTA(4),
    /** All of the partition has been said. */
    WHOLE_END(5),
    /** The batch is committed, and all its changes in these partitions have been said; its content lists them. */
    COMMIT(6);

    private final byte code;

    Kind(int code) {
      this.code = (byte) code;
    }

    private static Kind of(byte code) {
      for (Kind kind : values()) {
        if (kind.code == code) {
          return kind;
        }
      }
      throw new SluiceException(
          ErrorCode.CHECKPOINT_FAILED,
          "A state log has an entry of the unknown kind " + code
              + ". Start with the version of Sluice that wrote it.");
    }
  }

  public StateEntry {
    requireNonNull(operator, "operator");
    requireNonNull(bytes, "bytes");
  }

  /** The beginning or the end of a whole partition. */
  static StateEntry whole(Kind kind, int partition, long batchMillis) {
    return new StateEntry(kind, partition, "", 0, batchMillis, 0, 0, new byte[0]);
  }

  /**
   * As a frame of a file.
   *
   * @param number counts the entries of a writer, so that a file that was cut between two of them does not look intact
   */
  Frame frame(long number) {
    ByteArrayOutputStream content = new ByteArrayOutputStream(bytes.length + 64);
    try (DataOutputStream out = new DataOutputStream(content)) {
      out.writeLong(number);
      out.writeInt(partition);
      out.writeUTF(operator);
      out.writeInt(part);
      out.writeLong(batchMillis);
      out.writeLong(maker);
      out.writeLong(records);
      out.write(bytes);
    } catch (IOException impossible) {
      throw new IllegalStateException(impossible);
    }
    return new Frame(kind.code, content.toByteArray());
  }

  /** The number that a frame was written with. */
  static long number(Frame frame) {
    return ByteBuffer.wrap(frame.payload()).getLong();
  }

  static StateEntry of(Frame frame) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(frame.payload()))) {
      in.skipNBytes(Long.BYTES);
      return new StateEntry(
          Kind.of(frame.kind()),
          in.readInt(),
          in.readUTF(),
          in.readInt(),
          in.readLong(),
          in.readLong(),
          in.readLong(),
          in.readAllBytes());
    } catch (IOException unreadable) {
      throw new SluiceException(
          ErrorCode.CHECKPOINT_FAILED,
          "An entry of a state log cannot be read: " + unreadable
              + ". Start with the version of Sluice that wrote it.",
          unreadable);
    }
  }
}
