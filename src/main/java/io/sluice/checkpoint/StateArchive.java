package io.sluice.checkpoint;

import io.sluice.checkpoint.Segment.Frame;
import io.sluice.checkpoint.StateEntry.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/** What the state logs in a directory have: for which batches each partition, and which datasets, are there intact. */
public final class StateArchive {

  /** Where the content of a partition begins: its last whole before a batch. */
  public record Start(String file, int frame) {}

  /** A part of a dataset. */
  public record DatasetKey(String operator, long batchMillis, int part, long maker) {}

  /**
   * How a partition is restored.
   *
   * @param files those that have its content, from the first to be read on
   */
  public record Chain(Start start, List<String> files) {
    public Chain {
      files = List.copyOf(files);
    }
  }

  /** A stretch of a writer's log without damage, as far as one partition is concerned. */
  private static final class Run {
    private final TreeMap<Long, Start> wholes = new TreeMap<>();
    private final TreeMap<Long, String> commits = new TreeMap<>();
    private final List<String> files = new ArrayList<>();
  }

  private final Map<Integer, List<Run>> runs = new HashMap<>();
  private final Map<DatasetKey, String> datasets = new HashMap<>();
  private final Set<String> operators = new HashSet<>();
  private final List<String> warnings = new ArrayList<>();
  private final Set<String> damaged = new HashSet<>();

  private long lastCommit = Long.MIN_VALUE;

  private StateArchive() {}

  /**
   * Looks through all files of a directory; one file at a time is in memory.
   *
   * @throws IOException if the directory or a file cannot be read
   */
  public static StateArchive read(SegmentFiles files, Path directory) throws IOException {
    StateArchive archive = new StateArchive();
    archive.readAll(files, directory);
    return archive;
  }

  private void readAll(SegmentFiles files, Path directory) throws IOException {
    List<Path> listed;
    try {
      listed = files.list(directory);
    } catch (NoSuchFileException none) {
      return;
    }
    List<LogFile> names = listed.stream()
        .map(LogFile::of)
        .flatMap(Optional::stream)
        .sorted(LogFile.OLDEST_FIRST)
        .toList();
    Reading reading = new Reading();
    LogFile before = null;
    for (LogFile name : names) {
      if (before == null || !name.follows(before)) {
        reading = new Reading();
      }
      Segment segment = Segment.read(files, name.in(directory));
      segment.refuseOtherVersion();
      if (reading.misses(segment.frames())) {
        damaged.add(name.name());
        warnings.add("Entries are missing before " + name.in(directory)
            + ", which follows a file that was cut. What comes before is used.");
        reading = new Reading();
      }
      reading.file(name.name(), segment.frames());
      if (segment.damage().isPresent()) {
        damaged.add(name.name());
        warnings.add(segment.damage().get().message() + ". What it has before is used.");
        reading = new Reading();
      }
      before = name;
    }
  }

  /** One writer's files, as long as they are intact and follow each other. */
  private final class Reading {
    private final Map<Integer, Run> open = new HashMap<>();
    private final Map<Integer, Start> begun = new HashMap<>();
    private long last;

    /** Whether the file does not go on where the one before has ended. */
    boolean misses(List<Frame> frames) {
      return last > 0 && !frames.isEmpty() && StateEntry.number(frames.get(0)) != last + 1;
    }

    void file(String name, List<Frame> frames) {
      if (!frames.isEmpty()) {
        last = StateEntry.number(frames.get(frames.size() - 1));
      }
      open.values().forEach(run -> run.files.add(name));
      for (int index = 0; index < frames.size(); index++) {
        entry(name, index, StateEntry.of(frames.get(index)));
      }
    }

    private void entry(String file, int index, StateEntry entry) {
      int partition = entry.partition();
      switch (entry.kind()) {
        case WHOLE -> begun.put(partition, new Start(file, index));
        case WHOLE_END -> wholeEnd(file, entry);
        case DATASET ->
          datasets.put(
              new DatasetKey(entry.operator(), entry.batchMillis(), entry.part(), entry.maker()),
              file);
        case COMMIT -> commit(file, entry);
        case STATE, DELTA -> operators.add(entry.operator());
      }
    }

