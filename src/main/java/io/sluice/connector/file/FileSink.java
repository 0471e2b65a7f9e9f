package io.sluice.connector.file;

import static java.util.Objects.requireNonNull;

import io.sluice.api.Batch;
import io.sluice.api.BatchPartition;
import io.sluice.api.BatchSink;
import io.sluice.api.BatchWriter;
import io.sluice.api.Function;
import io.sluice.api.Locations;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;

/**
 * Writes records as lines of UTF-8 text, which may be JSON, into files of one directory, each record exactly once whatever is
 * killed. Never changes; every choice gives another sink.
 *
 * <p>Tasks write hidden files and force them to disk. When the commit of their batch is decided, the driver renames them
 * to {@code part-BATCHMILLIS-PARTITION-NUMBER.txt} and adds them to {@link FileManifest}. A file that can be seen is
 * whole; who must see whole batches only reads the manifest. What attempts that were given up have left behind is deleted
 * by the next commit. Every batch ends its files, so no file is older than a batch interval; a partition without records
 * makes none.
 *
 * <p>The directory must be the same one on the driver and on all workers, and belongs to one output. Lines of a record
 * that has line breaks are not joined again by a reader, unless they are JSON, which has none.
 *
 * @param <T> the records it takes
 */
public final class FileSink<T> implements BatchSink<T> {

  private static final long serialVersionUID = 2L;
  private static final long UNLIMITED = Long.MAX_VALUE;

  private final String directory;
  private final LineFormat<T> format;
  private final PartitionColumns<T> columns;
  private final long rollBytes;

  private FileSink(
      String directory, LineFormat<T> format, PartitionColumns<T> columns, long rollBytes) {
    this.directory = directory;
    this.format = format;
    this.columns = columns;
    this.rollBytes = rollBytes;
  }

  /** A sink that writes what {@code toString} gives, one file for each partition of a batch. */
  public static <T> FileSink<T> in(String directory) {
    return new FileSink<>(
        requireNonNull(directory, "The directory of a file sink is null."),
        new LineFormat<>(String::valueOf, ".txt", false),
        PartitionColumns.none(),
        UNLIMITED);
  }

  /** As {@link #in(String)}. */
  public static <T> FileSink<T> in(Path directory) {
    return in(directory.toAbsolutePath().toString());
  }

  /** The same, with another function that makes the line of a record, without its end. */
  public FileSink<T> lines(Function<? super T, String> of) {
    requireNonNull(of, "The function that makes lines is null.");
    return new FileSink<>(
        directory, new LineFormat<>(of, ".txt", format.gzip()), columns, rollBytes);
  }

  /**
   * The same with lines of JSON, in files whose names end with {@code .jsonl}. Records of Java, beans, maps, collections and whatever is
   * annotated for Jackson are written with their properties; the types of {@code java.time} as text of ISO 8601. What Jackson cannot write fails its task.
   */
  public FileSink<T> json() {
    return new FileSink<>(
        directory, new LineFormat<>(JsonLines::of, ".jsonl", format.gzip()), columns, rollBytes);
  }

  /** The same with files that are compressed, whose names end with {@code .gz}. */
  public FileSink<T> gzip() {
    return new FileSink<>(
        directory, new LineFormat<>(format.line(), format.extension(), true), columns, rollBytes);
  }

  /**
   * The same with a level of directories more, {@code COLUMN=VALUE}, as Hive and Spark have them: each record goes into the one of its value. An empty text, or {@code Optional}, goes to
   * {@code __HIVE_DEFAULT_PARTITION__}; characters such as {@code /} and {@code :} are written as {@code %} and two hexadecimal digits. A partition of a batch writes a file or more in each
   * directory for which it has records, so partition by what has few values in a batch, or {@code repartition} by it before.
   *
   * @param column letters, digits and underscores
   * @param value its {@code toString} is the value
   * @throws IllegalArgumentException if the name is no name, or was used before
   */
  public FileSink<T> partitionedBy(String column, Function<? super T, ?> value) {
    requireNonNull(value, "The function that gives a partition column's value is null.");
    return new FileSink<>(directory, format, columns.and(column, value), rollBytes);
  }

  /** As {@link #partitionedBy}, by the date of a time, for example {@code date=2026-11-24}. */
  public FileSink<T> partitionedByDate(
      String column, Function<? super T, Instant> time, ZoneId zone) {
    requireNonNull(zone, "The time zone of dates is null.");
    return partitionedBy(column, record -> LocalDate.ofInstant(time.call(record), zone));
  }

  /**
   * The same, beginning another file when one has reached a size.
   *
   * @param bytes before they are compressed
   * @throws IllegalArgumentException if the size is not positive
   */
  public FileSink<T> rollAt(long bytes) {
    if (bytes < 1) {
      throw new IllegalArgumentException(
          "A file must be allowed at least 1 byte before the next one begins, got " + bytes + ".");
    }
    return new FileSink<>(directory, format, columns, bytes);
  }

  @Override
  public BatchWriter<T> open(String pipeline, BatchPartition partition) {
    PreparedFiles files = files(pipeline);
    files.requireNew(partition.time().toEpochMilli());
    return new FileWriter<>(files.begin(partition, format.suffix()), format, columns, rollBytes);
  }

  @Override
  public void commit(String pipeline, Batch batch, List<String> prepared) {
    files(pipeline).commit(batch.time().toEpochMilli(), prepared);
  }

  @Override
  public void abort(String pipeline, Batch batch, List<String> prepared) {
    files(pipeline).abort(prepared);
  }

  private PreparedFiles files(String pipeline) {
    return new PreparedFiles(Locations.path(directory), pipeline);
  }
}
