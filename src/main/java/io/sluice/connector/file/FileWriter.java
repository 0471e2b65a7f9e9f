package io.sluice.connector.file;

import io.sluice.api.BatchWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Writes the lines of one partition into hidden files, one at a time for each directory, the next one when one is long enough. */
final class FileWriter<T> implements BatchWriter<T> {

  /** Where the bytes of one partition go. */
  interface Target {
    /** Opens the next file, which will be seen in a directory below that of the sink. */
    OutputStream open(int file, String directory) throws IOException;

    /** Makes a file safe that was written and closed. */
    void force(int file) throws IOException;

    /** All files are safe; gives what the commit needs. */
    String prepared(List<Part.Written> files) throws IOException;

    void delete(int file) throws IOException;

    /** The failure, as a user can understand it. */
    RuntimeException failed(IOException cause);
  }

  /** With more directories than this, the file that was not written to for longest is finished. */
  static final int MAX_OPEN = 50;

  private final Target target;
  private final LineFormat<T> format;
  private final PartitionColumns<T> columns;
  private final long rollBytes;
  private final Map<String, OpenFile> open = new LinkedHashMap<>(MAX_OPEN, 0.75f, true);
  private final Map<Integer, Part.Written> done = new TreeMap<>();
  private @Nullable OpenFile current;
  private int files;

  FileWriter(Target target, LineFormat<T> format, PartitionColumns<T> columns, long rollBytes) {
    this.target = target;
    this.format = format;
    this.columns = columns;
    this.rollBytes = rollBytes;
  }

  @Override
  public void write(T record) throws Exception {
    byte[] line = format.bytes(record);
    String directory = columns.directory(record);
    try {
      OpenFile file = fileIn(directory);
      if (file != null && file.bytes() + line.length > rollBytes) {
        finish(file);
        file = null;
      }
      if (file == null) {
        file = begin(directory);
      }
      file.write(line);
      current = file;
    } catch (IOException failure) {
      throw target.failed(failure);
    }
  }

  private @Nullable OpenFile fileIn(String directory) {
    OpenFile last = current;
    return last != null && last.directory().equals(directory) ? last : open.get(directory);
  }

  private OpenFile begin(String directory) throws IOException {
    if (open.size() == MAX_OPEN) {
      Iterator<OpenFile> all = open.values().iterator();
      finish(all.next());
    }
    OpenFile file = new OpenFile(files, directory, target.open(files, directory), format);
    files++;
    open.put(directory, file);
    return file;
  }

  private void finish(OpenFile file) throws IOException {
    Part.Written written = file.close();
    open.remove(file.directory());
    if (file == current) {
      current = null;
    }
    target.force(file.number());
    done.put(file.number(), written);
  }

  @Override
  public String prepare() {
    try {
      for (OpenFile file : List.copyOf(open.values())) {
        finish(file);
      }
      return done.isEmpty() ? "" : target.prepared(new ArrayList<>(done.values()));
    } catch (IOException failure) {
      throw target.failed(failure);
    }
  }

  @Override
  public void abort() throws IOException {
    IOException unclosed = null;
    for (OpenFile file : open.values()) {
      try {
        file.close();
      } catch (IOException failure) {
        unclosed = failure;
      }
    }
    // One more than were opened: opening may have made a file and failed.
    for (int file = 0; file <= files; file++) {
      target.delete(file);
    }
    if (unclosed != null) {
      throw unclosed;
    }
  }
}