    private void wholeEnd(String file, StateEntry entry) {
      Start start = begun.remove(entry.partition());
      if (start == null) {
        return;
      }
      Run run = open.get(entry.partition());
      if (run == null) {
        run = new Run();
        open.put(entry.partition(), run);
        runs.computeIfAbsent(entry.partition(), unknown -> new ArrayList<>()).add(run);
        run.files.add(start.file);
        if (!start.file.equals(file)) {
          run.files.add(file);
        }
      }
      run.wholes.put(entry.batchMillis(), start);
    }

    private void commit(String file, StateEntry entry) {
      lastCommit = Math.max(lastCommit, entry.batchMillis());
      Set<Integer> listed = new TreeSet<>();
      ByteBuffer bytes = ByteBuffer.wrap(entry.bytes());
      while (bytes.hasRemaining()) {
        listed.add(bytes.getInt());
      }
      // A partition that is not listed has another owner, and its next whole begins anew.
      open.keySet().retainAll(listed);
      open.forEach((partition, run) -> run.commits.put(entry.batchMillis(), file));
    }
  }

  /** A sentence for each thing that was found damaged. */
  public List<String> warnings() {
    return List.copyOf(warnings);
  }

  /** The files that are damaged, by name. */
  public Set<String> damaged() {
    return Set.copyOf(damaged);
  }

  /** The last batch that any worker has written down as committed; the least number if there is none. */
  public long lastCommit() {
    return lastCommit;
  }

  /** The operators that have state somewhere. */
  public Set<String> operators() {
    return Set.copyOf(operators);
  }

  /** Whether all partitions up to a number can be restored as they were after a batch. */
  public boolean isRestorable(int partitions, long batchMillis) {
    for (int partition = 0; partition < partitions; partition++) {
      if (chain(partition, batchMillis).isEmpty()) {
        return false;
      }
    }
    return true;
  }

  /** How a partition is restored as it was after a batch; empty if it cannot be. */
  public Optional<Chain> chain(int partition, long batchMillis) {
    List<Run> known = runs.getOrDefault(partition, List.of());
    for (int index = known.size() - 1; index >= 0; index--) {
      Run run = known.get(index);
      Map.Entry<Long, Start> whole = run.wholes.floorEntry(batchMillis);
      String last = run.commits.get(batchMillis);
      if (whole != null && last != null) {
        List<String> files = run.files.stream().distinct().toList();
        int from = files.indexOf(whole.getValue().file);
        return Optional.of(
            new Chain(whole.getValue(), files.subList(from, files.indexOf(last) + 1)));
      }
    }
    return Optional.empty();
  }

  /** The file that has a part of a dataset; empty if there is none. */
  public Optional<String> dataset(DatasetKey key) {
    return Optional.ofNullable(datasets.get(key));
  }

  /**
   * What to read of an archive.
   *
   * @param batchMillis what later batches have said does not count
   * @param files in the order in which they were written
   * @param starts where each partition begins
   */
  public record Selection(long batchMillis, List<String> files, Map<Integer, Start> starts) {}

  /**
   * Reads the partitions of a selection, and the datasets of all partitions in its files. What a whole says replaces what
   * was said of its partition before.
   *
   * @throws IOException if a file cannot be read, or is damaged where it was intact before
   */
  public static void load(
      SegmentFiles files, Path directory, Selection selection, Consumer<StateEntry> consumer)
      throws IOException {
    Map<Integer, String> writers = new HashMap<>();
    for (String name : selection.files) {
      LogFile file = LogFile.of(name).orElseThrow(() -> new IOException("No log file: " + name));
      String writer = file.epoch() + "-" + file.writer();
      List<Frame> frames = Segment.read(files, file.in(directory)).frames();
      for (int index = 0; index < frames.size(); index++) {
        StateEntry entry = StateEntry.of(frames.get(index));
        Start start = selection.starts.get(entry.partition());
        if (new Start(name, index).equals(start)) {
          writers.put(entry.partition(), writer);
        }
        boolean counts = entry.kind() == Kind.DATASET
            || (entry.kind() != Kind.COMMIT && writer.equals(writers.get(entry.partition())));
        if (counts && entry.batchMillis() <= selection.batchMillis) {
          consumer.accept(entry);
        }
      }
    }
    if (!writers.keySet().equals(selection.starts.keySet())) {
      Set<Integer> missing = new TreeSet<>(selection.starts.keySet());
      missing.removeAll(writers.keySet());
      throw new IOException("partitions " + missing + " are not where they were found before");
    }
  }
}
