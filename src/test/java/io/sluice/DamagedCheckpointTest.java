package io.sluice;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.sluice.api.Pair;
import io.sluice.api.Receiver;
import io.sluice.api.SluiceException;
import io.sluice.connector.file.FileManifest;
import io.sluice.connector.file.FileSink;
import io.sluice.testkit.Recorded;
import io.sluice.testkit.StreamingTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * A program whose checkpoint was damaged goes on with the right totals, or says which file is damaged. More often:
 * {@code -Dsluice.damage.rounds=1000}; with other damage: {@code -Dsluice.seed}.
 */
class DamagedCheckpointTest {

  private static final int ROUNDS = Integer.getInteger("sluice.damage.rounds", 25);
  private static final long SEED = 20;
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int BATCHES = 12;
  private static final int A_BATCH = 10;
  private static final int UNASSIGNED = 7;
  private static final int MORE = 5;

  /** What one run gives; what a run has left when its context failed is not for the next one. */
  private static final class Gift {
    private final Queue<Integer> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger stored = new AtomicInteger();
  }

  /** Stores what the test has given, one record a block, and remembers nothing. */
  static final class Given extends Receiver<Integer> {
    private static final long serialVersionUID = 1L;
    private static final AtomicReference<Gift> gift = new AtomicReference<>(new Gift());

    /** A receiver of a run that was killed does not know that it has ended. */
    private static final AtomicReference<@Nullable Given> active = new AtomicReference<>();

    @Override
    public void onStart() {
      active.set(this);
      Gift mine = requireNonNull(gift.get());
      Thread thread = new Thread(() -> pass(mine), "test-given");
      thread.setDaemon(true);
      thread.start();
    }

    private void pass(Gift mine) {
      while (!isStopped() && active.get() == this) {
        Integer next = mine.waiting.poll();
        if (next == null) {
          Thread.onSpinWait();
        } else {
          store(List.of(next));
          mine.stored.incrementAndGet();
        }
      }
    }

    @Override
    public void onStop() {}
  }

  private static final class Warnings extends AppenderBase<ILoggingEvent> {
    private final StringBuilder text = new StringBuilder();

    @Override
    protected synchronized void append(ILoggingEvent event) {
      if (event.getLevel().isGreaterOrEqual(Level.WARN)) {
        text.append(event.getFormattedMessage()).append('\n');
      }
    }

    synchronized String take() {
      String taken = text.toString();
      text.setLength(0);
      return taken;
    }
  }

  @TempDir
  private Path temporary = Path.of("");

  private final Logger logger = (Logger) LoggerFactory.getLogger("io.sluice");
  private final Warnings warnings = new Warnings();
  private int given;
  private Instant now = Instant.EPOCH;

  @BeforeEach
  void listen() {
    warnings.start();
    logger.setLevel(Level.WARN);
    logger.setAdditive(false);
    logger.addAppender(warnings);
  }

  @AfterEach
  void deafen() {
    logger.detachAppender(warnings);
    logger.setLevel(Level.OFF);
  }

  @Test
  void damagedFileIsNamedOrMakesNoDifference() throws Exception {
    long seed = Long.getLong("sluice.seed", SEED);
    Random random = new Random(seed);
    Path intact = temporary.resolve("intact");
    run(intact, BATCHES, UNASSIGNED);
    int before = given;
    Instant end = now;
    Set<String> outcomes = new HashSet<>();
    for (int round = 0; round < ROUNDS; round++) {
      Path copy = temporary.resolve("round-" + round);
      copy(intact, copy);
      String damage = damage(copy, random);
      given = before;
      now = end;
      warnings.take();
      outcomes.add(outcome(copy, damage, "seed %d, round %d: %s".formatted(seed, round, damage)));
    }
    assertThat(outcomes).as("seed %d", seed).contains("right");
  }

  private String outcome(Path directory, String damage, String what) throws IOException {
    String file = damage.substring(0, damage.indexOf(' '));
    boolean cut = damage.contains(" cut after ");
    int total;
    // A sink may refuse what is done again because the ledger was damaged, of which a warning
    // tells.
    String named = cut || file.equals("_manifest") ? "Directory '" : file;
    try {
      total = run(directory, 2, 0);
    } catch (SluiceException | IOException refused) {
      assertThat(refused.getMessage() + warnings.take()).as(what).containsAnyOf(file, named);
      return "refused";
    } catch (AssertionError | RuntimeException failure) {
      String warned = warnings.take();
      // A sink's commit that fails is tried again for ever, and says each time why.
      boolean waits = warned
          .lines()
          .anyMatch(line ->
              line.contains(" cannot commit ") && (line.contains(file) || line.contains(named)));
      if (waits) {
        return "refused";
      }
      throw new AssertionError(what + "\n" + warned + failure.getMessage(), failure);
    }
    String warned = warnings.take();
    if (total == sum(given)) {
      return "right";
    }
    // The end of a file that was cut looks as if its writer had been killed before it was told that
    // it is safe.
    assertThat(cut && damage.contains("/blocks "))
        .as("%s: %d of %d%n%s", what, total, sum(given), warned)
        .isTrue();
    return "cut";
  }

