package io.sluice.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.checkpoint.Ledger.Opened;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryLedgerTest {

  @TempDir
  private Path directory;

  private final FaultyFiles files = new FaultyFiles();

  @Test
  void firstEpochFindsNothing() {
    Opened opened = now(ledger().open());

    assertThat(opened.epoch()).isEqualTo(1);
    assertThat(opened.snapshot()).isEmpty();
    assertThat(opened.entries()).isEmpty();
    assertThat(opened.warnings()).isEmpty();
  }

  @Test
  void nextEpochFindsTheLatestSnapshotAndTheEntriesAfterIt() {
    try (DirectoryLedger first = begun("a")) {
      now(first.append(bytes("1")));
      now(first.snapshot(bytes("b")));
      now(first.append(bytes("2")));
      now(first.append(bytes("3")));
    }

    Opened opened = now(ledger().open());

    assertThat(opened.epoch()).isEqualTo(2);
    assertThat(history(opened)).containsExactly("b", "2", "3");
  }

  @Test
  void epochWithoutSnapshotDoesNotCount() {
    try (DirectoryLedger first = begun("a")) {
      now(first.append(bytes("1")));
    }
    now(ledger().open());

    Opened opened = now(ledger().open());

    assertThat(opened.epoch()).isEqualTo(3);
    assertThat(history(opened)).containsExactly("a", "1");
    assertThat(opened.warnings()).singleElement().asString().contains("epoch-000002", "is empty");
  }

  @Test
  void sealedEpochTakesNoMoreForEver() {
    DirectoryLedger old = begun("a");
    now(ledger().open());

    for (int time = 0; time < 2; time++) {
      assertSealed(old.append(bytes("1")));
      assertSealed(old.snapshot(bytes("b")));
    }
  }

  @Test
  void epochIsSealedEvenIfTheNewerOneHasLongBeenSucceeded() {
    DirectoryLedger old = begun("a");
    begun("b");
    begun("c");
    begun("d");
    begun("e");

    assertThat(directory.resolve("epoch-000002-000001.log")).doesNotExist();
    assertSealed(old.append(bytes("1")));
  }

  @Test
  void entryBeforeTheFirstSnapshotIsRefused() {
    DirectoryLedger ledger = ledger();
    now(ledger.open());

    assertThatThrownBy(() -> ledger.append(bytes("1")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("no snapshot yet");
    assertThatThrownBy(ledger::open).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> ledger().append(bytes("1")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("not open");
  }

  @Test
  void snapshotsBeyondTheNumberKeptAreDeleted() throws IOException {
    DirectoryLedger first = begun("a");
    now(first.snapshot(bytes("b")));
    now(ledger().open());
    begun("c");
    DirectoryLedger last = begun("d");
    Files.writeString(directory.resolve("notes.txt"), "of somebody else");

    assertThat(names())
        .containsExactly(
            "epoch-000001-000002.log",
            "epoch-000002-000001.log",
            "epoch-000003-000001.log",
            "epoch-000004-000001.log",
            "notes.txt");

    now(last.snapshot(bytes("e")));
    assertThat(names())
        .containsExactly(
            "epoch-000003-000001.log",
            "epoch-000004-000001.log",
            "epoch-000004-000002.log",
            "notes.txt");
  }

  @Test
  void nothingIsDeletedBeforeTheNewSnapshotIsSafe() throws IOException {
    begun("a");
    begun("b");
    begun("c");
    files.fault = (operation, file) -> {
      if (operation.equals("force")) {
        throw new IOException("Input/output error");
      }
    };
    DirectoryLedger last = ledger();
    now(last.open());

    assertFailed(last.snapshot(bytes("d")));
    assertThat(names()).contains("epoch-000001-000001.log", "epoch-000002-000001.log");
  }

  @Test
  void everyTruncationOfTheLastFileLeavesABeginningOfWhatWasWritten() throws IOException {
    Path last = twoEpochs();
    byte[] whole = Files.readAllBytes(last);

    for (int length = 0; length <= whole.length; length++) {
      Files.write(last, Arrays.copyOf(whole, length));
      Opened opened = now(ledger().open());

      List<String> history = history(opened);
      if (history.get(0).equals("b")) {
        assertThat(List.of("b", "2", "3")).startsWith(history.toArray(String[]::new));
      } else {
        assertThat(history).containsExactly("a", "1");
        assertThat(opened.warnings()).anySatisfy(it -> assertThat(it).contains(last.toString()));
      }
      deleteAfter(last);
    }
  }

  @Test
  void everyBitFlipOfTheLastFileIsNamedOrRefused() throws IOException {
    Path last = twoEpochs();
    byte[] whole = Files.readAllBytes(last);

    for (int bit = 0; bit < whole.length * 8; bit++) {
      byte[] flipped = whole.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      Files.write(last, flipped);
      CompletableFuture<Opened> open = ledger().open().toCompletableFuture();

      boolean otherVersion = bit >= 64 && bit < 96;
      assertThat(open.isCompletedExceptionally()).as("bit " + bit).isEqualTo(otherVersion);
      if (otherVersion) {
        assertThatThrownBy(open::join)
            .hasMessageContaining(last.toString())
            .hasMessageContaining("another version of Sluice");
      } else {
        Opened opened = open.join();
        assertThat(opened.warnings())
            .singleElement()
            .asString()
            .contains(last.toString(), "at byte");
        String[] history = history(opened).toArray(String[]::new);
        assertThat(history[0].equals("b") ? List.of("b", "2", "3") : List.of("a", "1"))
            .startsWith(history);
      }
      deleteAfter(last);
    }
  }

  @Test
  void ledgerWithoutAnyIntactSnapshotIsNotTakenForANewOne() throws IOException {
    begun("a");
    Path file = directory.resolve("epoch-000001-000001.log");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 1] ^= 1;
    Files.write(file, bytes);

    assertThatThrownBy(() -> ledger().open().toCompletableFuture().join())
        .hasMessageContaining("has no intact snapshot")
        .hasMessageContaining(file.toString())
        .hasMessageContaining("Restore its files");
    assertThat(file).exists();
  }

  @Test
  void fileThatDoesNotBeginWithASnapshotIsSkipped() throws IOException {
    begun("a");
    Path file = directory.resolve("epoch-000002-000001.log");
    try (SegmentWriter writer = SegmentWriter.create(
        files, part -> file, new SegmentWriter.Settings(1 << 20, true), () -> {}, Runnable::run)) {
      writer.append(new Segment.Frame(DirectoryLedger.ENTRY, bytes("1")));
    }

    Opened opened = now(ledger().open());

    assertThat(history(opened)).containsExactly("a");
    assertThat(opened.warnings())
        .singleElement()
        .asString()
        .contains(file.toString(), "has no snapshot");
  }

  @Test
  void directoryThatCannotBeUsedIsNamed() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "");
    DirectoryLedger ledger =
        new DirectoryLedger(file.resolve("below"), 3, true, files, Runnable::run);

    assertThatThrownBy(() -> ledger.open().toCompletableFuture().join())
        .cause()
        .isInstanceOf(SluiceException.class)
        .hasMessageContaining(file.resolve("below").toString())
        .hasMessageContaining("choose another one");
  }

  @Test
  void driverThatIsOvertakenBetweenWriteAndCheckIsSealed() {
    DirectoryLedger old = begun("a");
    List<Opened> next = new ArrayList<>();
    files.fault = (operation, file) -> {
      if (operation.equals("force") && next.isEmpty()) {
        DirectoryLedger newer =
            new DirectoryLedger(directory, 3, true, SegmentFiles.disk(), Runnable::run);
        next.add(now(newer.open()));
      }
    };

    assertSealed(old.append(bytes("1")));
    assertThat(next).hasSize(1);
  }

  /** Each driver opens, writes, and is sealed by another one at any point. */
  @Test
  void nothingThatWasSafeIsMissingWhenManyDriversRace() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(6);
    ConcurrentLinkedQueue<List<String>> histories = new ConcurrentLinkedQueue<>();

    List<CompletableFuture<Void>> drivers = IntStream.range(0, 6)
        .mapToObj(driver -> CompletableFuture.runAsync(
            () -> {
              for (int turn = 0; turn < 25; turn++) {
                histories.add(drive(new Random(driver * 1000L + turn), driver + "." + turn));
              }
            },
            threads))
        .toList();
    for (CompletableFuture<Void> driver : drivers) {
      driver.get(60, TimeUnit.SECONDS);
    }
    threads.shutdown();

    List<String> last = history(now(ledger().open()));
    List<String> all = List.of(String.join(",", last).split(",", -1));
    assertThat(histories).anySatisfy(history -> assertThat(history).hasSizeGreaterThan(1));
    assertThat(histories)
        .allSatisfy(safe -> assertThat(safe).isEqualTo(all.subList(0, safe.size())));
  }

  /** The safe history that a driver left, from the very first entry on. */
  private List<String> drive(Random random, String name) {
    DirectoryLedger ledger =
        new DirectoryLedger(directory, 3, false, SegmentFiles.disk(), Runnable::run);
    List<String> safe = new ArrayList<>();
    List<String> written = new ArrayList<>();
    try (ledger) {
      String found = String.join(",", history(now(ledger.open())));
      written.addAll(found.isEmpty() ? List.of("begin") : List.of(found.split(",", -1)));
      now(ledger.snapshot(bytes(String.join(",", written))));
      safe.addAll(written);
      int entries = random.nextInt(12);
      for (int entry = 0; entry < entries; entry++) {
        written.add(name + "." + entry);
        if (random.nextInt(5) == 0) {
          now(ledger.snapshot(bytes(String.join(",", written))));
        } else {
          now(ledger.append(bytes(name + "." + entry)));
        }
        safe.add(name + "." + entry);
      }
    } catch (CompletionException sealed) {
      assertThat(sealed.getCause())
          .isInstanceOfSatisfying(
              SluiceException.class,
              error -> assertThat(error.code()).isEqualTo(ErrorCode.EPOCH_SEALED));
    }
    return safe;
  }

  private Path twoEpochs() {
    try (DirectoryLedger first = begun("a")) {
      now(first.append(bytes("1")));
    }
    try (DirectoryLedger second = begun("b")) {
      now(second.append(bytes("2")));
      now(second.append(bytes("3")));
    }
    return directory.resolve("epoch-000002-000001.log");
  }

  private void deleteAfter(Path last) throws IOException {
    for (String name : names()) {
      if (name.compareTo(last.getFileName().toString()) > 0) {
        Files.delete(directory.resolve(name));
      }
    }
  }

  private DirectoryLedger begun(String state) {
    DirectoryLedger ledger = ledger();
    now(ledger.open());
    now(ledger.snapshot(bytes(state)));
    return ledger;
  }

  private DirectoryLedger ledger() {
    return new DirectoryLedger(directory, 3, true, files, Runnable::run);
  }

  private List<String> names() throws IOException {
    try (Stream<Path> found = Files.list(directory)) {
      return found.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static List<String> history(Opened opened) {
    List<String> history = new ArrayList<>();
    opened.snapshot().ifPresent(state -> history.add(new String(state, UTF_8)));
    opened.entries().forEach(entry -> history.add(new String(entry, UTF_8)));
    return history;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static <T> T now(CompletionStage<T> stage) {
    assertThat(stage.toCompletableFuture()).isDone();
    return stage.toCompletableFuture().join();
  }

  private static void assertSealed(CompletionStage<Void> stage) {
    assertThatThrownBy(() -> now(stage))
        .cause()
        .isInstanceOfSatisfying(
            SluiceException.class,
            error -> assertThat(error.code()).isEqualTo(ErrorCode.EPOCH_SEALED));
  }

  private static void assertFailed(CompletionStage<Void> stage) {
    assertThatThrownBy(() -> now(stage))
        .cause()
        .isInstanceOfSatisfying(
            SluiceException.class,
            error -> assertThat(error.code()).isEqualTo(ErrorCode.CHECKPOINT_FAILED));
  }
}
