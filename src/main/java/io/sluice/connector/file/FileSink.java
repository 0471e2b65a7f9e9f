package io.sluice.connector.file;

import static java.util.Objects.requireNonNull;

import io.sluice.api.Batch;
import io.sluice.api.BatchPartition;
import io.sluice.api.BatchSink;
import io.sluice.api.BatchWriter;
import io.sluice.api.Function;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes records as lines of UTF-8 text into files of one directory, each record exactly once whatever is killed. Never
 * changes; every choice gives another sink.
 *
 * <p>Tasks write hidden files and force them to disk. When the commit of their batch is decided, the driver renames them
 * to {@code part-BATCHMILLIS-PARTITION-NUMBER.txt} and adds them to {@link FileManifest}. A file that can be seen is
 * whole; who must see whole batches only reads the manifest. What attempts that were given up have left behind is deleted
 * by the next commit. Every batch ends its files, so no file is older than a batch interval; a partition without records
 * makes none.
 *
 * <p>The directory must be the same one on the driver and on all workers, and belongs to one output. Lines of a record
 * that has line breaks are not joined again by a reader.
 *
 * @param <T> the records it takes
 */
public final class FileSink<T> implements BatchSink<T> {

  private static final long serialVersionUID = 1L;
  private static final long UNLIMITED = Long.MAX_VALUE;

  private final String directory;
  private final Function<? super T, String> line;
  private final long rollBytes;

  private FileSink(String directory, Function<? super T, String> line, long rollBytes) {
    this.directory = requireNonNull(directory, "The directory of a file sink is null.");
    this.line = requireNonNull(line, "The function that makes lines is null.");
    this.rollBytes = rollBytes;
  }

  /** A sink that writes what {@code toString} gives, one file for each partition of a batch. */
  public static <T> FileSink<T> in(String directory) {
    return new FileSink<>(directory, String::valueOf, UNLIMITED);
  }

  /** As {@link #in(String)}. */
  public static <T> FileSink<T> in(Path directory) {
    return in(directory.toAbsolutePath().toString());
  }

  /** The same, with another function that makes the line of a record, without its end. */
  public FileSink<T> lines(Function<? super T, String> of) {
    return new FileSink<>(directory, of, rollBytes);
  }

  /**
   * The same, beginning another file when one has reached a size.
   *
   * @throws IllegalArgumentException if the size is not positive
   */
  public FileSink<T> rollAt(long bytes) {
    if (bytes < 1) {
      throw new IllegalArgumentException(
          "A file must be allowed at least 1 byte before the next one begins, got " + bytes + ".");
    }
    return new FileSink<>(directory, line, bytes);
  }

  @Override
  public BatchWriter<T> open(String pipeline, BatchPartition partition) {
    PreparedFiles files = new PreparedFiles(Path.of(directory), pipeline);
    files.requireNew(partition.time().toEpochMilli());
    return new FileWriter<>(files.begin(partition), line, rollBytes);
  }

  @Override
  public void commit(String pipeline, Batch batch, List<String> prepared) {
    new PreparedFiles(Path.of(directory), pipeline)
        .commit(batch.time().toEpochMilli(), prepared.stream().map(Part::parse).toList());
  }

  @Override
  public void abort(String pipeline, Batch batch, List<String> prepared) {
    new PreparedFiles(Path.of(directory), pipeline)
        .abort(prepared.stream().map(Part::parse).toList());
  }
}
