package io.sluice.checkpoint;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.SluiceException;
import io.sluice.checkpoint.StateEntry.Kind;
import io.sluice.plan.CheckpointPace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The state here is a number for each partition; a delta adds to it, a whole replaces it. */
class StateArchiveTest {

  private static final int PARTITIONS = 2;

  @TempDir
  private Path directory;

  private final FaultyFiles files = new FaultyFiles();
  private final int[] sums = new int[PARTITIONS];
  private final Map<Long, List<Integer>> expected = new TreeMap<>();

  private CheckpointPace pace = new CheckpointPace(1000, Long.MAX_VALUE);

  private StateLog log(long epoch, long fileBytes, long wholeEveryMillis) {
    pace = new CheckpointPace(wholeEveryMillis, Long.MAX_VALUE);
    return new StateLog(
        directory,
        epoch,
        "a" + epoch,
        new StateLog.Settings(fileBytes, true),
        files,
        Runnable::run);
  }

  private static StateEntry entry(Kind kind, int partition, long batch, int value) {
    return new StateEntry(
        kind, partition, "sum", partition, batch, 0, 0, String.valueOf(value).getBytes(US_ASCII));
  }

  /** Commits a batch that adds its number to each of some partitions. */
  private StateLog.Persisted commit(StateLog log, long batch, Integer... owned) {
    List<Supplier<StateEntry>> changes = new ArrayList<>();
    for (int partition : owned) {
      sums[partition] += (int) batch;
      changes.add(() -> entry(Kind.DELTA, partition, batch, (int) batch));
    }
    Map<Integer, List<Supplier<StateEntry>>> wholes = new HashMap<>();
    for (int partition : log.due(List.of(owned), batch, pace)) {
      int sum = sums[partition];
      wholes.put(partition, List.of(() -> entry(Kind.STATE, partition, batch, sum)));
    }
    expected.put(batch, List.of(sums[0], sums[1]));
    return log.commit(new StateLog.Commit(batch, 0, List.of(owned), changes, wholes))
        .toCompletableFuture()
        .join();
  }

  private Map<Integer, Integer> load(StateArchive archive, long batch) throws IOException {
    Map<Integer, Integer> loaded = new TreeMap<>();
    for (int partition = 0; partition < PARTITIONS; partition++) {
      StateArchive.Chain chain = archive.chain(partition, batch).orElseThrow();
      StateArchive.load(
          files,
          directory,
          new StateArchive.Selection(batch, chain.files(), Map.of(partition, chain.start())),
          entry -> {
            switch (entry.kind()) {
              case WHOLE -> loaded.put(entry.partition(), 0);
              case STATE, DELTA ->
                loaded.merge(
                    entry.partition(),
                    Integer.parseInt(new String(entry.bytes(), US_ASCII)),
                    Integer::sum);
              case DATASET, WHOLE_END, COMMIT -> {}
            }
          });
    }
    return loaded;
  }

  private void assertLoads(StateArchive archive, long batch) throws IOException {
    List<Integer> sums = expected.getOrDefault(batch, List.of());
    assertThat(load(archive, batch)).isEqualTo(Map.of(0, sums.get(0), 1, sums.get(1)));
  }

  @Test
  void everyCommittedBatchCanBeGoneBackTo() throws IOException {
    StateLog log = log(1, 200, 3);
    for (long batch = 1; batch <= 20; batch++) {
      commit(log, batch, 0, 1);
    }

    StateArchive archive = StateArchive.read(files, directory);

    for (long batch = 1; batch <= 20; batch++) {
      assertThat(archive.isRestorable(PARTITIONS, batch)).isTrue();
      assertLoads(archive, batch);
    }
    assertThat(archive.isRestorable(PARTITIONS, 21)).isFalse();
  }

  @Test
  void partitionIsWrittenWholeWhenItsTimeHasComeHoweverLittleHasChanged() {
    StateLog log = log(1, 1 << 20, 1000);
    pace = new CheckpointPace(1000, 3);
    sums[0] = 1_000_000;
    commit(log, 1, 0, 1);

    assertThat(log.due(List.of(0, 1), 3, pace)).isEmpty();
    assertThat(log.due(List.of(0, 1), 4, pace)).containsExactly(0, 1);
    assertThat(log.due(List.of(0, 1), 5, pace)).as("ordered, not yet written").isEmpty();
  }

  @Test
  void newOwnerWritesAllOfItsPartitions() throws IOException {
    StateLog first = log(1, 1 << 20, 1000);
    StateLog second = log(2, 1 << 20, 1000);
    commit(first, 1, 0, 1);
    commit(first, 2, 0);
    commit(second, 2, 1);
    commit(first, 3, 0);
    commit(second, 3, 1);

    StateArchive archive = StateArchive.read(files, directory);

    assertLoads(archive, 3);
    assertThat(archive.chain(1, 3).orElseThrow().files()).containsExactly("000002-a2-000001.log");
  }

