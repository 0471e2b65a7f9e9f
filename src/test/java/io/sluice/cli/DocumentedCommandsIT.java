package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs the commands of the pages as they are written, but for ports, in a directory that looks like the root of the project. Commands
 * that go on until they are told to end are killed once everything has been shown that the block's mark says, or get Ctrl-C if it says
 * what they show then.
 */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the commands are for a shell")
@Timeout(150)
class DocumentedCommandsIT {

  private static final Pattern GOES_ON = Pattern.compile("sluice\\.jar (demo|node|run)\\b");
  private static final Pattern EXPORT = Pattern.compile("export (\\w+)=(\\S*).*");
  private static final String BUILD = "mvn -q -DskipTests package && ";
  private static final long MAX_NANOS = TimeUnit.SECONDS.toNanos(40);

  /** What stands on two pages is run once. */
  private static final Set<String> DONE = new HashSet<>();

  @TempDir
  private Path directory = Path.of("");

  private final Map<String, String> environment = new HashMap<>();

  static Stream<Path> pages() throws IOException {
    return DocumentedBlock.all().stream()
        .filter(block -> block.kind().equals("run"))
        .map(DocumentedBlock::page)
        .distinct();
  }

  /** JUnit would warn of a link that leads out of what it deletes. */
  @AfterEach
  void removeLink() throws IOException {
    Files.deleteIfExists(directory.resolve("target"));
  }

  @ParameterizedTest
  @MethodSource("pages")
  void commandsOfThePageDoWhatItSays(Path page) throws Exception {
    prepare();
    for (DocumentedBlock block : DocumentedBlock.of(page)) {
      if (block.kind().equals("file")) {
        Path file = directory.resolve(block.said("file").get(0));
        Files.createDirectories(file.getParent());
        Files.writeString(file, block.text());
      } else if (block.kind().equals("run") && DONE.add(block.text())) {
        run(block);
      }
    }
  }

  /** The parts of the project that commands use; the driver has a port of this test. */
  private void prepare() throws IOException {
    int seed = freePort();
    Files.createSymbolicLink(directory.resolve("target"), Path.of("target").toAbsolutePath());
    Path conf = Files.createDirectories(directory.resolve("conf"));
    try (Stream<Path> files = Files.list(Path.of("conf"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path copy = conf.resolve(file.getFileName());
        Files.writeString(copy, Files.readString(file).replace("25520", Integer.toString(seed)));
        assertThat(copy.toFile().setExecutable(Files.isExecutable(file))).isTrue();
      }
    }
    String home = System.getProperty("java.home");
    environment.put("JAVA_HOME", home);
    environment.put("PATH", home + "/bin" + File.pathSeparator + System.getenv("PATH"));
    environment.put("JDK_JAVA_OPTIONS", "-Xmx256m -XX:TieredStopAtLevel=1");
  }

  private void run(DocumentedBlock block) throws Exception {
    List<Command> going = new ArrayList<>();
    List<Command> started = new ArrayList<>();
    try (ServerSocket lines = new ServerSocket(0, 9, InetAddress.getByName("localhost"))) {
      talk(lines, block.said("type"));
      for (String line : block.text().lines().toList()) {
        var export = EXPORT.matcher(line);
        if (export.matches()) {
          environment.put(export.group(1), export.group(2));
        } else if (!line.startsWith("nc ")) {
          Command command = start(
              line.replace(BUILD, "").replace("9999", Integer.toString(lines.getLocalPort())));
          started.add(command);
          if (GOES_ON.matcher(line).find()) {
            going.add(command);
          } else {
            assertThat(command.awaitExit())
                .as("%s: %s\n%s", block, line, text(command))
                .isZero();
          }
        }
      }
      awaitShown(block, started, going);
      for (String wanted : block.said("ends")) {
        for (Command command : going) {
          interrupt(command);
          command.awaitExit();
        }
        assertThat(shown(started)).as("%s", block).contains(wanted);
      }
    } finally {
      started.forEach(Command::close);
    }
  }

  /** What somebody types into {@code nc}, now and then. */
  private static void talk(ServerSocket server, List<String> said) {
    Thread talking = new Thread(
        () -> {
          while (!server.isClosed()) {
            try (Socket reader = server.accept()) {
              OutputStream out = reader.getOutputStream();
              out.write((String.join("\n", said) + "\n").getBytes(StandardCharsets.UTF_8));
              out.flush();
              // Until the reader has ended.
              reader.getInputStream().transferTo(OutputStream.nullOutputStream());
            } catch (IOException ended) {
              // The reader was killed, or the test is over.
            }
          }
        },
        "test-lines");
    talking.setDaemon(true);
    talking.start();
  }

  private Command start(String line) throws IOException {
    // Whoever runs the tests in the background may have them, and all that they start, ignore
    // Ctrl-C.
    ProcessBuilder builder = new ProcessBuilder("env", "--default-signal=INT", "bash", "-c", line);
    builder.directory(directory.toFile()).environment().putAll(environment);
    return new Command(builder);
  }

  private static void awaitShown(DocumentedBlock block, List<Command> started, List<Command> going)
      throws Exception {
    long deadline = System.nanoTime() + MAX_NANOS;
    for (String wanted : block.said("shows")) {
      while (!shown(started).contains(wanted)) {
        boolean late = System.nanoTime() > deadline;
        boolean ended = going.stream().anyMatch(Command::hasEnded);
        assertThat(late || ended || going.isEmpty())
            .as("%s never shows '%s' but:\n%s", block, wanted, shown(started))
            .isFalse();
        TimeUnit.MILLISECONDS.sleep(50);
      }
    }
  }

  private static void interrupt(Command command) throws Exception {
    new ProcessBuilder("kill", "-INT", Long.toString(command.pid())).start().waitFor();
  }

  private static String shown(List<Command> commands) {
    return String.join("\n", commands.stream().map(DocumentedCommandsIT::text).toList());
  }

  private static String text(Command command) {
    return String.join("\n", command.lines());
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }
}
