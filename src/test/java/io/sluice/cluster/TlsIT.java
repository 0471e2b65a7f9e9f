package io.sluice.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import akka.cluster.typed.Cluster;
import com.typesafe.config.ConfigFactory;
import io.sluice.api.TlsSettings;
import io.sluice.block.TestCertificates;
import io.sluice.cli.Command;
import io.sluice.cli.ProgramJar;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A cluster whose nodes hold certificates of one authority, and those who do not. */
@Timeout(150)
class TlsIT {

  private static final long LINES = 2 * NumberedLines.CYCLE;
  private static final String GIVES_UP = "sluice.cluster.join-timeout = 8 s\n";

  @TempDir
  private Path directory = Path.of("");

  private TestCertificates ours = new TestCertificates(directory);
  private TestCertificates theirs = new TestCertificates(directory);

  @BeforeEach
  void make() throws Exception {
    ours = TestCertificates.make(directory.resolve("ours"), "driver", "one", "two");
    theirs = TestCertificates.make(directory.resolve("theirs"), "one");
  }

  @Test
  void nodesWithCertificatesCountRightAndNodesWithoutStayOut() throws Exception {
    Path jar = ProgramJar.of(directory, CountedWords.class, ResumingReceiver.class);
    Map<String, Object> settings = new TreeMap<>(driver());
    settings.put("sluice.program.jars", List.of(jar.toString()));
    settings.put("sluice.cluster.min-workers", 2);
    try (WorkerProcesses cluster = new WorkerProcesses(directory, settings);
        NumberedLines lines = new NumberedLines(LINES, LINES, false)) {
      Command one = cluster.startWith(lines(ours.settings("one", ours)));
      Command two = cluster.startWith(lines(ours.settings("two", ours)));
      WorkerProcesses.messagePort(one);
      WorkerProcesses.messagePort(two);
      Command otherAuthority = cluster.startWith(GIVES_UP + lines(theirs.settings("one", theirs)));
      Command believesUs = cluster.startWith(GIVES_UP + lines(theirs.settings("one", ours)));
      Command plain = cluster.startWith(GIVES_UP);
      CountedWords program = new CountedWords(
          cluster.driver(), context -> context.socketTextStream("127.0.0.1", lines.port()));
      try (program) {
        program.start();
        for (Command stranger : List.of(otherAuthority, believesUs, plain)) {
          assertThat(stranger.awaitExit()).isEqualTo(1);
          assertThat(stranger.lines())
              .anyMatch(line -> line.contains("The cluster could not be joined within 8 s"));
        }
        program.await(() -> program.lines() >= LINES);
      }

      assertThat(otherAuthority.lines())
          .anyMatch(line -> line.contains("No TLS connection to node [akka://sluice@127.0.0.1:"))
          .anyMatch(line -> line.contains("PKIX path"));
      assertThat(Cluster.get(cluster.driver()).state().getMembers()).hasSize(3);
      assertThat(program.total()).isEqualTo(NumberedLines.words(LINES));
    }
  }

  @Test
  void thePortForMessagesClosesOnWhoHasNoCertificate() throws Exception {
    try (WorkerProcesses cluster = new WorkerProcesses(directory, driver())) {
      Command worker = cluster.startWith(lines(ours.settings("one", ours)));
      int port = WorkerProcesses.messagePort(worker);

      try (Socket plain = new Socket(InetAddress.getLoopbackAddress(), port)) {
        isRefused(plain);
      }
      try (Socket anonymous = ours.anonymous(port)) {
        isRefused(anonymous);
      }
      try (Socket foreign = ours.foreign(port, theirs, "one")) {
        isRefused(foreign);
      }
    }
  }

  private static void isRefused(Socket stranger) {
    try {
      stranger.setSoTimeout(20_000);
      stranger.getOutputStream().write("GET / HTTP/1.1\r\n".getBytes(StandardCharsets.US_ASCII));
      assertThat(stranger.getInputStream().readAllBytes().length).isLessThan(20);
    } catch (SocketTimeoutException open) {
      throw new AssertionError("The connection was left open", open);
    } catch (IOException closed) {
      // As it should be, by an alert or a reset.
    }
  }

  private Map<String, Object> driver() {
    Map<String, Object> settings = new TreeMap<>();
    ConfigFactory.parseString(lines(ours.settings("driver", ours)))
        .entrySet()
        .forEach(entry -> settings.put(entry.getKey(), entry.getValue().unwrapped()));
    return settings;
  }

  private static String lines(TlsSettings tls) {
    return TestCertificates.lines(tls);
  }
}
