package io.sluice;

import static java.util.Objects.requireNonNull;

import io.sluice.api.ErrorCode;
import io.sluice.api.FlatMapFunction;
import io.sluice.api.Function;
import io.sluice.api.SluiceException;
import io.sluice.block.ObjectFiles;
import io.sluice.block.RecordCodec;
import io.sluice.cluster.ProgramJars;
import io.sluice.plan.Closure;
import io.sluice.plan.FoundFile;
import io.sluice.plan.Node;
import io.sluice.plan.Operator;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;

/** RDDs and streams of files: found on the driver, read by tasks on the workers, which see the same file system. */
final class FileInputs {

  private static final int MAX_PARTITIONS = 10_000;
  private static final long MAX_PART_BYTES = 32 << 20;
  private static final int MAX_RECORD_BYTES = 32 << 20;

  private final StreamingContext context;

  FileInputs(StreamingContext context) {
    this.context = context;
  }

  /** A part of a file that a task reads, and the size the file had when it was found. */
  private record FilePart(String file, long size, long from, long to) implements Serializable {}

  RDD<String> text(String path, int atLeast) {
    if (atLeast < 1) {
      throw new IllegalArgumentException(
          "textFile needs at least 1 partition, got " + atLeast + ".");
    }
    FlatMapFunction<TextFiles.Part, String> lines = TextFiles.Part::lines;
    return each(
        context,
        TextFiles.divide(TextFiles.find(path), atLeast),
        new Operator.FlatMap(Closure.of(lines, "textFile")));
  }

  <T> RDD<T> objects(String path) {
    List<String> files = TextFiles.find(path).stream()
        .map(file -> file.toAbsolutePath().toString())
        .toList();
    FlatMapFunction<String, T> records =
        file -> Functions.cast(ObjectFiles.read(file, new RecordCodec(ProgramJars.loader())));
    return each(context, files, new Operator.FlatMap(Closure.of(records, "objectFile")));
  }

  DStream<String> textStream(String directory) {
    FlatMapFunction<FilePart, String> lines = part -> {
      requireUnchanged(part);
      return new TextFiles.Part(part.file, part.from, part.to).lines();
    };
    return stream(
        "textFileStream",
        directory,
        file -> true,
        true,
        file -> parts(file, MAX_PART_BYTES),
        Closure.of(lines, reading(lines), "textFileStream"));
  }

  DStream<byte[]> binaryStream(String directory, int recordLength) {
    if (recordLength < 1 || recordLength > MAX_RECORD_BYTES) {
      throw new IllegalArgumentException("Record length must be between 1 and %d bytes, got %d."
          .formatted(MAX_RECORD_BYTES, recordLength));
    }
    FlatMapFunction<FilePart, byte[]> records = part -> {
      requireUnchanged(part);
      return new Records(part, recordLength);
    };
    return stream(
        "binaryRecordsStream",
        directory,
        file -> true,
        true,
        file -> {
          requireWholeRecords(file, recordLength);
          return parts(file, MAX_PART_BYTES / recordLength * recordLength);
        },
        Closure.of(records, reading(records), "binaryRecordsStream"));
  }

  <T> DStream<T> stream(
      String directory,
      Function<Path, Boolean> filter,
      boolean newFilesOnly,
      FlatMapFunction<Path, T> reader) {
    requireNonNull(filter, "The filter of files is null; give path -> true to take all.");
    requireNonNull(reader, "The reader is null; give a function that makes records of a file.");
    FlatMapFunction<FilePart, T> records = part -> {
      requireUnchanged(part);
      return reader.call(Path.of(part.file));
    };
    return stream(
        "fileStream",
        directory,
        filter,
        newFilesOnly,
        file -> parts(file, Long.MAX_VALUE),
        Closure.of(reader, reading(records), "fileStream"));
  }

  /** How a file is divided for tasks. */
  private interface Division extends Serializable {
    List<FilePart> divide(FoundFile file);
  }

  /** Finds the files of a batch, and makes an RDD of them. */
  private record Found(
      StreamingContext context,
      FoundFiles files,
      List<FoundFile> present,
      Division division,
      Closure reader)
      implements Node.Finder {

    @Override
    public List<FoundFile> find(long batchMillis, Map<String, FoundFile> known) {
      List<FoundFile> found = files.find(batchMillis, context.nowMillis(), known);
      // What cannot be divided must not be decided.
      parts(found);
      return found;
    }

    private List<FilePart> parts(List<FoundFile> found) {
      return found.stream()
          .filter(file -> file.standing() == FoundFile.Standing.READ)
          .flatMap(file -> division.divide(file).stream())
          .toList();
    }

    @Override
    public Node generate(long batchMillis, List<FoundFile> found) {
      return each(context, parts(found), new Operator.FlatMap(reader)).node();
    }
  }

