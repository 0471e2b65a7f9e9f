package io.sluice;

import io.sluice.FoundFile.Standing;
import io.sluice.api.BatchSource;
import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.api.SourcePlan;
import io.sluice.api.SourcePlanner;
import java.io.Serializable;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Files of a directory or a pattern, each read once: found on the driver, read by tasks on the workers, which see the same file system. */
final class FileSource<T> implements BatchSource<T> {

  private static final long serialVersionUID = 1L;

  /** How a file is divided for tasks. */
  @FunctionalInterface
  interface Division extends Serializable {
    List<FilePart> divide(FoundFile file);
  }

  /** Makes records of a part; what it gives is closed with the task if it can be. */
  @FunctionalInterface
  interface PartReader<T> extends Serializable {
    Iterator<T> read(FilePart part) throws Exception;
  }

  private final FoundFiles files;
  private final boolean newFilesOnly;
  private final Division division;
  private final PartReader<T> reader;

  FileSource(FoundFiles files, boolean newFilesOnly, Division division, PartReader<T> reader) {
    this.files = files;
    this.newFilesOnly = newFilesOnly;
    this.division = division;
    this.reader = reader;
  }

  @Override
  public SourcePlanner planner() {
    return new SourcePlanner() {
      @Override
      public Map<String, String> begin() {
        return newFilesOnly ? marks(files.present()) : Map.of();
      }

      @Override
      public SourcePlan plan(Request request) {
        return FileSource.this.plan(request);
      }
    };
  }

  private SourcePlan plan(SourcePlanner.Request request) {
    Map<String, FoundFile> known = new TreeMap<>();
    request.marks().forEach((path, mark) -> known.put(path, FoundFile.of(path, mark)));
    List<FoundFile> found =
        files.find(request.batchTime().toEpochMilli(), request.now().toEpochMilli(), known);
    List<String> splits = found.stream()
        .filter(file -> file.standing() == Standing.READ)
        .flatMap(file -> division.divide(file).stream())
        .map(FilePart::text)
        .toList();
    return new SourcePlan(splits, marks(found), 0);
  }

  private static Map<String, String> marks(List<FoundFile> files) {
    return files.stream().collect(Collectors.toMap(FoundFile::path, FoundFile::mark));
  }

  @Override
  public Iterator<T> read(String split) {
    FilePart part = FilePart.of(split);
    try {
      part.requireUnchanged();
      return new Naming<>(part.file(), reader.read(part));
    } catch (Exception failure) {
      throw unreadable(part.file(), failure);
    }
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
  private static final class Naming<T> implements Iterator<T>, AutoCloseable {
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

    @Override
    public void close() throws Exception {
      if (records instanceof AutoCloseable open) {
        open.close();
      }
    }
  }
}
