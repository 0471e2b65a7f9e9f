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
import java.util.OptionalLong;

/**
 * A received block as a block log has it.
 *
 * @param stream that it was received for, by its name in all runs of the program
 * @param sequence its number in the stream
 * @param position how far the source was read with it, if the receiver says so
 * @param bytes the block in the form in which it travels
 */
public record BlockEntry(
    String stream, long sequence, long records, OptionalLong position, byte[] bytes) {

  private static final byte KIND = 1;

  public BlockEntry {
    requireNonNull(stream, "stream");
    requireNonNull(bytes, "bytes");
  }

  Frame frame() {
    ByteArrayOutputStream content = new ByteArrayOutputStream(bytes.length + 64);
    try (DataOutputStream out = new DataOutputStream(content)) {
      out.writeUTF(stream);
      out.writeLong(sequence);
      out.writeLong(records);
      out.writeBoolean(position.isPresent());
      out.writeLong(position.orElse(0));
      out.write(bytes);
    } catch (IOException impossible) {
      throw new IllegalStateException(impossible);
    }
    return new Frame(KIND, content.toByteArray());
  }

  static BlockEntry of(Frame frame) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(frame.payload()))) {
      String stream = in.readUTF();
      long sequence = in.readLong();
      long records = in.readLong();
      boolean positioned = in.readBoolean();
      long position = in.readLong();
      return new BlockEntry(
          stream,
          sequence,
          records,
          positioned ? OptionalLong.of(position) : OptionalLong.empty(),
          in.readAllBytes());
    } catch (IOException unreadable) {
      throw new SluiceException(
          ErrorCode.CHECKPOINT_FAILED,
          "An entry of a block log cannot be read: " + unreadable
              + ". Start with the version of Sluice that wrote it.",
          unreadable);
    }
  }
}