  @Test
  void partitionThatComesBackToItsOwnerIsWrittenWholeAgain() throws IOException {
    StateLog log = log(1, 1 << 20, 1000);
    commit(log, 1, 0, 1);
    commit(log, 2, 0);
    sums[1] = 40;
    commit(log, 3, 0, 1);

    StateArchive archive = StateArchive.read(files, directory);

    assertThat(archive.isRestorable(PARTITIONS, 2)).isFalse();
    assertLoads(archive, 3);
  }

  @Test
  void filesBeforeTheLastWholesAreNotNeeded() throws IOException {
    StateLog log = log(1, 150, 2);
    StateLog.Persisted last = commit(log, 1, 0, 1);
    for (long batch = 2; batch <= 30; batch++) {
      last = commit(log, batch, 0, 1);
    }

    LogCleaner.clean(
        files,
        directory,
        new LogCleaner.Wanted(Map.of("1-a1", last.oldestFile()), false, Set.of()));

    assertThat(last.oldestFile()).isGreaterThan(1);
    assertLoads(StateArchive.read(files, directory), 30);
    assertThat(files.list(directory)).hasSizeLessThan(10);
  }

  /** Whatever happens to a file, each batch is either restored as it was or not at all. */
  @Test
  void damagedFileNeverGivesWrongState() throws IOException {
    StateLog log = log(1, 250, 2);
    for (long batch = 1; batch <= 8; batch++) {
      commit(log, batch, 0, 1);
    }
    log.close();
    int restorable = 0;
    for (Path file : files.list(directory)) {
      byte[] intact = Files.readAllBytes(file);
      for (int at = 0; at < intact.length; at += 3) {
        byte[] flipped = intact.clone();
        flipped[at] = (byte) (flipped[at] ^ 1 << (at % 8));
        Files.write(file, flipped);
        restorable += assertNothingWrong(file);
        byte[] cut = new byte[at];
        System.arraycopy(intact, 0, cut, 0, at);
        Files.write(file, cut);
        restorable += assertNothingWrong(file);
      }
      Files.write(file, intact);
    }
    assertThat(restorable).isPositive();
  }

  private int assertNothingWrong(Path file) throws IOException {
    StateArchive archive;
    try {
      archive = StateArchive.read(files, directory);
    } catch (SluiceException otherFormat) {
      assertThat(otherFormat).hasMessageContaining(file.toString()).hasMessageContaining("format");
      return 0;
    }
    int restorable = 0;
    for (long batch = 1; batch <= 8; batch++) {
      if (archive.isRestorable(PARTITIONS, batch)) {
        assertLoads(archive, batch);
        restorable++;
      }
    }
    if (restorable < 8) {
      String warnings = String.join(" ", archive.warnings());
      boolean lastFileEndsEarlier = archive.damaged().isEmpty();
      assertThat(lastFileEndsEarlier
              || warnings.contains(file.toString())
              || warnings.contains("which follows a file that was cut"))
          .as(warnings)
          .isTrue();
    }
    return restorable;
  }

  @Test
  void fullDiskIsAnErrorThatNamesTheFile() {
    StateLog log = log(1, 1 << 20, 1000);
    commit(log, 1, 0, 1);
    files.fault = (operation, file) -> {
      if (operation.equals("write")) {
        throw new IOException("No space left on device");
      }
    };

    assertThatThrownBy(() -> commit(log, 2, 0, 1))
        .isInstanceOf(CompletionException.class)
        .hasRootCauseInstanceOf(IOException.class)
        .cause()
        .isInstanceOf(SluiceException.class)
        .hasMessageContaining("000001-a1-000001.log cannot be written")
        .hasMessageContaining("No space left on device");
  }

  @Test
  void blocksAreFoundAgainAndFilesWithoutNeededOnesGo() throws IOException {
    BlockLog log = new BlockLog(directory, 1, "b", 120, true, files, Runnable::run);
    for (long number = 1; number <= 6; number++) {
      log.append(new BlockEntry("lines", number, 1, OptionalLong.of(number * 10), new byte[40]))
          .toCompletableFuture()
          .join();
    }

    log.release(List.of(
        new LoggedBlocks.Key("lines", 1),
        new LoggedBlocks.Key("lines", 2),
        new LoggedBlocks.Key("lines", 3)));
    BlockArchive archive = BlockArchive.read(files, directory);

    assertThat(archive.find(new LoggedBlocks.Key("lines", 1))).isEmpty();
    assertThat(archive.all()).last().satisfies(found -> {
      assertThat(found.key().sequence()).isEqualTo(6);
      assertThat(found.position()).hasValue(60);
    });
  }
}
