package io.sluice.block;

import io.sluice.api.ErrorCode;
import io.sluice.api.Locations;
import io.sluice.api.SluiceException;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/** Files of encoded records: a mark, then blocks of records, each behind its length, and a 0 at the end. */
public final class ObjectFiles {

  private static final int MARK = 0x534C4F31;
  private static final int RECORDS_PER_BLOCK = 1000;
  private static final int MAX_BLOCK_BYTES = 1 << 30;

  private ObjectFiles() {}

  /** Writes records with a codec; leaves the stream open. */
  public static void write(OutputStream to, Iterator<?> records, RecordCodec codec)
      throws IOException {
    DataOutputStream out = new DataOutputStream(to);
    out.writeInt(MARK);
    List<Object> block = new ArrayList<>();
    while (records.hasNext()) {
      block.add(records.next());
      if (block.size() == RECORDS_PER_BLOCK || !records.hasNext()) {
        byte[] bytes = codec.encode(block);
        out.writeInt(bytes.length);
        out.write(bytes);
        block.clear();
      }
    }
    out.writeInt(0);
    out.flush();
  }

  /**
   * The records of a file, read as they are asked for.
   *
   * @throws SluiceException TASK_FAILED if the file is none of these
   */
  public static Iterator<Object> read(String file, RecordCodec codec) throws IOException {
    DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(Locations.path(file))));
    if (in.available() < Integer.BYTES || in.readInt() != MARK) {
      in.close();
      throw new SluiceException(
          ErrorCode.TASK_FAILED,
          "File '" + file + "' was not written by saveAsObjectFile; read text with textFile.");
    }
    return new Records(in, codec);
  }

  private static final class Records implements Iterator<Object> {
    private final DataInputStream in;
    private final RecordCodec codec;
    private Iterator<Object> block = List.of().iterator();
    private boolean ended;

    Records(DataInputStream in, RecordCodec codec) {
      this.in = in;
      this.codec = codec;
    }

    @Override
    public boolean hasNext() {
      try {
        while (!block.hasNext() && !ended) {
          int length = in.readInt();
          if (length < 0 || length > MAX_BLOCK_BYTES) {
            throw new IOException("A block of " + length + " bytes: the file is damaged");
          }
          if (length == 0) {
            ended = true;
            in.close();
          } else {
            block = codec.decode(in.readNBytes(length)).iterator();
          }
        }
        return block.hasNext();
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
    }

    @Override
    public Object next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      return block.next();
    }
  }
}
