package io.sluice.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.BlockSettings;
import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.api.StorageLevel;
import io.sluice.batch.BlockId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlockStoreTest {

  private static final long BOUND = 100;
  private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(20);

  private final Path directory;
  private final BlockStore store;
  private final RecordCodec codec = new RecordCodec(BlockStoreTest.class.getClassLoader());

  BlockStoreTest(@TempDir Path directory) {
    this.directory = directory;
    this.store = new BlockStore(new BlockSettings(BOUND, BOUND, directory));
  }

  @Test
  void blocksGoToDiskWhenMemoryIsFullAndNowhereWhenDiskIsFullToo() {
    assertThat(offer(1, 60, StorageLevel.MEMORY_AND_DISK)).isTrue();
    assertThat(offer(2, 60, StorageLevel.MEMORY_AND_DISK)).isTrue();
    assertThat(offer(3, 60, StorageLevel.MEMORY_AND_DISK)).isFalse();

    assertThat(store.memoryBytes()).isEqualTo(60);
    assertThat(store.diskBytes()).isEqualTo(60);
    assertThat(store.contains(id(3))).isFalse();
    assertThat(store.ids(id(1).kind())).containsExactlyInAnyOrder(id(1), id(2));
  }

  /** The store is full when the block is offered and empty a moment later: it fits then. */
  @Test
  void aBlockThatWaitedForTheLastOneIsStored() throws Exception {
    int blocks = 100_000;
    CompletableFuture<Void> removing = CompletableFuture.runAsync(() -> {
      for (int number = 1; number <= blocks; number++) {
        while (!store.contains(id(number))) {
          Thread.onSpinWait();
        }
        store.remove(id(number));
      }
    });
    for (int number = 1; number <= blocks; number++) {
      store.store(id(number), new Block.Records(List.of(), BOUND), StorageLevel.MEMORY_ONLY, codec);
    }

    removing.get(20, TimeUnit.SECONDS);
    assertThat(store.memoryBytes()).isZero();
  }

  @Test
  void levelDecidesWhereABlockMayLie() {
    assertThat(offer(1, 60, StorageLevel.DISK_ONLY)).isTrue();
    assertThat(store.memoryBytes()).isZero();
    assertThat(store.diskBytes()).isEqualTo(60);

    assertThat(offer(2, 60, StorageLevel.MEMORY_ONLY)).isTrue();
    assertThat(offer(3, 60, StorageLevel.MEMORY_ONLY)).isFalse();
  }

  @Test
  void blockFromDiskIsTheBlockThatWasStored() {
    Block.Text text = text("one\ntwo\n");
    store.offer(id(1), text, StorageLevel.DISK_ONLY, codec);

    Block read = store.get(id(1));

    List<Object> lines = new ArrayList<>();
    assertThat(read).isNotNull();
    if (read != null) {
      read.forEach(codec, lines::add);
      assertThat(read.records()).isEqualTo(2);
    }
    assertThat(lines).containsExactly("one", "two");
  }

  @Test
  void blockThatIsThereIsNotStoredAgain() {
    offer(1, 60, StorageLevel.MEMORY_ONLY);

    assertThat(offer(1, 60, StorageLevel.MEMORY_ONLY)).isTrue();
    assertThat(store.memoryBytes()).isEqualTo(60);
  }

  @Test
  void whatTasksPutIsCountedButNeverRefused() {
    store.put(id(1), block(80));
    store.put(id(2), block(80));

    assertThat(store.memoryBytes()).isEqualTo(160);
    assertThat(offer(3, 10, StorageLevel.MEMORY_ONLY)).isFalse();

    store.put(id(2), block(10));
    assertThat(store.memoryBytes()).isEqualTo(90);
  }

  @Test
  void whatTasksKeepGoesToDiskWithoutRoomAndIsNeverRefused() {
    store.keep(id(1), block(80), codec);
    store.keep(id(2), text("one\ntwo\n"), codec);
    store.keep(id(3), block(80), codec);
    store.keep(id(4), block(80), codec);

    assertThat(store.memoryBytes()).isEqualTo(80 + text("one\ntwo\n").sizeBytes());
    assertThat(store.diskBytes()).isEqualTo(160);
    assertThat(offer(5, 30, StorageLevel.MEMORY_AND_DISK)).isFalse();
    assertThat(store.get(id(3)))
        .isInstanceOfSatisfying(
            Block.Text.class, read -> assertThat(read.bytes()).hasSize(80));

    store.removeIf(EnumSet.allOf(BlockId.Kind.class), any -> true);
    assertThat(store.memoryBytes()).isZero();
    assertThat(store.diskBytes()).isZero();
    assertThat(files()).isEmpty();
  }

  @Test
  void receivedBlocksLeaveTasksAnEighthMore() {
    offer(1, 100, StorageLevel.MEMORY_ONLY);

    store.keep(id(2), block(12), codec);
    store.keep(id(3), block(2), codec);

    assertThat(store.memoryBytes()).isEqualTo(112);
    assertThat(store.diskBytes()).isEqualTo(2);
  }

  @Test
  void whatIsKeptAnewTakesThePlaceOfWhatWasThere() {
    store.keep(id(1), block(80), codec);
    store.keep(id(2), block(80), codec);
    store.keep(id(2), block(20), codec);
    assertThat(store.memoryBytes()).isEqualTo(100);
    assertThat(store.diskBytes()).isZero();

    store.keep(id(1), block(90), codec);
    store.keep(id(1), block(95), codec);
    assertThat(store.memoryBytes()).isEqualTo(20);
    assertThat(store.diskBytes()).isEqualTo(95);
    assertThat(files()).hasSize(1);
  }

  @Test
  void recordsThatCannotBeEncodedStayInMemory() {
    Object cannot = new Object() {
      private final Thread thread = Thread.currentThread();

      @Override
      public String toString() {
        return thread.getName();
      }
    };

    store.keep(id(1), new Block.Records(List.of(cannot), 500), codec);

    assertThat(store.memoryBytes()).isEqualTo(500);
    assertThat(store.get(id(1))).isEqualTo(new Block.Records(List.of(cannot), 500));
  }

  @Test
  void whatCannotBeWrittenIsAnErrorAndLeavesNothingBehind() throws IOException {
    Path occupied = Files.writeString(directory.resolve("occupied"), "");
    BlockStore full = new BlockStore(new BlockSettings(BOUND, BOUND, occupied));

    assertThatThrownBy(() -> full.keep(id(1), block(200), codec))
        .isInstanceOfSatisfying(
            SluiceException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.STORAGE_FULL))
        .hasMessageContaining("sluice.block.directory");
    assertThat(full.memoryBytes()).isZero();
    assertThat(full.diskBytes()).isZero();
    assertThat(full.ids(id(1).kind())).isEmpty();
  }

  @Test
  void removedBlockGivesItsRoomBackInMemoryAndOnDisk() {
    offer(1, 60, StorageLevel.MEMORY_ONLY);
    offer(2, 60, StorageLevel.DISK_ONLY);

    store.removeIf(EnumSet.allOf(BlockId.Kind.class), any -> true);

    assertThat(store.memoryBytes()).isZero();
    assertThat(store.diskBytes()).isZero();
    assertThat(files()).isEmpty();
  }

  @Test
  void storingWaitsForRoomAndARemovalWakesIt() throws Exception {
    offer(1, 60, StorageLevel.MEMORY_ONLY);
    CompletableFuture<Void> stored = new CompletableFuture<>();
    Thread thread = storing(2, 60, stored);
    awaitWaiting(thread);
    assertThat(stored).isNotDone();

    store.remove(id(1));

    stored.get(20, TimeUnit.SECONDS);
    assertThat(store.contains(id(2))).isTrue();
  }

  @Test
  void closingTheStoreEndsTheWait() throws Exception {
    offer(1, 60, StorageLevel.MEMORY_ONLY);
    CompletableFuture<Void> stored = new CompletableFuture<>();
    Thread thread = storing(2, 60, stored);
    awaitWaiting(thread);

    store.close();

    assertThatThrownBy(() -> stored.get(20, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOfSatisfying(
            SluiceException.class,
            closed -> assertThat(closed.code()).isEqualTo(ErrorCode.CONTEXT_STOPPED));
  }

  @Test
  void blockThatCanNeverFitIsRefusedAtOnce() {
    assertThatThrownBy(() -> store.store(id(1), block(101), StorageLevel.MEMORY_AND_DISK, codec))
        .isInstanceOfSatisfying(
            SluiceException.class,
            full -> assertThat(full.code()).isEqualTo(ErrorCode.STORAGE_FULL))
        .hasMessageStartingWith("Block of 101 bytes can never be stored");
  }

  @Test
  void blockThatIsTooLongOnlyWhenItIsEncodedIsRefusedAtOnce() {
    Block shortInMemory = new Block.Records(List.of("x".repeat(200)), 10);

    assertThatThrownBy(() -> store.store(id(1), shortInMemory, StorageLevel.DISK_ONLY, codec))
        .isInstanceOfSatisfying(
            SluiceException.class,
            full -> assertThat(full.code()).isEqualTo(ErrorCode.STORAGE_FULL))
        .hasMessageContaining("does not fit into an empty store");
  }

  @Test
  void arrivalsAreAnnouncedAfterTheBlockIsThere() {
    List<BlockId> arrived = new ArrayList<>();
    store.onArrival(id -> {
      assertThat(store.contains(id)).isTrue();
      arrived.add(id);
    });

    store.put(id(1), block(10));
    offer(2, 10, StorageLevel.DISK_ONLY);

    assertThat(arrived).containsExactly(id(1), id(2));
  }

  @Test
  void closeDeletesTheFilesAndCanBeRepeated() {
    offer(1, 60, StorageLevel.DISK_ONLY);
    assertThat(files()).hasSize(1);

    store.close();

    assertThat(files()).isEmpty();
    assertThatCode(store::close).doesNotThrowAnyException();
  }

  private Thread storing(long number, int bytes, CompletableFuture<Void> stored) {
    Thread thread = new Thread(() -> {
      try {
        store.store(id(number), block(bytes), StorageLevel.MEMORY_ONLY, codec);
        stored.complete(null);
      } catch (InterruptedException | RuntimeException failure) {
        stored.completeExceptionally(failure);
      }
    });
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private static void awaitWaiting(Thread thread) throws TimeoutException {
    long deadline = System.nanoTime() + TIMEOUT_NANOS;
    while (thread.getState() != Thread.State.WAITING) {
      if (System.nanoTime() > deadline) {
        throw new TimeoutException("The thread is " + thread.getState());
      }
      Thread.onSpinWait();
    }
  }

  private boolean offer(long number, int bytes, StorageLevel level) {
    return store.offer(id(number), block(bytes), level, codec);
  }

  private List<Path> files() {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(Files::isRegularFile).toList();
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }

  private static BlockId id(long number) {
    return BlockId.received(1, 0, number);
  }

  private static Block.Text block(int bytes) {
    return Block.Text.of(new byte[bytes], 0);
  }

  private static Block.Text text(String lines) {
    return TextBlockTest.text(lines);
  }
}
