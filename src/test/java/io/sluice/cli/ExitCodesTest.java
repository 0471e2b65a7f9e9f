package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** What a command returns and says that ends before it has begun; the rest is in the integration tests. */
class ExitCodesTest {

  private static final StringWriter OUT = new StringWriter();

  private final Properties before = (Properties) System.getProperties().clone();

  /** Commands set properties of the process that is theirs alone; here it is not. */
  @AfterEach
  void restore() {
    System.setProperties(before);
    ConfigFactory.invalidateCaches();
  }

  private static int execute(StringWriter err, String... arguments) {
    CommandLine line = Main.commandLine();
    line.setOut(new PrintWriter(OUT));
    line.setErr(new PrintWriter(err));
    return line.execute(arguments);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "\"\"                                             | 2 | Missing command: demo, node, run, shell,",
        "nonsense                                       | 2 | nonsense",
        "demo --nodes 0                                 | 2 | --nodes must be between 1 and 16, got 0",
        "node                                           | 2 | --config",
        "node --config missing.conf                     | 1 | 'missing.conf' does not exist",
        "run --config conf/local.conf                   | 2 | --class",
        "run --config conf/local.conf --class No        | 1 | Class No is neither",
        "shell --config missing.conf                    | 1 | 'missing.conf' does not exist",
        "shell --confg missing.conf                     | 2 | --confg",
        "status --url http://127.0.0.1:1                | 1 | No page of a context answers",
        "status --url 4040                              | 1 | --url must be like",
        "status --certificate no.pem                    | 1 | 'no.pem' of --certificate does not exist",
        "status --certificate README.md                 | 1 | 'README.md' of --certificate has no certificate",
        "status --nonsense                              | 2 | --nonsense",
        "batches --limit 0                              | 2 | --limit must be at least 1, got 0",
        "batches --url http://127.0.0.1:1               | 1 | No page of a context answers",
        "stop --url http://127.0.0.1:1                  | 1 | No page of a context answers",
        "stop --force                                   | 2 | --force",
        "checkpoint                                     | 2 | Missing command: check or list",
        "checkpoint list                                | 2 | --checkpoint",
        "checkpoint list --checkpoint missing           | 2 | 'missing' does not exist",
        "checkpoint check --checkpoint docs --class No  | 2 | Class No is neither",
        "replay --checkpoint docs --class No --batch x  | 2 | --batch",
        "chaos --nodes 1                                | 2 | --nodes must be between 3 and 16, got 1",
        "archive                                        | 2 | FILE",
        "archive missing/sluice.jsa                     | 1 | ",
        "completion more                                | 2 | more"
      })
  void isWhatTheHelpSays(String line, int exit, String told) {
    StringWriter err = new StringWriter();
    String[] arguments = line.isEmpty() ? new String[0] : line.split("\\s+", -1);

    assertThat(execute(err, arguments)).as(err.toString()).isEqualTo(exit);

    assertThat(err.toString()).startsWith("sluice: ").contains(told == null ? "" : told);
  }

  static Stream<String> commands() {
    return Main.commandLine().getSubcommands().keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("commands")
  void helpOfEachCommandEndsWithThem(String command) {
    StringWriter out = new StringWriter();
    CommandLine line = Main.commandLine();
    line.setOut(new PrintWriter(out));

    assertThat(line.execute(command, "--help")).isZero();

    assertThat(out.toString()).contains("Exit codes:", "  0   ", "  1   ", "  2   ");
  }

  @Test
  void helpItselfIsNoFailure() {
    assertThat(execute(new StringWriter(), "--help")).isZero();
    assertThat(execute(new StringWriter(), "--version")).isZero();
  }
}
