package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(150)
class ArchiveIT {

  @TempDir
  private Path directory = Path.of("");

  @Test
  void aJobLoadsItsClassesFromTheArchive() throws Exception {
    Path archive = directory.resolve("sluice.jsa");
    try (Command made = new Command("archive", archive.toString())) {
      assertThat(made.awaitExit()).as("output: %s", made.lines()).isZero();
      assertThat(made.lines())
          .containsExactly(
              "Wrote %s. Start with java -XX:SharedArchiveFile=%s".formatted(archive, archive));
    }

    List<String> options = List.of("-XX:SharedArchiveFile=" + archive, "-Xlog:class+load");
    try (Command demo =
        Command.withJvmOptions(options, "demo", "--seconds", "1", "--interval", "100ms")) {
      assertThat(demo.awaitExit()).as("output: %s", demo.lines()).isZero();

      assertThat(demo.lines()).anyMatch(line -> line.matches("sent=(\\d+) counted=\\1"));
      assertThat(demo.lines()).anyMatch(line -> isShared(line, "io.sluice.StreamingContext"));
      assertThat(demo.lines()).anyMatch(line -> isShared(line, "akka.actor.ActorSystemImpl"));
    }
  }

  private static boolean isShared(String line, String type) {
    return line.contains(" " + type + " source: shared objects file (top)");
  }
}