  private static int last(Recorded<Pair<String, Integer>> totals) {
    List<Recorded.Batch<Pair<String, Integer>>> batches = totals.batches();
    return batches.get(batches.size() - 1).records().get(0).value();
  }

  private static int sum(int numbers) {
    return numbers * (numbers - 1) / 2;
  }

  /** Goes on with the program for some batches; gives the last total. */
  private int run(Path directory, int batches, int unassigned) throws IOException {
    Given.active.set(null);
    Gift gift = new Gift();
    Given.gift.set(gift);
    try (StreamingTest test = StreamingTest.builder()
        .nodes(2)
        .timeout(PATIENCE)
        .startTime(now)
        .set("sluice.checkpoint.directory", directory.resolve("checkpoint").toString())
        .set("sluice.checkpoint.sync", false)
        .set("sluice.checkpoint.interval", "3 s")
        .set("sluice.batch.partitions", 2)
        .build()) {
      PairDStream<String, Integer> totals = test.context()
          .receiverStream(new Given())
          .mapToPair(number -> Pair.of("sum", number))
          .updateStateByKey((values, state) -> Optional.of(
              state.orElse(0) + values.stream().mapToInt(Integer::intValue).sum()));
      totals.saveTo("totals", FileSink.<Pair<String, Integer>>in(directory.resolve("files")));
      Recorded<Pair<String, Integer>> recorded = test.output(totals);
      test.start();
      for (int batch = 0; batch < batches; batch++) {
        give(gift, A_BATCH);
        test.runBatches(1);
      }
      // What was stored just before a batch may be in the next one.
      for (int more = 0; more < MORE && last(recorded) != sum(given); more++) {
        test.runBatches(1);
      }
      give(gift, unassigned);
      now = test.clock().now();
      test.killAll();
      int last = last(recorded);
      List<FileManifest.Entry> files = FileManifest.read(directory.resolve("files"));
      String line = Files.readString(
          directory.resolve("files").resolve(files.get(files.size() - 1).file()));
      assertThat(line).contains("sum").contains(Integer.toString(last));
      return last;
    }
  }

  private void give(Gift gift, int numbers) {
    gift.stored.set(0);
    for (int i = 0; i < numbers; i++) {
      gift.waiting.add(given++);
    }
    // A context that has failed takes no more; the next batch says why.
    long deadline = System.nanoTime() + Duration.ofSeconds(3).toNanos();
    while (gift.stored.get() < numbers && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
  }

  /** Changes one file, and says which and how: its name, a space, the rest. */
  private static String damage(Path directory, Random random) throws IOException {
    List<Path> files = new ArrayList<>();
    try (Stream<Path> found = Files.walk(directory)) {
      found
          .filter(file -> file.toString().endsWith(".log") || file.endsWith("_manifest"))
          .filter(file -> file.toFile().length() > 0)
          .sorted()
          .forEach(files::add);
    }
    Path file = files.get(random.nextInt(files.size()));
    byte[] bytes = Files.readAllBytes(file);
    int at = random.nextInt(bytes.length);
    String how;
    switch (random.nextInt(4)) {
      case 0 -> {
        bytes = Arrays.copyOf(bytes, at);
        how = "cut after " + at;
      }
      case 1 -> {
        int length = Math.min(bytes.length - at, 1 + random.nextInt(200));
        Arrays.fill(bytes, at, at + length, (byte) 0);
        how = length + " zeros at " + at;
      }
      default -> {
        bytes[at] ^= (byte) (1 << random.nextInt(8));
        how = "a bit flipped at " + at;
      }
    }
    Files.write(file, bytes);
    return file.getFileName() + " of " + file.getParent() + " " + how;
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> found = Files.walk(from)) {
      found.forEach(file -> {
        try {
          Files.copy(file, to.resolve(from.relativize(file)));
        } catch (IOException failure) {
          throw new UncheckedIOException(failure);
        }
      });
    }
  }
}
