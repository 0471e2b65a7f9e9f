package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchiveCommandTest {

  @TempDir
  private Path directory = Path.of("");

  @Test
  void aClassPathWithADirectoryIsRefusedAndAnEarlierArchiveKept() throws Exception {
    Path earlier = Files.writeString(directory.resolve("earlier.jsa"), "archive");

    assertThatThrownBy(
            () -> ArchiveCommand.write(earlier, "some.jar" + File.pathSeparator + directory))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("has the directory '" + directory + "'")
        .hasMessageContaining("Pack it into a jar");
    assertThat(earlier).exists();
  }

  @Test
  void anArchiveInADirectoryThatIsMissingIsRefused() {
    Path archive = directory.resolve("missing").resolve("sluice.jsa");

    assertThatThrownBy(() -> ArchiveCommand.write(archive, "some.jar"))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining(archive.toString())
        .hasMessageContaining("a directory that exists");
  }
}
