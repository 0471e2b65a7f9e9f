package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Lines that are piped into a shell. */
@Timeout(150)
class ShellIT {

  /** Functions that use a variable, a method and a record of the shell, in an action and in a stream. */
  private static final List<String> PROGRAM = List.of(
      "long shell = ProcessHandle.current().pid();",
      "int n = 10;",
      "int plus(int x) { return x + n; }",
      "record Point(int x) {}",
      "context.parallelize(List.of(1, 2, 2)).map(x -> new Point(plus(x))).distinct().map(Point::x).sortBy(x -> x, true, 1).collect()",
      "for (int i = 1; i < 3; i++) { n = i; System.out.println(context.parallelize(List.of(5)).map(x -> plus(x) * n).collect()); }",
      "Function<Integer, String> named = x -> \"point \" + new Point(x + n);",
      "context.parallelize(List.of(1), 1).map(x -> named.call(x) + (ProcessHandle.current().pid() == shell ? \" here\" : \" there\")).collect()",
      "var queue = new ArrayDeque<>(List.of(context.parallelize(List.of(5))));",
      "context.queueStream(queue).map(x -> \"streamed \" + x * n).print();",
      "var done = new java.util.concurrent.CountDownLatch(1);",
      "context.addStreamingListener(new StreamingListener() { public void onBatchCompleted(BatchInfo batch) { done.countDown(); } });",
      "context.start();",
      "done.await();",
      "newContext(Duration.ofMillis(200)).parallelize(List.of(\"next\")).map(x -> x + n).collect()",
      "System.out.println(\"context \" + context.name() + \" \" + context.state());");

  @TempDir
  private Path directory = Path.of("");

  private Command shell(List<String> lines, String... options) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("shell"));
    arguments.addAll(List.of(options));
    return shellWith(List.of(), lines, arguments);
  }

  private Command shellWith(List<String> jvmOptions, List<String> lines, List<String> arguments)
      throws IOException {
    Path input = Files.write(Files.createTempFile(directory, "lines", ".jsh"), lines);
    List<String> options = Stream.concat(
            Stream.of("-Djava.util.prefs.userRoot=" + directory), jvmOptions.stream())
        .toList();
    return Command.reading(input, options, arguments.toArray(String[]::new));
  }

  private static void assertProgramRuns(Command shell, String where) throws Exception {
    int exit = shell.awaitExit();

    String shown = String.join("\n", shell.lines());
    assertThat(shown)
        .contains(
            "[11, 12]", "[6]", "[14]", "[point Point[x=3] " + where + "]", "streamed 10", "[next2]")
        .contains("context shell-2 INITIALIZED")
        .doesNotContain("Exception");
    assertThat(exit).as(shown).isZero();
  }

  @Test
  void linesAreComputedInThisProcess() throws Exception {
    try (Command shell = shell(PROGRAM)) {
      assertProgramRuns(shell, "here");
      assertThat(shell.lines().get(0)).startsWith("A StreamingContext is at hand as 'context'");
    }
  }

  @Test
  void linesAreComputedOnTheWorkersOfACluster() throws Exception {
    int port = TestConfig.freePort();
    String worker = TestConfig.of(directory, "worker.conf", port, "");
    String driver = TestConfig.of(
        directory,
        "driver.conf",
        port,
        "sluice.cluster.min-workers = 2\nsluice.dashboard.port = -1");
    try (Command first = new Command("node", "--config", worker);
        Command second = new Command("node", "--config", worker);
        Command shell = shell(PROGRAM, "--config", driver)) {
      assertProgramRuns(shell, "there");
      assertThat(first.lines()).anyMatch(line -> line.contains("Working for [shell-1]"));
      assertThat(second.lines()).anyMatch(line -> line.contains("Working for [shell-1]"));
    }
  }

  @Test
  void aResetShellHasAContextOfItsOwnAndAnExitCodeIsTheUsers() throws Exception {
    List<String> lines = List.of(
        "int gone = 1;",
        "/reset",
        "context.parallelize(List.of(1)).map(x -> x + 1).collect()",
        "context.name()",
        "gone",
        "/exit 3");
    try (Command shell = shell(lines)) {
      assertThat(shell.awaitExit()).as(String.join("\n", shell.lines())).isEqualTo(3);
      assertThat(String.join("\n", shell.lines()))
          .contains("[2]", "\"shell-2\"", "cannot find symbol");
    }
  }

  @Test
  void aConfigurationThatIsWrongEndsItBeforeTheFirstLine() throws Exception {
    String driver = TestConfig.of(
        directory, "driver.conf", TestConfig.freePort(), "sluice.cluster.data-port = 70000");
    try (Command shell = shell(List.of(), "--config", driver)) {
      assertThat(shell.awaitExit()).isEqualTo(1);
      assertThat(shell.lines())
          .singleElement()
          .asString()
          .contains("sluice: ", "sluice.cluster.data-port");
    }
  }

  @Test
  void aJavaWithoutJShellIsToldSo() throws Exception {
    List<String> jre = List.of("--limit-modules", "java.se,jdk.httpserver,jdk.unsupported");
    try (Command shell = shellWith(jre, List.of(), List.of("shell"))) {
      assertThat(shell.awaitExit()).isEqualTo(1);
      assertThat(shell.lines())
          .singleElement()
          .asString()
          .contains("has no JShell", "jdk.jshell", "JDK instead of a JRE");
    }
  }
}
