package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.CheckpointContents;
import io.sluice.api.CheckpointReport;
import io.sluice.api.CheckpointReport.Fate;
import io.sluice.api.Pair;
import io.sluice.testkit.Recorded;
import io.sluice.testkit.StreamingTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointCheckTest {

  private static final int BATCHES = 3;

  @TempDir
  private Path directory;

  private Instant now = Instant.EPOCH;
  private boolean drop;

  private StreamingTest test() {
    return StreamingTest.builder()
        .startTime(now)
        .set("sluice.checkpoint.directory", directory.toString())
        .set("sluice.checkpoint.drop-unclaimed", drop)
        .set("sluice.batch.partitions", 2)
        .build();
  }

  private static PairDStream<String, Integer> ones(StreamingTest test) {
    return test.input(List.of(List.of("a"), List.of("a"), List.of("a")))
        .mapToPair(word -> Pair.of(word, 1));
  }

  private static PairDStream<String, Integer> sums(PairDStream<String, Integer> pairs, int step) {
    return pairs.updateStateByKey(
        (values, state) -> Optional.of(state.orElse(0) + step * values.size()));
  }

  /** The last records of each output after some batches. */
  private List<Object> run(Program program) {
    try (StreamingTest test = test()) {
      List<Recorded<?>> outputs = new ArrayList<>();
      program.write(test, stream -> outputs.add(test.output(stream)));
      test.runBatches(BATCHES);
      now = test.clock().now();
      return outputs.stream()
          .map(output -> output.batches().get(output.batches().size() - 1).records())
          .collect(Collectors.toList());
    }
  }

  private interface Program {
    void write(StreamingTest test, Consumer<PairDStream<String, Integer>> output);
  }

  private CheckpointReport check(Program program) {
    Map<Path, Long> before = files();
    try (StreamingTest test = test()) {
      program.write(test, stream -> stream.foreachRDD(rdd -> {}));
      return test.context().checkRestart();
    } finally {
      assertThat(files()).as("a check changes nothing").isEqualTo(before);
    }
  }

  private Map<Path, Long> files() {
    Map<Path, Long> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(directory)) {
      all.filter(Files::isRegularFile)
          .forEach(file -> files.put(file, file.toFile().length()));
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
    return files;
  }

  private static Map<String, Fate> states(CheckpointReport report) {
    Map<String, Fate> fates = new TreeMap<>();
    report.operators().stream()
        .filter(operator -> operator.kind() == CheckpointReport.Kind.STATE)
        .forEach(operator -> fates.put(operator.name(), operator.fate()));
    return fates;
  }

  private static Program one(String name) {
    return (test, output) -> output.accept(sums(ones(test), 1).named(name));
  }

  @Test
  void programThatNeverRanBeginsAnew() {
    CheckpointReport report = check(one("sum"));

    assertThat(report.begun()).isFalse();
    assertThat(report.isRefused()).isFalse();
    assertThat(states(report)).isEqualTo(Map.of("sum", Fate.EMPTY));
    assertThat(run(one("sum"))).containsExactly(List.of(Pair.of("a", 3)));
  }

  @Test
  void sameProgramWithAnotherFunctionKeepsItsState() {
    run((test, output) -> output.accept(sums(ones(test), 1)));
    Program changed = (test, output) -> output.accept(sums(ones(test), 10));

    CheckpointReport report = check(changed);

    assertThat(report.after()).contains(now);
    assertThat(report.again()).isEmpty();
    assertThat(states(report).values()).containsExactly(Fate.KEPT);
    assertThat(run(changed)).containsExactly(List.of(Pair.of("a", 33)));
  }

  @Test
  void operatorThatIsAddedBeginsEmpty() {
    run(one("sum"));
    Program more = (test, output) -> {
      PairDStream<String, Integer> ones = ones(test);
      output.accept(sums(ones, 1).named("sum"));
      output.accept(sums(ones, 1).named("other"));
    };

    assertThat(states(check(more))).isEqualTo(Map.of("sum", Fate.KEPT, "other", Fate.EMPTY));
    assertThat(run(more)).containsExactly(List.of(Pair.of("a", 6)), List.of(Pair.of("a", 3)));
  }

  @Test
  void operatorThatIsRemovedIsRefusedUnlessTheSettingForgetsIt() {
    run((test, output) -> {
      PairDStream<String, Integer> ones = ones(test);
      output.accept(sums(ones, 1).named("sum"));
      output.accept(sums(ones, 1).named("other"));
    });

    CheckpointReport refused = check(one("sum"));
    assertThat(refused.isRefused()).isTrue();
    assertThat(states(refused)).isEqualTo(Map.of("sum", Fate.KEPT, "other", Fate.REFUSED));
    assertThat(refused.toString())
        .contains("would not start")
        .contains("named(\"other\")")
        .contains("sluice.checkpoint.drop-unclaimed = true");
    assertThatThrownBy(() -> run(one("sum")))
        .hasMessageContaining("sluice.checkpoint.drop-unclaimed = true");

    drop = true;
    assertThat(states(check(one("sum"))))
        .isEqualTo(Map.of("sum", Fate.KEPT, "other", Fate.DROPPED));
    assertThat(run(one("sum"))).containsExactly(List.of(Pair.of("a", 6)));
  }

  @Test
  void stateThatWasForgottenDoesNotComeBackThoughItsFilesAreStillThere() {
    run(one("sum"));
    drop = true;
    try (StreamingTest test = test()) {
      one("other").write(test, test::output);
      test.start();
      long deadline = System.nanoTime() + 20_000_000_000L;
      while (!Checkpoints.list(directory).get(0).states().containsKey("other")
          && System.nanoTime() < deadline) {
        Thread.onSpinWait();
      }
      test.killAll();
    }

    assertThat(states(check(one("sum"))))
        .isEqualTo(Map.of("sum", Fate.EMPTY, "other", Fate.DROPPED));
    assertThat(run(one("sum"))).containsExactly(List.of(Pair.of("a", 3)));
  }

  @Test
  void operatorThatIsRenamedIsRefusedAndEmpty() {
    run(one("sum"));

    CheckpointReport report = check(one("total"));

    assertThat(states(report)).isEqualTo(Map.of("sum", Fate.REFUSED, "total", Fate.EMPTY));
    assertThatThrownBy(() -> run(one("total"))).hasMessageContaining("'sum'");
  }

  @Test
  void operatorsInAnotherOrderKeepTheirState() {
    run((test, output) -> {
      PairDStream<String, Integer> ones = ones(test);
      output.accept(sums(ones, 1).named("sum"));
      output.accept(sums(ones, 10).named("tens"));
    });
    Program reordered = (test, output) -> {
      PairDStream<String, Integer> ones = ones(test);
      output.accept(sums(ones, 10).named("tens"));
      output.accept(sums(ones, 1).named("sum"));
    };

    assertThat(states(check(reordered))).isEqualTo(Map.of("sum", Fate.KEPT, "tens", Fate.KEPT));
    assertThat(run(reordered)).containsExactly(List.of(Pair.of("a", 60)), List.of(Pair.of("a", 6)));
  }

  @Test
  void otherNumberOfPartitionsIsRefused() {
    run(one("sum"));
    Program five = (test, output) -> output.accept(ones(test)
        .<Integer>updateStateByKey((values, state) -> Optional.of(values.size()), 5)
        .named("sum"));

    CheckpointReport report = check(five);

    assertThat(states(report)).isEqualTo(Map.of("sum", Fate.REFUSED));
    assertThat(report.toString()).contains("in 2 partitions, but the program asks for 5");
    assertThatThrownBy(() -> run(five)).hasMessageContaining("asks for 5");
  }

  @Test
  void windowThatIsRemovedIsDroppedAndStarts() {
    run((test, output) -> output.accept(ones(test)
        .reduceByKeyAndWindow(Integer::sum, Duration.ofSeconds(3), Duration.ofSeconds(1))));
    Program without = (test, output) -> output.accept(ones(test).reduceByKey(Integer::sum));

    CheckpointReport report = check(without);

    assertThat(report.isRefused()).isFalse();
    assertThat(report.operators())
        .extracting(CheckpointReport.Operator::fate)
        .contains(Fate.DROPPED)
        .doesNotContain(Fate.KEPT, Fate.REFUSED);
    assertThat(run(without)).containsExactly(List.of(Pair.of("a", 1)));
  }

  @Test
  void damagedFileIsNamedByCheckAndList() throws IOException {
    run(one("sum"));
    List<Path> logs = files().keySet().stream()
        .filter(file -> file.startsWith(directory.resolve("test/state")))
        .toList();
    for (Path log : logs) {
      byte[] bytes = Files.readAllBytes(log);
      bytes[bytes.length / 2] ^= 1;
      Files.write(log, bytes);
    }

    CheckpointReport report = check(one("sum"));

    String name = logs.get(0).getFileName().toString();
    assertThat(report.damage()).anyMatch(line -> line.contains(name));
    CheckpointContents contents = Checkpoints.list(directory).get(0);
    assertThat(contents.damage()).anyMatch(line -> line.contains(name));
    assertThat(contents.versions()).doesNotContain(now);
  }

  @Test
  void listNamesContextsEpochsAndVersions() {
    run(one("sum"));

    CheckpointContents contents = Checkpoints.list(directory).get(0);

    assertThat(contents.context()).isEqualTo("test");
    assertThat(contents.epochs()).containsExactly(1L);
    assertThat(contents.versions()).contains(now);
    assertThat(contents.waiting()).isEmpty();
    assertThat(contents.states()).isEqualTo(Map.of("sum", 2));
    assertThat(contents.bytes()).containsOnlyKeys("ledger", "state", "blocks");
    assertThat(contents.bytes().get("state")).isPositive();
    assertThat(contents.damage()).isEmpty();
  }

  @Test
  void programInARehearsalEndsAtItsStart() throws Exception {
    List<String> done = new ArrayList<>();

    boolean started = Rehearsal.run(
        directory,
        () -> {
          try (StreamingContext context =
              StreamingContext.create("rehearsed", Duration.ofSeconds(1))) {
            context.checkpoint("/somewhere/else");
            assertThatThrownBy(() -> context.parallelize(List.of(1)).count())
                .hasMessageContaining("in a rehearsal nothing runs");
            context.queueStream(new java.util.ArrayDeque<RDD<Integer>>()).print();
            context.start();
          } catch (Exception caught) {
            done.add("caught");
          }
          done.add("went on");
          return true;
        },
        context -> done.add(context.checkRestart().directory().toString()));

    assertThat(started).isTrue();
    assertThat(done).containsExactly(directory.resolve("rehearsed").toString());
  }
}
