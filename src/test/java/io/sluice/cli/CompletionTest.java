package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The script, read by a real bash. */
class CompletionTest {

  @TempDir
  private static Path directory = Path.of("");

  private static Path script = Path.of("");

  @BeforeAll
  static void write() throws Exception {
    StringWriter out = new StringWriter();
    CommandLine line = Main.commandLine();
    line.setOut(new PrintWriter(out));
    assertThat(line.execute("completion")).isZero();
    script = Files.writeString(directory.resolve("completion.bash"), out.toString());
  }

  /** What bash proposes where the cursor is behind the last word. */
  private static List<String> proposed(String... words) throws Exception {
    String line = String.join(" ", words);
    Process bash = new ProcessBuilder("bash", "-c", """
            source "$1" || exit 9
            compopt() { :; }  # bash has it only where a user is typing
            COMP_LINE="$2"
            COMP_WORDS=($COMP_LINE)
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            COMP_POINT=${#COMP_LINE}
            $(complete -p sluice | sed 's/.*-F \\([^ ]*\\).*/\\1/')
            printf '%s\\n' "${COMPREPLY[@]}"
            """, "bash", script.toString(), line)
        .redirectErrorStream(true)
        .start();
    String shown = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(bash.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(bash.exitValue()).as(shown).isZero();
    return shown.lines().map(String::strip).toList();
  }

  @Test
  void aCommandIsCompleted() throws Exception {
    assertThat(proposed("sluice", "statu")).containsExactly("status");
    assertThat(proposed("sluice", "sh")).containsExactly("shell");
    assertThat(proposed("sluice", "checkpoint", "l")).containsExactly("list");
  }

  @Test
  void anOptionIsCompleted() throws Exception {
    assertThat(proposed("sluice", "batches", "--li")).containsExactly("--limit");
    assertThat(proposed("sluice", "status", "--"))
        .contains("--url", "--token", "--certificate", "--json", "--help");
  }
}
