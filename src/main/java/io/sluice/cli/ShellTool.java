package io.sluice.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import jdk.jshell.tool.JavaShellToolBuilder;

/** Runs the JDK's shell in this process. Apart from its command, since a Java without JShell cannot load this class. */
final class ShellTool {

  private static final String GREETING = """
      A StreamingContext is at hand as 'context'. Try
        context.parallelize(List.of(1, 2, 3)).map(x -> x + 1).collect()
        context.socketTextStream("localhost", 9999).words().countByValue().print(); context.start()
      After context.stop(), newContext(Duration.ofSeconds(1)) gives the next one. /exit ends the shell, /help tells more.
      """;

  private static final String STARTUP = """
      import io.sluice.*;
      import io.sluice.api.*;
      import java.time.Duration;
      import java.time.Instant;
      import java.util.*;
      import java.util.stream.*;
      StreamingContext context = io.sluice.cli.Shell.context();
      StreamingContext newContext(Duration interval) { return context = io.sluice.cli.Shell.newContext(interval); }
      """;

  private ShellTool() {}

  /** Blocks until the input ends or the user leaves; gives the exit code. */
  static int run(PrintWriter out) throws Exception {
    out.print(GREETING);
    out.flush();
    Path startup = startup();
    try {
      return JavaShellToolBuilder.builder()
          .start(
              "--execution",
              ShellExecution.NAME,
              "--class-path",
              System.getProperty("java.class.path"),
              "--startup",
              startup.toString(),
              "--feedback",
              "concise");
    } finally {
      Files.deleteIfExists(startup);
    }
  }

  private static Path startup() throws IOException {
    return Files.writeString(Files.createTempFile("sluice-shell", ".jsh"), STARTUP);
  }
}
