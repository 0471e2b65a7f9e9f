package io.sluice.checkpoint;

import static java.util.Objects.requireNonNull;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * A file of frames as it was read: the intact frames from its beginning on, and what is wrong behind
 * them.
 *
 * <p>A file begins with a magic number and the version of its format. Each frame is its length and kind, a
 * checksum of these two, the payload, and a checksum of all before it in the frame. The first
 * checksum tells a damaged length from a file that ends too early.
 *
 * @param file where it was read from
 * @param frames the intact frames before the damage, oldest first
 * @param damage what is wrong with the file, or empty if it is intact
 */
public record Segment(Path file, List<Frame> frames, Optional<Damage> damage) {

  static final long MAGIC = 0x534C_5549_4345_5347L;
  static final int VERSION = 1;
  static final int FILE_HEADER_BYTES = Long.BYTES + Integer.BYTES;
  private static final int CHECKED_HEADER_BYTES = Integer.BYTES + 1;
  private static final int FRAME_HEADER_BYTES = CHECKED_HEADER_BYTES + Integer.BYTES;
  private static final int FRAME_OVERHEAD_BYTES = FRAME_HEADER_BYTES + Integer.BYTES;

  /**
   * One payload.
   *
   * @param kind what it is, in the numbering of whoever writes the file
   */
  public record Frame(byte kind, byte[] payload) {
    public Frame {
      requireNonNull(payload, "payload");
    }

    long encodedBytes() {
      return (long) FRAME_OVERHEAD_BYTES + payload.length;
    }
  }

  /**
   * Where and how a file is damaged.
   *
   * @param offset the first byte that could not be used
   * @param detail what was found there and what was expected
   */
  public record Damage(Kind kind, Path file, long offset, String detail) {

    /** How a file can be damaged. */
    public enum Kind {
      /** The file ends within a frame, or in zeros: its writer was killed, or the power failed. */
      TORN,
      /** Bytes are not those that were written. */
      CHECKSUM,
      /** The file was not written by Sluice. */
      MAGIC,
      /** The file was written by a version of Sluice with another format. */
      VERSION
    }

    /** A sentence for logs. */
    public String message() {
      return file + " is damaged at byte " + offset + ": " + detail;
    }
  }

  public Segment {
    frames = List.copyOf(frames);
  }

  /**
   * Reads a file. Damage is part of the answer, not an error.
   *
   * @throws IOException if the file cannot be read at all
   */
  public static Segment read(SegmentFiles files, Path file) throws IOException {
    return new Reading(file, ByteBuffer.wrap(files.read(file))).segment();
  }

  /**
   * As {@link #read}, for files whose frames stand alone: {@code frames} has those behind the damage too.
   *
   * @throws IOException if the file cannot be read at all
   */
  static Segment readAround(SegmentFiles files, Path file) throws IOException {
    return new Reading(file, ByteBuffer.wrap(files.read(file))).around();
  }

  /** Damage can be gone around; another format cannot, and what follows from it is not known. */
  void refuseOtherVersion() {
    damage.filter(found -> found.kind() == Damage.Kind.VERSION).ifPresent(found -> {
      throw new SluiceException(
          ErrorCode.CHECKPOINT_FAILED,
          "Checkpoint file "
              + file
              + " was written by another version of Sluice: "
              + found.detail()
              + ". Start with that version, or choose another directory to begin without a past.");
    });
  }

  static void encodeHeader(ByteBuffer target) {
    target.putLong(MAGIC).putInt(VERSION);
  }

  static void encode(Frame frame, ByteBuffer target) {
    int start = target.position();
    target.putInt(frame.payload.length).put(frame.kind);
    target.putInt(checksum(target, start, CHECKED_HEADER_BYTES));
    target.put(frame.payload);
    target.putInt(checksum(target, start, FRAME_HEADER_BYTES + frame.payload.length));
  }

  private static int checksum(ByteBuffer bytes, int offset, int length) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes.array(), bytes.arrayOffset() + offset, length);
    return (int) checksum.getValue();
  }

  /** One pass through the bytes of a file. */
  private static final class Reading {

    private final Path file;
    private final ByteBuffer bytes;
    private final List<Frame> frames = new ArrayList<>();

    Reading(Path file, ByteBuffer bytes) {
      this.file = file;
      this.bytes = bytes;
    }

    Segment segment() {
      Optional<Damage> damage = header();
      while (damage.isEmpty() && bytes.hasRemaining()) {
        damage = frame();
      }
      return new Segment(file, frames, damage);
    }

    Segment around() {
      Optional<Damage> first = header();
      while (bytes.hasRemaining()) {
        Optional<Damage> damage = frame();
        if (damage.isPresent()) {
          first = first.isPresent() ? first : damage;
          bytes.position(bytes.position() + 1);
        }
      }
      return new Segment(file, frames, first);
    }

    private Optional<Damage> header() {
      if (!bytes.hasRemaining()) {
        return torn("it is empty, its writer ended before it wrote anything");
      }
      if (bytes.remaining() < FILE_HEADER_BYTES) {
        return torn("its header of " + FILE_HEADER_BYTES + " bytes is incomplete");
      }
      long magic = bytes.getLong(0);
      if (magic != MAGIC) {
        return damage(
            Damage.Kind.MAGIC, "it begins with %016x instead of %016x".formatted(magic, MAGIC));
      }
      int version = bytes.getInt(Long.BYTES);
      if (version != VERSION) {
        return damage(
            Damage.Kind.VERSION, "it has format " + version + ", this is format " + VERSION);
      }
      bytes.position(FILE_HEADER_BYTES);
      return Optional.empty();
    }

    private Optional<Damage> frame() {
      int start = bytes.position();
      if (bytes.remaining() < FRAME_HEADER_BYTES) {
        return torn("the header of its last frame is incomplete");
      }
      int length = bytes.getInt(start);
      int found = bytes.getInt(start + CHECKED_HEADER_BYTES);
      int expected = checksum(bytes, start, CHECKED_HEADER_BYTES);
      if (found != expected || length < 0) {
        return mismatch("frame header", found, expected);
      }
      if (bytes.remaining() - FRAME_OVERHEAD_BYTES < length) {
        return torn("its last frame of " + length + " bytes is incomplete");
      }
      found = bytes.getInt(start + FRAME_HEADER_BYTES + length);
      expected = checksum(bytes, start, FRAME_HEADER_BYTES + length);
      if (found != expected) {
        return mismatch("frame of " + length + " bytes", found, expected);
      }
      byte[] payload = new byte[length];
      bytes.get(start + FRAME_HEADER_BYTES, payload);
      frames.add(new Frame(bytes.get(start + Integer.BYTES), payload));
      bytes.position(start + FRAME_OVERHEAD_BYTES + length);
      return Optional.empty();
    }

    private Optional<Damage> torn(String detail) {
      return Optional.of(new Damage(Damage.Kind.TORN, file, bytes.position(), detail));
    }

    private Optional<Damage> mismatch(String what, int found, int expected) {
      return damage(
          Damage.Kind.CHECKSUM,
          "the checksum of its %s is %08x instead of %08x".formatted(what, found, expected));
    }

    /** A file can be longer than what was written to it when the power fails; the rest is zeros. */
    private Optional<Damage> damage(Damage.Kind kind, String detail) {
      for (int index = bytes.position(); index < bytes.limit(); index++) {
        if (bytes.get(index) != 0) {
          return Optional.of(new Damage(kind, file, bytes.position(), detail));
        }
      }
      return torn("it ends in zeros");
    }
  }
}
