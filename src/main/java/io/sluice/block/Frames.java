package io.sluice.block;

import akka.NotUsed;
import akka.stream.javadsl.Flow;
import akka.stream.javadsl.Framing;
import akka.util.ByteString;
import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.batch.BlockId;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The side channel's wire form: {@code [int length][byte type][long request][payload]}.
 *
 * <p>A transfer is one frame with a head (see {@link #transfer}) and as much data as fits, followed by DATA
 * frames until its length is reached.
 */
final class Frames {

  /** First on a connection; payload: token. */
  static final byte HELLO = 1;

  /** A transfer to the server; answered by ACK or ERROR. */
  static final byte PUT = 2;

  /** Asks for a block; answered by FOUND or ERROR. */
  static final byte GET = 3;

  static final byte DATA = 4;
  static final byte ACK = 5;
  static final byte FOUND = 6;
  static final byte ERROR = 7;

  static final int CHUNK_BYTES = 256 * 1024;
  static final int MAX_BLOCK_BYTES = 512 << 20;

  private static final int MAX_FRAME_BYTES = CHUNK_BYTES + 128;
  private static final int ID_BYTES = 1 + 8 + 4 + 8 + 4 + 8;
  private static final int HEAD_BYTES = 4 + 8 + 8;

  private Frames() {}

  /** One received frame. */
  record Frame(byte type, long request, ByteString payload) {}

  static Flow<ByteString, Frame, NotUsed> decoder() {
    return Framing.lengthField(4, 0, MAX_FRAME_BYTES, ByteOrder.BIG_ENDIAN).map(Frames::decode);
  }

  private static Frame decode(ByteString bytes) {
    if (bytes.size() < 13) {
      throw new IllegalArgumentException("Frame of " + bytes.size() + " bytes is too short");
    }
    ByteBuffer head = bytes.take(13).toByteBuffer();
    head.getInt();
    return new Frame(head.get(), head.getLong(), bytes.drop(13));
  }

  static ByteString frame(byte type, long request, ByteString payload) {
    ByteBuffer head = ByteBuffer.allocate(13);
    head.putInt(9 + payload.size()).put(type).putLong(request).flip();
    return ByteString.fromByteBuffer(head).concat(payload);
  }

  static ByteString get(long request, BlockId id) {
    ByteBuffer payload = ByteBuffer.allocate(ID_BYTES);
    write(id, payload);
    return frame(GET, request, ByteString.fromByteBuffer(payload.flip()));
  }

  /** An ERROR: why a request was refused, with the code that its failure has there. */
  static ByteString refusal(long request, ErrorCode code, String reason) {
    return frame(ERROR, request, ByteString.fromString(code.name() + '\n' + reason));
  }

  /** What {@link #refusal} says, as the failure of the request. */
  static SluiceException readRefusal(String peer, ByteString payload) {
    String[] said = payload.utf8String().split("\n", 2);
    return new SluiceException(
        ErrorCode.valueOf(said[0]), "Node " + peer + " refused: " + said[said.length - 1]);
  }

  /** All frames of one transfer; the bytes are not copied. */
  static List<ByteString> transfer(
      byte type, long request, BlockId id, byte[] bytes, long records) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    ByteBuffer head = ByteBuffer.allocate(ID_BYTES + HEAD_BYTES);
    write(id, head);
    head.putInt(bytes.length).putLong(crc.getValue()).putLong(records).flip();
    List<ByteString> frames = new ArrayList<>();
    int sent = Math.min(CHUNK_BYTES, bytes.length);
    ByteString first = ByteString.fromArrayUnsafe(bytes, 0, sent);
    frames.add(frame(type, request, ByteString.fromByteBuffer(head).concat(first)));
    while (sent < bytes.length) {
      int length = Math.min(CHUNK_BYTES, bytes.length - sent);
      frames.add(frame(DATA, request, ByteString.fromArrayUnsafe(bytes, sent, length)));
      sent += length;
    }
    return frames;
  }

  static BlockId readId(ByteBuffer payload) {
    return new BlockId(
        BlockId.Kind.of(payload.get()),
        payload.getLong(),
        payload.getInt(),
        payload.getLong(),
        payload.getInt(),
        payload.getLong());
  }

  private static void write(BlockId id, ByteBuffer out) {
    out.put(id.kind().code())
        .putLong(id.context())
        .putInt(id.owner())
        .putLong(id.sequence())
        .putInt(id.partition())
        .putLong(id.source());
  }

  /** A transfer being received. */
  static final class Incoming {
    private final BlockId id;
    private final byte[] bytes;
    private final long crc;
    private final long records;
    private int received;

    /**
     * @param payload of the transfer's first frame
     */
    Incoming(ByteString payload) {
      ByteBuffer head = payload.take(ID_BYTES + HEAD_BYTES).toByteBuffer();
      this.id = readId(head);
      int length = head.getInt();
      if (length < 0 || length > MAX_BLOCK_BYTES) {
        throw new IllegalArgumentException(
            "Block of " + length + " bytes is over the limit of " + MAX_BLOCK_BYTES);
      }
      this.crc = head.getLong();
      this.records = head.getLong();
      this.bytes = new byte[length];
      add(payload.drop(ID_BYTES + HEAD_BYTES));
    }

    void add(ByteString data) {
      if (received + data.size() > bytes.length) {
        throw new IllegalArgumentException("Block " + id + " is longer than announced");
      }
      data.copyToArray(bytes, received, data.size());
      received += data.size();
    }

    boolean isComplete() {
      return received == bytes.length;
    }

    BlockId id() {
      return id;
    }

    DataChannel.Payload payload() {
      CRC32C actual = new CRC32C();
      actual.update(bytes);
      if (actual.getValue() != crc) {
        throw new IllegalStateException("Block " + id + " was damaged on its way");
      }
      return new DataChannel.Payload(bytes, records);
    }
  }
}
