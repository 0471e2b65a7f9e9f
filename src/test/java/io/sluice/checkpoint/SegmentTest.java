package io.sluice.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.checkpoint.Segment.Damage;
import io.sluice.checkpoint.Segment.Frame;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SegmentTest {

  private static final List<String> THREE = List.of("one", "two", "three");

  @TempDir
  private Path directory;

  private final FaultyFiles files = new FaultyFiles();
  private final Queue<Runnable> pending = new ArrayDeque<>();

  @Test
  void framesAreReadAsTheyWereWritten() throws IOException {
    try (SegmentWriter writer = writer(1 << 20, true)) {
      writer.append(frame(1, "one"));
      writer.append(frame(7, ""));
      writer.append(new Frame((byte) -1, new byte[100_000]));
      runPending();
    }

    Segment segment = read(1);
    assertThat(segment.damage()).isEmpty();
    assertThat(segment.frames())
        .usingRecursiveFieldByFieldElementComparator()
        .containsExactly(frame(1, "one"), frame(7, ""), new Frame((byte) -1, new byte[100_000]));
  }

  @Test
  void stageCompletesWhenTheFileIsForced() throws IOException {
    SegmentWriter writer = writer(1 << 20, true);
    CompletableFuture<SegmentWriter.Position> first = append(writer, "one");
    CompletableFuture<SegmentWriter.Position> second = append(writer, "two");
    assertThat(first).isNotDone();

    runPending();

    assertThat(first).isCompletedWithValue(new SegmentWriter.Position(file(1), 12));
    assertThat(second).isCompletedWithValue(new SegmentWriter.Position(file(1), 12 + 13 + 3));
    assertThat(files.forces).as("one force serves both").hasValue(1);
  }

  @Test
  void writerWithoutSyncForcesNothing() throws IOException {
    SegmentWriter writer = writer(1 << 20, false);
    CompletableFuture<SegmentWriter.Position> safe = append(writer, "one");
    runPending();

    assertThat(safe).isCompleted();
    assertThat(files.forces).hasValue(0);
    assertThat(read(1).frames()).hasSize(1);
  }

  @Test
  void fileThatIsLargeEnoughIsFollowedByAnother() throws IOException {
    SegmentWriter writer = writer(40, true);
    for (int number = 0; number < 5; number++) {
      writer.append(frame(1, "entry-" + number));
    }
    writer.appendInNewFile(frame(1, "last"));
    runPending();

    assertThat(texts(read(1))).containsExactly("entry-0", "entry-1");
    assertThat(texts(read(2))).containsExactly("entry-2", "entry-3");
    assertThat(texts(read(3))).containsExactly("entry-4");
    assertThat(texts(read(4))).containsExactly("last");
  }

  @Test
  void framesOfManyThreadsAreAllSafeAndInTheOrderOfEachThread() throws Exception {
    ExecutorService disk = Executors.newSingleThreadExecutor();
    ExecutorService threads = Executors.newFixedThreadPool(4);
    SegmentWriter writer = SegmentWriter.create(
        files, this::file, new SegmentWriter.Settings(1 << 20, true), () -> {}, disk);

    List<CompletableFuture<Void>> done = IntStream.range(0, 4)
        .mapToObj(thread -> CompletableFuture.runAsync(
            () -> {
              for (int number = 0; number < 250; number++) {
                append(writer, thread + ":" + number)
                    .orTimeout(10, TimeUnit.SECONDS)
                    .join();
              }
            },
            threads))
        .toList();
    done.forEach(CompletableFuture::join);
    writer.close();
    threads.shutdown();
    disk.shutdown();

    List<String> texts = texts(read(1));
    assertThat(texts).hasSize(1000);
    for (int thread = 0; thread < 4; thread++) {
      String prefix = thread + ":";
      assertThat(texts.stream().filter(text -> text.startsWith(prefix)))
          .containsExactlyElementsOf(
              IntStream.range(0, 250).mapToObj(number -> prefix + number).toList());
    }
    assertThat(files.forces.get()).isLessThan(1000);
  }

  @Test
  void everyTruncationIsTornAndKeepsTheFramesBefore() throws IOException {
    byte[] whole = threeFrames();

    for (int length = 0; length < whole.length; length++) {
      Files.write(file(1), Arrays.copyOf(whole, length));
      Segment segment = read(1);

      assertThat(texts(segment)).isEqualTo(THREE.subList(0, segment.frames().size()));
      boolean betweenFrames = length == 12 || length == 28 || length == 44;
      assertThat(segment.damage().isEmpty()).as("length " + length).isEqualTo(betweenFrames);
      segment.damage().ifPresent(damage -> {
        assertThat(damage.kind()).isEqualTo(Damage.Kind.TORN);
        assertThat(damage.message()).contains(file(1).toString());
      });
    }
  }

  @Test
  void everyBitFlipIsFound() throws IOException {
    byte[] whole = threeFrames();

    for (int bit = 0; bit < whole.length * 8; bit++) {
      byte[] flipped = whole.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      Files.write(file(1), flipped);
      Segment segment = read(1);

      assertThat(segment.damage()).as("bit " + bit).isPresent();
      Damage damage = segment.damage().get();
      assertThat(damage.offset()).isLessThanOrEqualTo(bit / 8);
      assertThat(damage.kind())
          .isEqualTo(
              bit < 64 ? Damage.Kind.MAGIC : bit < 96 ? Damage.Kind.VERSION : Damage.Kind.CHECKSUM);
      assertThat(texts(segment)).isEqualTo(THREE.subList(0, segment.frames().size()));
    }
  }

  @Test
  void zerosBehindTheLastFrameAreATornTail() throws IOException {
    byte[] whole = threeFrames();
    Files.write(file(1), Arrays.copyOf(whole, whole.length + 4096));

    Segment segment = read(1);

    assertThat(texts(segment)).containsExactly("one", "two", "three");
    assertThat(segment.damage())
        .contains(new Damage(Damage.Kind.TORN, file(1), whole.length, "it ends in zeros"));
  }

  @Test
  void writerThatFailedFailsForEver() throws IOException {
    for (String operation : List.of("write", "force")) {
      Path own = directory.resolve(operation);
      SegmentWriter writer = SegmentWriter.create(
          files, number -> own, new SegmentWriter.Settings(1 << 20, true), () -> {}, pending::add);
      files.fault = (asked, file) -> {
        if (asked.equals(operation)) {
          throw new IOException("No space left on device");
        }
      };
      CompletableFuture<SegmentWriter.Position> failed = append(writer, "one");
      runPending();
      files.fault = (asked, file) -> {};

      for (CompletableFuture<SegmentWriter.Position> refused :
          List.of(failed, append(writer, "two"))) {
        assertThat(refused).isCompletedExceptionally();
        assertThatThrownBy(refused::join)
            .cause()
            .isInstanceOfSatisfying(
                SluiceException.class,
                error -> assertThat(error.code()).isEqualTo(ErrorCode.CHECKPOINT_FAILED))
            .hasMessageContaining(own.toString())
            .hasMessageContaining("No space left on device")
            .hasMessageContaining("Free space");
      }
    }
  }

  @Test
  void whatTheCheckThrowsFailsTheGroupAndAllThatFollows() throws IOException {
    SluiceException sealed = new SluiceException(ErrorCode.EPOCH_SEALED, "sealed");
    SegmentWriter writer = SegmentWriter.create(
        files,
        this::file,
        new SegmentWriter.Settings(1 << 20, true),
        () -> {
          throw sealed;
        },
        pending::add);

    CompletableFuture<SegmentWriter.Position> first = append(writer, "one");
    runPending();

    assertThatThrownBy(first::join).hasCause(sealed);
    assertThatThrownBy(() -> append(writer, "two").join()).hasCause(sealed);
  }

  @Test
  void whatWasAppendedBeforeCloseIsWritten() throws IOException {
    SegmentWriter writer = writer(1 << 20, true);
    CompletableFuture<SegmentWriter.Position> before = append(writer, "one");
    writer.close();
    CompletableFuture<SegmentWriter.Position> after = append(writer, "two");
    runPending();

    assertThat(before).isCompleted();
    assertThat(after).isCompletedExceptionally();
    assertThat(texts(read(1))).containsExactly("one");
  }

  @Test
  void fileThatExistsIsNotWritten() throws IOException {
    Files.writeString(file(1), "mine");

    assertThatThrownBy(() -> writer(1 << 20, true)).isInstanceOf(FileAlreadyExistsException.class);
    assertThat(file(1)).hasContent("mine");
  }

  private byte[] threeFrames() throws IOException {
    try (SegmentWriter writer = writer(1 << 20, true)) {
      writer.append(frame(1, "one"));
      writer.append(frame(1, "two"));
      writer.append(frame(1, "three"));
      runPending();
    }
    byte[] whole = Files.readAllBytes(file(1));
    Files.delete(file(1));
    return whole;
  }

  private SegmentWriter writer(long maxBytes, boolean sync) throws FileAlreadyExistsException {
    return SegmentWriter.create(
        files, this::file, new SegmentWriter.Settings(maxBytes, sync), () -> {}, pending::add);
  }

  private static CompletableFuture<SegmentWriter.Position> append(
      SegmentWriter writer, String text) {
    CompletionStage<SegmentWriter.Position> safe = writer.append(frame(1, text));
    return safe.toCompletableFuture();
  }

  private static Frame frame(int kind, String text) {
    return new Frame((byte) kind, text.getBytes(UTF_8));
  }

  private Path file(int number) {
    return directory.resolve("segment-" + number);
  }

  private Segment read(int number) throws IOException {
    return Segment.read(files, file(number));
  }

  private static List<String> texts(Segment segment) {
    List<String> texts = new ArrayList<>();
    segment.frames().forEach(frame -> texts.add(new String(frame.payload(), UTF_8)));
    return texts;
  }

  private void runPending() {
    while (!pending.isEmpty()) {
      pending.remove().run();
    }
  }
}
