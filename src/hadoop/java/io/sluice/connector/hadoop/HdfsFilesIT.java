package io.sluice.connector.hadoop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.ErrorCode;
import io.sluice.api.Locations;
import io.sluice.api.SluiceException;
import io.sluice.checkpoint.DirectoryLedger;
import io.sluice.checkpoint.Ledger;
import io.sluice.checkpoint.SegmentFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.PrivilegedExceptionAction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.security.UserGroupInformation;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files, and the ledger that is made of them, in a real HDFS. */
@Timeout(120)
class HdfsFilesIT {

  private static HdfsCluster hdfs;

  private Path directory;

  @BeforeAll
  static void startCluster(@TempDir Path temporary) throws IOException {
    hdfs = new HdfsCluster(temporary);
  }

  @AfterAll
  static void stopCluster() throws IOException {
    hdfs.close();
  }

  @BeforeEach
  void makeDirectory(TestInfo test) throws IOException {
    directory = Locations.path(hdfs.at("/" + test.getTestMethod().orElseThrow().getName()));
    Files.createDirectories(directory);
  }

  @Test
  void textOfAPathIsThePathAgain() {
    Path path = directory.resolve("a b%20ä#?/part-1.txt");

    assertThat(path.toString()).startsWith("hdfs://").endsWith("a b%20ä#?/part-1.txt");
    assertThat(Locations.path(path.toString())).isEqualTo(path);
    assertThat(Path.of(path.toUri())).isEqualTo(path);
    assertThat(path.startsWith(directory)).isTrue();
    assertThat(directory.relativize(path)).hasToString("a b%20ä#?/part-1.txt");
  }

  @Test
  void fileIsWrittenReadAndListed() throws IOException {
    Path file = directory.resolve("a b.txt");
    Files.writeString(file, "one\ntwo\n");

    assertThat(Files.readAllLines(file)).containsExactly("one", "two");
    assertThat(Files.size(file)).isEqualTo(8);
    assertThat(Files.isRegularFile(file)).isTrue();
    assertThat(Files.isDirectory(directory)).isTrue();
    assertThat(list(directory)).containsExactly(file);
    try (FileChannel channel = FileChannel.open(file)) {
      ByteBuffer bytes = ByteBuffer.allocateDirect(3);
      channel.read(bytes, 4);
      assertThat(UTF_8.decode(bytes.flip()).toString()).isEqualTo("two");
    }
    Files.writeString(file, "three");
    assertThat(file).hasContent("three");
    assertThat(hdfs.other().getFileStatus(new org.apache.hadoop.fs.Path(file.toString())))
        .returns(FsPermission.createImmutable((short) 0644), found -> found.getPermission());
  }

  private static List<Path> list(Path found) throws IOException {
    try (Stream<Path> files = Files.list(found)) {
      return files.toList();
    }
  }