  private <T> DStream<T> stream(
      String operation,
      String directory,
      Function<Path, Boolean> filter,
      boolean newFilesOnly,
      Division division,
      Closure reader) {
    context.requireBuilding();
    FoundFiles files = new FoundFiles(directory(directory), filter);
    List<FoundFile> present = newFilesOnly ? files.present() : List.of();
    Node node = new Node.Generated(
        context.newId(),
        operation,
        List.of(),
        new Found(context, files, present, division, reader));
    return new DStream<>(context, node, context.batchInterval().toMillis());
  }

  private static <P, T> RDD<T> each(StreamingContext context, List<P> parts, Operator read) {
    if (parts.isEmpty()) {
      return context.emptyRDD();
    }
    RDD<P> spread = context.parallelize(parts, Math.min(parts.size(), MAX_PARTITIONS));
    return new RDD<>(context, spread.narrow(read, false), -1);
  }

  private static Path directory(String given) {
    requireNonNull(given, "Directory is null; give the path of an existing directory.");
    String local = given.startsWith("file:") ? Path.of(URI.create(given)).toString() : given;
    if (local.contains("://")) {
      throw new IllegalArgumentException("Directory '" + given
          + "' is not on a file system. Mount it on every node, under the same path.");
    }
    if (local.isBlank() || !Files.isDirectory(Path.of(local))) {
      throw new IllegalArgumentException(
          "Directory '" + given
              + "' does not exist. It must exist, under the same path, on the driver and on every worker; create it first.");
    }
    return Path.of(local).toAbsolutePath();
  }

  private static List<FilePart> parts(FoundFile file, long maxBytes) {
    List<FilePart> parts = new ArrayList<>();
    String name = file.path();
    long from = 0;
    while (file.size() - from > maxBytes) {
      parts.add(new FilePart(name, file.size(), from, from + maxBytes));
      from += maxBytes;
    }
    parts.add(new FilePart(name, file.size(), from, file.size()));
    return parts;
  }

  private static void requireWholeRecords(FoundFile file, int recordLength) {
    if (file.size() % recordLength != 0) {
      throw new SluiceException(
          ErrorCode.DRIVER_FUNCTION_FAILED,
          "File '%s' has %d bytes, which is no multiple of the record length of %d. Write whole records, and move a file into the directory only when it is complete."
              .formatted(file.path(), file.size(), recordLength));
    }
  }

  private static void requireUnchanged(FilePart part) throws IOException {
    long size = Files.size(Path.of(part.file));
    if (size != part.size) {
      throw new SluiceException(
          ErrorCode.TASK_FAILED,
          "File '%s' had %d bytes when it was found and has %d now. Write a file elsewhere, and move it into the directory when it is complete."
              .formatted(part.file, part.size, size));
    }
  }

  /** Names the file that cannot be read. */
  private static <T> FlatMapFunction<FilePart, T> reading(FlatMapFunction<FilePart, T> reader) {
    return part -> {
      try {
        return new Naming<>(part.file, reader.call(part));
      } catch (Exception failure) {
        throw unreadable(part.file, failure);
      }
    };
  }

  private static SluiceException unreadable(String file, Exception failure) {
    return failure instanceof SluiceException known
        ? known
        : new SluiceException(
            ErrorCode.TASK_FAILED,
            "File '" + file + "' cannot be read: " + failure
                + ". Files must stay until their batch is over and no restart can go back to it, and every worker must see them under the same path.",
            failure);
  }

  /** Names the file also when a later record cannot be read. */
  private static final class Naming<T> implements Iterator<T> {
    private final String file;
    private final Iterator<T> records;

    Naming(String file, Iterator<T> records) {
      this.file = file;
      this.records = records;
    }

    @Override
    public boolean hasNext() {
      try {
        return records.hasNext();
      } catch (RuntimeException failure) {
        throw unreadable(file, failure);
      }
    }

    @Override
    public T next() {
      try {
        return records.next();
      } catch (NoSuchElementException end) {
        throw end;
      } catch (RuntimeException failure) {
        throw unreadable(file, failure);
      }
    }
  }

  /** Records of one length, read as they are asked for; the file is closed at the end. */
  private static final class Records implements Iterator<byte[]> {
    private final InputStream file;
    private final int length;
    private long left;

    Records(FilePart part, int length) throws IOException {
      this.file = new BufferedInputStream(Files.newInputStream(Path.of(part.file)));
      this.length = length;
      this.left = part.to - part.from;
      file.skipNBytes(part.from);
    }

    @Override
    public boolean hasNext() {
      return left > 0;
    }

    @Override
    public byte[] next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      try {
        byte[] record = file.readNBytes(length);
        left -= length;
        if (record.length < length || left == 0) {
          file.close();
        }
        if (record.length < length) {
          throw new EOFException("it has become shorter");
        }
        return record;
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
    }
  }
}
