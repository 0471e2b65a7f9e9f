package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Checkpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Versions of a program, one after the other, with one checkpoint directory. */
@Timeout(200)
class CheckpointIT {

  /** So many that more than one is on disk, however far writing lags behind. */
  private static final int BATCHES = 8;

  private static final String SOURCE = """
      import io.sluice.*;
      import io.sluice.api.*;
      import java.io.Serializable;
      import java.time.Duration;
      import java.util.*;

      public class Totals {
        public static class %1$s implements Serializable {
          public int count;
          public String toString() { return "" + count; }
          %2$s
        }

        public static void main(String[] arguments) throws Exception {
          StreamingContext context = StreamingContext.create("totals", Duration.ofMillis(200));
          context.checkpoint(arguments[0]);
          context.queueStream(new ArrayDeque<RDD<Integer>>())
              .transform((rdd, time) -> context.parallelize(List.of(1), 1))
              .mapToPair(one -> Pair.of("all", one))
              .updateStateByKey((List<Integer> ones, Optional<%1$s> before) -> {
                %1$s now = new %1$s();
                now.count = before.map(total -> total.count).orElse(0) + ones.size();
                return Optional.of(now);
              })
              .named("%3$s")
              .foreachRDD(rdd -> rdd.collect().forEach(pair ->
                  System.out.println("count=" + pair.value().count + pair.value().%4$s)));
          context.start();
          context.awaitTermination();
        }
      }
      """;

  @TempDir
  private Path directory = Path.of("");

  private Path jar(String type, String field, String name, String shown) throws IOException {
    Path classes = Files.createTempDirectory(directory, "classes");
    Path source = Files.writeString(
        classes.resolve("Totals.java"), SOURCE.formatted(type, field, name, shown));
    int failed = ToolProvider.getSystemJavaCompiler()
        .run(
            null,
            null,
            null,
            "-cp",
            System.getProperty("java.class.path"),
            "-d",
            classes.toString(),
            source.toString());
    assertThat(failed).isZero();
    Path jar = Files.createTempFile(directory, "program", ".jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
        Stream<Path> files = Files.list(classes)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".class")).toList()) {
        out.putNextEntry(new ZipEntry(file.getFileName().toString()));
        Files.copy(file, out);
      }
    }
    return jar;
  }

  private String checkpoints() {
    return directory.resolve("kept").toString();
  }

  private int versions() {
    return Checkpoints.list(Path.of(checkpoints())).stream()
        .mapToInt(context -> context.versions().size())
        .sum();
  }

  /** Runs until the state of its own batches is kept, then kills it; gives the first and the last count. */
  private List<Integer> run(Path jar) throws Exception {
    try (Command program = new Command(
        "run",
        "--config",
        Path.of("conf", "local.conf").toString(),
        "--class",
        "Totals",
        "--jar",
        jar.toString(),
        checkpoints())) {
      for (int batches = 1; batches < BATCHES || versions() < 3; batches++) {
        int wanted = batches;
        program.await(lines -> counts(lines).size() >= wanted);
      }
      program.kill();
      List<Integer> counts = counts(program.lines());
      return List.of(counts.get(0), counts.get(counts.size() - 1));
    }
  }

  private static List<Integer> counts(List<String> lines) {
    return lines.stream()
        .filter(line -> line.startsWith("count="))
        .map(line -> Integer.parseInt(line.replaceAll("^count=(\\d+).*", "$1")))
        .toList();
  }

  private Command check(Path jar, String... more) throws IOException {
    return new Command(Stream.concat(
            Stream.of(
                "checkpoint",
                "check",
                "--class",
                "Totals",
                "--jar",
                jar.toString(),
                "--checkpoint",
                checkpoints()),
            Stream.of(more))
        .toArray(String[]::new));
  }

  @Test
  void checkSaysWhatTheNextStartDoes() throws Exception {
    Path first = jar("Total", "", "totals", "getClass().getName().substring(6)");
    int last = run(first).get(1);

    Path field = jar("Total", "public String note;", "totals", "note");
    try (Command check = check(field, "ignored")) {
      assertThat(check.awaitExit()).as(check.lines().toString()).isZero();
      assertThat(check.lines())
          .anyMatch(line -> line.startsWith("[totals] goes on after batch "))
          .anyMatch(line -> line.matches("KEPT +state +totals: .*"));
    }
    List<Integer> then = run(field);
    assertThat(then.get(0)).isBetween(last, last + 2);

    Path renamed = jar("Sum", "", "totals", "getClass().getName().substring(6)");
    try (Command check = check(renamed, "ignored")) {
      assertThat(check.awaitExit()).as(check.lines().toString()).isEqualTo(1);
      assertThat(check.lines())
          .anyMatch(line -> line.startsWith("[totals] would not start"))
          .anyMatch(line -> line.matches("REFUSED +state +totals: .*Totals\\$Total.*"));
    }
    try (Command program = new Command(
        "run",
        "--config",
        Path.of("conf", "local.conf").toString(),
        "--class",
        "Totals",
        "--jar",
        renamed.toString(),
        checkpoints())) {
      assertThat(program.awaitExit()).isEqualTo(1);
      assertThat(program.lines()).anyMatch(line -> line.contains("'totals' had kept"));
    }

    try (Command list = new Command("checkpoint", "list", "--checkpoint", checkpoints())) {
      assertThat(list.awaitExit()).isZero();
      assertThat(list.lines())
          .anyMatch(line -> line.startsWith("[totals] in "))
          .anyMatch(line -> line.startsWith("version  "));
      replay(field, list.lines());
    }
  }

  /** The state of the last version, of which one more is counted than in the one before. */
  private void replay(Path jar, List<String> listed) throws Exception {
    List<String> versions = listed.stream()
        .filter(line -> line.startsWith("version  "))
        .map(line -> line.substring(9))
        .toList();
    assertThat(versions).as("%s", listed).hasSizeGreaterThan(1);
    int[] counts = new int[2];
    for (int i = 0; i < 2; i++) {
      try (Command replay = new Command(
          "replay",
          "--class",
          "Totals",
          "--jar",
          jar.toString(),
          "--checkpoint",
          checkpoints(),
          "--batch",
          versions.get(versions.size() - 2 + i),
          "ignored")) {
        assertThat(replay.awaitExit()).as(replay.lines().toString()).isZero();
        assertThat(replay.lines()).contains("output foreachRDD-0: 1 records");
        String record = replay.lines().get(replay.lines().size() - 1);
        counts[i] = Integer.parseInt(record.replaceAll("^  \\(all,(\\d+)\\)$", "$1"));
      }
    }
    assertThat(counts[1]).isEqualTo(counts[0] + 1);
  }

  @Test
  void wrongUsageIsToldFromARefusal() throws Exception {
    try (Command none = new Command("checkpoint", "list", "--checkpoint", checkpoints());
        Command missing = new Command(
            "checkpoint", "check", "--class", "Missing", "--checkpoint", directory.toString())) {
      assertThat(none.awaitExit()).isEqualTo(2);
      assertThat(none.lines().get(0)).contains("does not exist");
      assertThat(missing.awaitExit()).isEqualTo(2);
      assertThat(missing.lines().get(0)).contains("Class Missing");
    }
  }
}
