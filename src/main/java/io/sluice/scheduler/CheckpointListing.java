package io.sluice.scheduler;

import io.sluice.api.CheckpointContents;
import io.sluice.api.SluiceException;
import io.sluice.checkpoint.BlockArchive;
import io.sluice.checkpoint.DirectoryLedger;
import io.sluice.checkpoint.Ledger;
import io.sluice.checkpoint.SegmentFiles;
import io.sluice.checkpoint.StateArchive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Looks through checkpoint directories without a program, and changes nothing. */
public final class CheckpointListing {

  private static final String LEDGER = "ledger";
  private static final String STATE = "state";
  private static final String BLOCKS = "blocks";

  private static final int TRIES = 10;

  private CheckpointListing() {}

  /**
   * The contexts that are kept in a directory, in the order of their names.
   *
   * @throws IOException if it cannot be read
   */
  public static List<CheckpointContents> of(Path directory) throws IOException {
    try (Stream<Path> contexts = Files.list(directory)) {
      List<CheckpointContents> all = new ArrayList<>();
      for (Path context : contexts.sorted().toList()) {
        if (Files.isDirectory(context.resolve(LEDGER))) {
          all.add(unchanged(context));
        }
      }
      return all;
    }
  }

  /** A context that runs deletes files that it does not need any more, perhaps while they are looked through. */
  private static CheckpointContents unchanged(Path directory) throws IOException {
    for (int tries = 1; ; tries++) {
      try {
        return context(directory);
      } catch (NoSuchFileException deleted) {
        if (tries == TRIES) {
          throw deleted;
        }
      }
    }
  }

  private static CheckpointContents context(Path directory) throws IOException {
    StateArchive state = StateArchive.read(SegmentFiles.disk(), directory.resolve(STATE));
    BlockArchive blocks = BlockArchive.read(SegmentFiles.disk(), directory.resolve(BLOCKS));
    DirectoryLedger ledger = new DirectoryLedger(
        directory.resolve(LEDGER), 1, false, SegmentFiles.disk(), Runnable::run);
    List<String> damage = new ArrayList<>();
    Recovered past = Recovered.none(0);
    try {
      Ledger.Opened opened = ledger.peek();
      damage.addAll(opened.warnings());
      past = Recovered.of(opened, 0);
    } catch (SluiceException unreadable) {
      damage.add(String.valueOf(unreadable.getMessage()));
    }
    damage.addAll(state.warnings());
    damage.addAll(blocks.warnings());
    List<Long> versions = versions(past, state);
    long last = versions.stream().mapToLong(Long::longValue).max().orElse(Recovered.NONE);
    return new CheckpointContents(
        directory.getFileName().toString(),
        directory,
        ledger.epochs(),
        past.partitions(),
        times(versions),
        times(past.rewind().cuts().stream()
            .map(Decision.Cut::batchMillis)
            .filter(millis -> millis > last)
            .toList()),
        past.rewind().names().states(),
        sizes(directory),
        damage);
  }

  private static List<Long> versions(Recovered past, StateArchive state) {
    boolean stateful = !past.rewind().names().states().isEmpty();
    return past.rewind().committed().stream()
        .filter(millis -> !stateful || state.isRestorable(past.partitions(), millis))
        .filter(millis -> past.rewind().datasets().stream()
            .filter(stored -> stored.batchMillis() <= millis)
            .allMatch(stored -> Restart.file(past.rewind(), state, stored).isPresent()))
        .sorted()
        .toList();
  }

  private static List<Instant> times(List<Long> millis) {
    return millis.stream().map(Instant::ofEpochMilli).sorted().toList();
  }

  private static Map<String, Long> sizes(Path directory) throws IOException {
    Map<String, Long> sizes = new TreeMap<>();
    for (String part : List.of(LEDGER, STATE, BLOCKS)) {
      long bytes = 0;
      for (Path file : list(directory.resolve(part))) {
        bytes += SegmentFiles.disk().size(file);
      }
      sizes.put(part, bytes);
    }
    return sizes;
  }

  private static List<Path> list(Path directory) throws IOException {
    try {
      return SegmentFiles.disk().list(directory);
    } catch (NoSuchFileException none) {
      return List.of();
    }
  }
}
