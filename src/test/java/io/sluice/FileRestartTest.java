package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.SluiceException;
import io.sluice.api.StreamingEvent;
import io.sluice.testkit.Recorded;
import io.sluice.testkit.StreamingTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class FileRestartTest {

  @TempDir
  private Path files;

  @TempDir
  private Path checkpoints;

  private Instant now = Instant.EPOCH;

  private StreamingTest test(int nodes) {
    return StreamingTest.builder()
        .nodes(nodes)
        .startTime(now)
        .set("sluice.checkpoint.directory", checkpoints.toString())
        .set("sluice.batch.partitions", 4)
        .build();
  }

  private DStream<Integer> numbers(StreamingTest test) {
    return test.context().textFileStream(files.toString()).map(Integer::parseInt);
  }

  /** A file whose name and only line are the number, and which came just before a second. */
  private void write(int number, int second) {
    try {
      Path unfinished = Files.writeString(files.resolve(".unfinished"), number + "\n");
      Files.setLastModifiedTime(unfinished, FileTime.fromMillis(second * 1000L - 100));
      Files.move(unfinished, files.resolve("" + number), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }

  private static void addNew(Recorded<Integer> sums, Set<Integer> all) {
    sums.records().forEach(all::addAll);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void k4_filesThatCameWhileNothingRanAreInTheBatchesThatAreMadeUp(int nodes) {
    Set<Integer> outputs = new LinkedHashSet<>();
    List<String> recorded = new ArrayList<>();
    try (StreamingTest test = test(nodes)) {
      CountDownLatch third = new CountDownLatch(1);
      Recorded<Integer> sums = test.output(numbers(test)
          .reduceByWindow(Integer::sum, Duration.ofSeconds(30), Duration.ofSeconds(1)));
      numbers(test).foreachRDD((rdd, time) -> {
        if (rdd.collect().contains(3)) {
          third.countDown();
          new CountDownLatch(1).await();
        }
      });
      for (int batch = 1; batch <= 2; batch++) {
        write(batch, batch);
        test.runBatches(1);
      }
      write(3, 3);
      test.clock().advance(Duration.ofSeconds(1));
      assertThat(await(third)).as("batch 3 is stuck").isTrue();
      now = test.clock().now();
      test.killAll();
      addNew(sums, outputs);
    }

    for (int number = 4; number <= 6; number++) {
      write(number, number);
    }
    now = Instant.ofEpochSecond(6);

    try (StreamingTest test = test(nodes)) {
      Recorded<Integer> sums = test.output(numbers(test)
          .reduceByWindow(Integer::sum, Duration.ofSeconds(30), Duration.ofSeconds(1)));
      test.output(numbers(test));
      for (int batch = 7; batch <= 9; batch++) {
        write(batch, batch);
        test.runBatches(1);
      }
      addNew(sums, outputs);
      test.events(StreamingEvent.BatchCompleted.class)
          .forEach(batch -> recorded.add(batch.batch().batchTime().toString()));

      assertThat(sums.records().get(0)).as("the stuck batch has file 3 again").containsExactly(6);
    }

    assertThat(outputs).containsExactlyInAnyOrder(1, 3, 6, 10, 15, 21, 28, 36, 45);
    assertThat(recorded).as("3 is run again, 4 to 6 are made up").hasSize(7);
  }

  private static boolean await(CountDownLatch latch) {
    try {
      return latch.await(20, TimeUnit.SECONDS);
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }

  @Test
  void batchThatIsRunAgainHasItsFilesThoughOthersHaveCome() {
    try (StreamingTest test = test(2)) {
      CountDownLatch second = new CountDownLatch(1);
      numbers(test).foreachRDD((rdd, time) -> {
        if (time.getEpochSecond() == 2) {
          rdd.collect();
          second.countDown();
          new CountDownLatch(1).await();
        }
      });
      write(1, 1);
      test.runBatches(1);
      write(2, 2);
      test.clock().advance(Duration.ofSeconds(1));
      assertThat(await(second)).isTrue();
      now = test.clock().now();
      test.killAll();
    }

    write(3, 1);

    try (StreamingTest test = test(2)) {
      Recorded<Integer> read = test.output(numbers(test));
      test.runBatches(1);

      assertThat(read.records()).containsExactly(List.of(2), List.of(3));
    }
  }

  @Test
  void filesOfAllBatchesAreKnownAfterManyRestarts() {
    List<Integer> read = new ArrayList<>();
    for (int run = 0; run < 4; run++) {
      write(10 * run, 0);
      try (StreamingTest test = test(1)) {
        Recorded<Integer> numbers = test.output(numbers(test));
        test.runBatches(1);
        write(10 * run + 1, 0);
        test.runBatches(2);
        numbers.records().forEach(read::addAll);
        now = test.clock().now();
        test.killAll();
      }
    }

    assertThat(read)
        .as("file 0 was there before the first start")
        .containsExactly(1, 10, 11, 20, 21, 30, 31);
  }

  @Test
  void fileOfABatchThatMustBeRunAgainIsMissedByName() throws IOException {
    try (StreamingTest test = test(1)) {
      CountDownLatch first = new CountDownLatch(1);
      numbers(test).foreachRDD((rdd, time) -> {
        rdd.collect();
        first.countDown();
        new CountDownLatch(1).await();
      });
      write(7, 1);
      test.start();
      test.clock().advance(Duration.ofSeconds(1));
      assertThat(await(first)).isTrue();
      now = test.clock().now();
      test.killAll();
    }
    Files.delete(files.resolve("7"));

    try (StreamingTest test = test(1)) {
      test.output(numbers(test));

      assertThatThrownBy(() -> test.runBatches(1))
          .isInstanceOf(SluiceException.class)
          .hasMessageContaining("File '" + files.resolve("7") + "' cannot be read")
          .hasMessageContaining("no restart can go back to it");
    }
  }

  @Test
  void fileThatCannotBeDividedIsNoDecision() throws IOException {
    try (StreamingTest test = test(1)) {
      test.output(test.context().binaryRecordsStream(files.toString(), 4));
      write(7, 1);
      assertThatThrownBy(() -> test.runBatches(1))
          .hasMessageContaining("no multiple of the record length of 4");
      now = test.clock().now();
    }
    Files.writeString(files.resolve("7"), "four");

    try (StreamingTest test = test(1)) {
      Recorded<Integer> lengths = test.output(
          test.context().binaryRecordsStream(files.toString(), 4).map(record -> record.length));
      test.runBatches(1);

      assertThat(lengths.records().stream().flatMap(List::stream)).containsExactly(4);
    }
  }

  static Stream<Arguments> everyDecision() {
    return IntStream.rangeClosed(4, 20)
        .boxed()
        .flatMap(number -> Stream.of(Arguments.of(number, false), Arguments.of(number, true)));
  }

  @ParameterizedTest
  @MethodSource("everyDecision")
  void driverMayBeKilledBeforeAndAfterAnyDecisionOfAStreamOfFiles(int number, boolean kept) {
    write(0, 0);
    try (StreamingTest test =
        StreamingTest.builder().nodes(3).set("sluice.batch.partitions", 4).build()) {
      Recorded<Integer> read = test.output(numbers(test));
      Recorded<Integer> sums = test.output(
          numbers(test).reduceByWindow(Integer::sum, Duration.ofSeconds(3), Duration.ofSeconds(1)));
      test.killDriverAtDecision(number, kept);
      for (int batch = 1; batch <= 6; batch++) {
        write(batch, batch);
        test.runBatches(1);
      }

      assertThat(read.records())
          .containsExactly(List.of(1), List.of(2), List.of(3), List.of(4), List.of(5), List.of(6));
      assertThat(sums.records())
          .containsExactly(
              List.of(1), List.of(3), List.of(6), List.of(9), List.of(12), List.of(15));
    }
  }

  @Test
  void programWithAStreamOfFilesCanTravel() {
    try (StreamingTest test = test(1)) {
      numbers(test)
          .union(test.context()
              .fileStream(
                  files.toString(),
                  path -> path.toString().endsWith(".txt"),
                  false,
                  path -> List.of(1).iterator()))
          .union(test.context().binaryRecordsStream(files.toString(), 1).map(record -> 1))
          .print();

      assertThatCode(test.context()::portable).doesNotThrowAnyException();
    }
  }
}
