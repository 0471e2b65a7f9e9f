package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a program that prints shows on a terminal, and elsewhere. */
@Timeout(100)
class ProgressIT {

  private static final String PROGRESS = "batches | ";

  private static String[] program(ServerSocket server) {
    return new String[] {
      "run",
      "--config",
      "conf/local.conf",
      "--class",
      "examples.NetworkWordCount",
      "127.0.0.1",
      Integer.toString(server.getLocalPort())
    };
  }

  private static void feed(ServerSocket server, Command program) throws Exception {
    server.setSoTimeout(60_000);
    try (Socket reader = server.accept()) {
      OutputStream out = reader.getOutputStream();
      out.write("water water\n".getBytes(StandardCharsets.UTF_8));
      out.flush();
      program.awaitLine("(water,2)");
      program.await(
          lines -> lines.stream().filter(line -> line.startsWith("Time: ")).count() > 3);
    }
  }

  @Test
  void onATerminalProgressIsShownAndWhatIsPrintedHasItsOwnLines() throws Exception {
    assumeTrue(isOnThePath("script"), "the command 'script' makes the terminal");
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Command program = Command.onTerminal(program(server))) {
      feed(server, program);

      List<String> lines = program.lines();
      assertThat(lines).anyMatch(line -> line.contains("WordCount: ") && line.contains(PROGRESS));
      assertThat(lines).contains("(water,2)");
      assertThat(lines)
          .filteredOn(line -> line.contains(PROGRESS))
          .allMatch(line -> line.contains("\r\u001b[K") || line.endsWith("ms"));
    }
  }

  @Test
  void elsewhereThereIsNothingOfIt() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Command program = new Command(program(server))) {
      feed(server, program);

      assertThat(program.lines())
          .contains("(water,2)")
          .noneMatch(line -> line.contains(PROGRESS) || line.contains("\u001b"));
    }
  }

  private static boolean isOnThePath(String command) {
    return Pattern.compile(Pattern.quote(File.pathSeparator))
        .splitAsStream(String.valueOf(System.getenv("PATH")))
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, command)));
  }
}
