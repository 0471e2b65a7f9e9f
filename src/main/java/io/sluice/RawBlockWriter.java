package io.sluice;

import static java.util.Objects.requireNonNull;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.block.RawBlocks;
import io.sluice.block.RecordCodec;
import io.sluice.cluster.ProgramJars;
import java.io.Closeable;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/**
 * Writes records for {@link StreamingContext#rawSocketStream}: the server's side of the connection.
 *
 * <p>A block is the number of its bytes and the number of its records, both as four bytes with the highest first, and then the
 * encoded records, at most 64 MiB. They are encoded as Sluice encodes records between nodes, by the same version of Sluice and with
 * the same classes. Not thread-safe.
 */
public final class RawBlockWriter implements Closeable {

  private final DataOutputStream out;
  private final RecordCodec codec = new RecordCodec(ProgramJars.loader());

  public RawBlockWriter(OutputStream out) {
    this.out = new DataOutputStream(
        requireNonNull(out, "The stream to write to is null; give the output stream of a socket."));
  }

  /**
   * Writes one block and flushes it. An empty list writes nothing.
   *
   * @throws SluiceException RECORD_NOT_SERIALIZABLE if a record cannot be encoded or the block is too long
   */
  public void write(List<?> records) throws IOException {
    if (records.isEmpty()) {
      return;
    }
    byte[] bytes = codec.encode(records);
    if (bytes.length > RawBlocks.MAX_BYTES) {
      throw new SluiceException(
          ErrorCode.RECORD_NOT_SERIALIZABLE,
          "A block of %d records takes %d bytes; at most %d are allowed. Write fewer records at a time."
              .formatted(records.size(), bytes.length, RawBlocks.MAX_BYTES));
    }
    out.writeInt(bytes.length);
    out.writeInt(records.size());
    out.write(bytes);
    out.flush();
  }

  /** Closes the stream to write to. */
  @Override
  public void close() throws IOException {
    out.close();
  }
}
