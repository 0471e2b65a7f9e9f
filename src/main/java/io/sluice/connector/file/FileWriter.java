package io.sluice.connector.file;

import io.sluice.api.BatchWriter;
import io.sluice.api.Function;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes the lines of one partition into hidden files, the next one when one is long enough. */
final class FileWriter<T> implements BatchWriter<T> {

  /** Where the bytes of one partition go. */
  interface Target {
    /** Opens the next file. */
    OutputStream open(int file) throws IOException;

    /** Makes a file safe that was written and closed. */
    void force(int file) throws IOException;

    /** All files are safe; gives what the commit needs. */
    String prepared(List<Part.Size> files) throws IOException;

    void delete(int file) throws IOException;

    /** The failure, as a user can understand it. */
    RuntimeException failed(IOException cause);
  }

  private static final int BUFFER_BYTES = 64 << 10;

  private final Target target;
  private final Function<? super T, String> line;
  private final long rollBytes;
  private final List<Part.Size> done = new ArrayList<>();
  private @Nullable OutputStream out;
  private long records;
  private long bytes;

  FileWriter(Target target, Function<? super T, String> line, long rollBytes) {
    this.target = target;
    this.line = line;
    this.rollBytes = rollBytes;
  }

  @Override
  public void write(T record) throws Exception {
    byte[] text = (line.call(record) + "\n").getBytes(StandardCharsets.UTF_8);
    try {
      if (out != null && bytes + text.length > rollBytes) {
        finish(out);
      }
      if (out == null) {
        out = new BufferedOutputStream(target.open(done.size()), BUFFER_BYTES);
      }
      out.write(text);
    } catch (IOException failure) {
      throw target.failed(failure);
    }
    records++;
    bytes += text.length;
  }

  private void finish(OutputStream open) throws IOException {
    open.close();
    out = null;
    target.force(done.size());
    done.add(new Part.Size(records, bytes));
    records = 0;
    bytes = 0;
  }

  @Override
  public String prepare() {
    try {
      if (out != null) {
        finish(out);
      }
      return done.isEmpty() ? "" : target.prepared(done);
    } catch (IOException failure) {
      throw target.failed(failure);
    }
  }

  @Override
  public void abort() throws IOException {
    OutputStream open = out;
    try {
      if (open != null) {
        open.close();
      }
    } finally {
      for (int file = 0; file <= done.size(); file++) {
        target.delete(file);
      }
    }
  }
}
