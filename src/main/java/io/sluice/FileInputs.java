package io.sluice;

import static java.util.Objects.requireNonNull;

import io.sluice.api.FlatMapFunction;
import io.sluice.api.Function;
import io.sluice.api.Locations;
import io.sluice.block.ObjectFiles;
import io.sluice.block.RecordCodec;
import io.sluice.cluster.ProgramJars;
import io.sluice.plan.Closure;
import io.sluice.plan.Operator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** RDDs and streams of files: found on the driver, read by tasks on the workers, which see the same file system. */
final class FileInputs {

  private static final int MAX_PARTITIONS = 10_000;
  private static final long MAX_PART_BYTES = 32 << 20;
  private static final int MAX_RECORD_BYTES = 32 << 20;

  private final StreamingContext context;

  FileInputs(StreamingContext context) {
    this.context = context;
  }

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
    FileSource.PartReader<String> lines =
        part -> new TextFiles.Part(part.file(), part.from(), part.to()).lines();
    return stream(
        "textFileStream",
        directory,
        file -> true,
        true,
        file -> FilePart.divide(file, MAX_PART_BYTES),
        lines,
        lines);
  }

  DStream<byte[]> binaryStream(String directory, int recordLength) {
    if (recordLength < 1 || recordLength > MAX_RECORD_BYTES) {
      throw new IllegalArgumentException("Record length must be between 1 and %d bytes, got %d."
          .formatted(MAX_RECORD_BYTES, recordLength));
    }
    FileSource.PartReader<byte[]> records = part -> new FixedRecords(part, recordLength);
    return stream(
        "binaryRecordsStream",
        directory,
        file -> true,
        true,
        file -> {
          FixedRecords.requireWhole(file, recordLength);
          return FilePart.divide(file, MAX_PART_BYTES / recordLength * recordLength);
        },
        records,
        records);
  }

  <T> DStream<T> stream(
      String directory,
      Function<Path, Boolean> filter,
      boolean newFilesOnly,
      FlatMapFunction<Path, T> reader) {
    requireNonNull(filter, "The filter of files is null; give path -> true to take all.");
    requireNonNull(reader, "The reader is null; give a function that makes records of a file.");
    return stream(
        "fileStream",
        directory,
        filter,
        newFilesOnly,
        file -> FilePart.divide(file, Long.MAX_VALUE),
        part -> reader.call(Locations.path(part.file())),
        reader);
  }

  private <T> DStream<T> stream(
      String operation,
      String path,
      Function<Path, Boolean> filter,
      boolean newFilesOnly,
      FileSource.Division division,
      FileSource.PartReader<T> reader,
      Object function) {
    context.requireBuilding();
    FilePattern where = FilePattern.of(path);
    requireDirectory(where, path);
    FoundFiles files = new FoundFiles(where, filter);
    return context.batchStream(
        operation, new FileSource<>(files, newFilesOnly, division, reader), function);
  }

  private static void requireDirectory(FilePattern where, String path) {
    try {
      if (!where.canGetFiles()) {
        throw new IllegalArgumentException(
            "Directory '" + path
                + "' does not exist. It must exist, under the same path, on the driver and on every worker; create it first.");
      }
    } catch (IOException failure) {
      throw new IllegalArgumentException(
          "Directory '" + path + "' cannot be read: " + failure
              + ". The driver and every worker must be able to read it.",
          failure);
    }
  }

  private static <P, T> RDD<T> each(StreamingContext context, List<P> parts, Operator read) {
    if (parts.isEmpty()) {
      return context.emptyRDD();
    }
    RDD<P> spread = context.parallelize(parts, Math.min(parts.size(), MAX_PARTITIONS));
    return new RDD<>(context, spread.narrow(read, false), -1);
  }
}