  @Test
  void whatIsNotThereIsToldFromWhatIs() throws IOException {
    Path file = Files.writeString(directory.resolve("there"), "x");
    Path none = directory.resolve("none");

    assertThatThrownBy(() -> Files.size(none)).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> list(none)).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> list(file)).isInstanceOf(NotDirectoryException.class);
    assertThatThrownBy(() -> Files.delete(none)).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> Files.delete(directory))
        .isInstanceOf(DirectoryNotEmptyException.class);
    assertThatThrownBy(() -> Files.move(none, file)).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(
            () -> Files.writeString(none.resolve("x"), "", StandardOpenOption.CREATE_NEW))
        .isInstanceOf(IOException.class);
    assertThat(Files.exists(none)).isFalse();
    assertThat(Files.deleteIfExists(none)).isFalse();
  }

  @Test
  void fileThatIsThereIsNotMadeAgainAlsoWhileItIsWritten() throws IOException {
    Path file = directory.resolve("epoch");
    try (FileChannel open = create(file)) {
      assertThatThrownBy(() -> create(file)).isInstanceOf(FileAlreadyExistsException.class);
      try (DistributedFileSystem other = hdfs.other()) {
        FSDataOutputStream theirs =
            other.create(new org.apache.hadoop.fs.Path(file + "-theirs"), false);
        assertThatThrownBy(() -> create(Locations.path(file + "-theirs")))
            .isInstanceOf(FileAlreadyExistsException.class);
        theirs.close();
      }
      open.write(UTF_8.encode("x"));
    }
    assertThatThrownBy(() -> create(file)).isInstanceOf(FileAlreadyExistsException.class);
    assertThat(file).hasContent("x");
  }

  @Test
  void ofManyWhoMakeAFileOneDoes() throws Exception {
    for (int round = 0; round < 5; round++) {
      Path file = directory.resolve("epoch-" + round);
      ExecutorService threads = Executors.newFixedThreadPool(8);
      List<CompletableFuture<Boolean>> makers = new ArrayList<>();
      for (int maker = 0; maker < 8; maker++) {
        makers.add(CompletableFuture.supplyAsync(() -> isMade(file), threads));
      }

      assertThat(makers.stream().filter(CompletableFuture::join)).hasSize(1);
      threads.shutdown();
    }
  }

  private static boolean isMade(Path file) {
    try {
      create(file).close();
      return true;
    } catch (FileAlreadyExistsException taken) {
      return false;
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }

  private static FileChannel create(Path file) throws IOException {
    return FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  @Test
  void forcedBytesAreSeenWhileTheFileIsOpen() throws IOException {
    Path file = directory.resolve("log");
    try (FileChannel open = create(file)) {
      open.write(UTF_8.encode("safe"));
      open.force(false);
      open.write(UTF_8.encode("later"));

      assertThat(Files.readString(file)).startsWith("safe");
      assertThat(Files.size(file)).isEqualTo(4);
    }
    assertThat(file).hasContent("safelater");
  }

  @Test
  void renameTakesThePlaceOfAFileAtOnceOnlyIfItMay() throws IOException {
    Path from = Files.writeString(directory.resolve("from"), "new");
    Path to = Files.writeString(directory.resolve("to"), "old");

    assertThatThrownBy(() -> Files.move(from, to)).isInstanceOf(FileAlreadyExistsException.class);
    assertThat(to).hasContent("old");

    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);

    assertThat(to).hasContent("new");
    assertThat(Files.exists(from)).isFalse();
  }

  @Test
  void fileOfAKilledWriterIsContinued() throws IOException {
    Path file = directory.resolve("_manifest");
    DistributedFileSystem killed = hdfs.other();
    FSDataOutputStream theirs = killed.create(new org.apache.hadoop.fs.Path(file.toString()));
    theirs.write("one\n".getBytes(UTF_8));
    theirs.hsync();

    Files.writeString(file, "two\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    Files.writeString(file, "three\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);

    assertThat(file).hasContent("one\ntwo\nthree\n");
    assertThatThrownBy(() -> {
          theirs.write("late\n".getBytes(UTF_8));
          theirs.hsync();
        })
        .isInstanceOf(IOException.class);
    assertThat(file).hasContent("one\ntwo\nthree\n");
  }

  @Test
  void fileOfAKilledWriterIsReadAfterItsDataNodeHasStartedAgain() throws Exception {
    Path file = directory.resolve("epoch");
    DistributedFileSystem killed = hdfs.other();
    FSDataOutputStream theirs = killed.create(new org.apache.hadoop.fs.Path(file.toString()));
    theirs.write("safe\n".getBytes(UTF_8));
    theirs.hsync();
    killed.getClient().getLeaseRenewer().interruptAndJoin();
    hdfs.nodes().restartDataNode(0, true);
    hdfs.nodes().waitActive();
    hdfs.nodes().setLeasePeriod(1000, 60_000);
    try {
      assertThat(file).hasContent("safe\n");
    } finally {
      hdfs.nodes().setLeasePeriod(60_000, 20 * 60_000);
    }
  }

  @Test
  void whoMayNotWriteIsTold() throws Exception {
    Files.createDirectories(directory.resolve("private"));
    UserGroupInformation guest = UserGroupInformation.createRemoteUser("guest");
    try (Store store = guest.doAs(
        (PrivilegedExceptionAction<Store>) () -> HdfsStore.connect(hdfs.uri(), Map.of()))) {
      String file = "/" + directory.getFileName() + "/private/x";

      assertThatThrownBy(() -> store.create(file, true))
          .isInstanceOf(AccessDeniedException.class)
          .hasMessageContaining(hdfs.uri().getAuthority() + file)
          .hasMessageContaining("Permission denied: user=guest");
    }
  }

  @Test
  void secondDriverSealsTheLedgerOfTheFirst() throws Exception {
    ExecutorService threads = Executors.newCachedThreadPool();
    Path kept = directory.resolve("ledger");
    try {
      DirectoryLedger first = new DirectoryLedger(kept, 2, true, SegmentFiles.disk(), threads);
      assertThat(first.open().toCompletableFuture().join().snapshot()).isEmpty();
      first.snapshot(bytes("snapshot")).toCompletableFuture().join();
      first.append(bytes("entry")).toCompletableFuture().join();

      DirectoryLedger second = new DirectoryLedger(kept, 2, true, SegmentFiles.disk(), threads);
      Ledger.Opened opened = second.open().toCompletableFuture().join();

      assertThat(opened.epoch()).isEqualTo(2);
      assertThat(opened.snapshot())
          .hasValueSatisfying(s -> assertThat(s).asString(UTF_8).isEqualTo("snapshot"));
      assertThat(opened.entries())
          .singleElement()
          .satisfies(e -> assertThat(e).asString(UTF_8).isEqualTo("entry"));
      assertThatThrownBy(() -> first.append(bytes("late")).toCompletableFuture().join())
          .isInstanceOf(CompletionException.class)
          .cause()
          .isInstanceOfSatisfying(
              SluiceException.class,
              refused -> assertThat(refused.code()).isEqualTo(ErrorCode.EPOCH_SEALED));
      first.close();
      second.close();
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void ofDriversThatOpenTheLedgerAtTheSameTimeTheLastOneHasIt() throws Exception {
    ExecutorService threads = Executors.newCachedThreadPool();
    Path kept = directory.resolve("ledger");
    try {
      List<DirectoryLedger> ledgers = Stream.generate(
              () -> new DirectoryLedger(kept, 2, true, SegmentFiles.disk(), threads))
          .limit(4)
          .toList();
      List<CompletableFuture<Ledger.Opened>> opening =
          ledgers.stream().map(ledger -> ledger.open().toCompletableFuture()).toList();
      List<Long> epochs = opening.stream().map(open -> open.join().epoch()).toList();

      assertThat(epochs).doesNotHaveDuplicates();
      int newest = epochs.indexOf(epochs.stream().max(Long::compare).orElseThrow());
      for (int index = 0; index < ledgers.size(); index++) {
        CompletableFuture<Void> snapshot =
            ledgers.get(index).snapshot(bytes("mine")).toCompletableFuture();
        assertThat(snapshot.handle((done, failure) -> failure == null).join())
            .isEqualTo(index == newest);
      }
      ledgers.forEach(DirectoryLedger::close);
    } finally {
      threads.shutdown();
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
