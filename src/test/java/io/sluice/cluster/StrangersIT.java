package io.sluice.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.cli.Command;
import io.sluice.cli.ProgramJar;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Those who do not belong to a cluster are named and kept out, and it goes on. */
@Timeout(100)
class StrangersIT {

  private static final long LINES = 2 * NumberedLines.CYCLE;

  @TempDir
  private Path directory = Path.of("");

  @Test
  void aWorkerOfAnotherVersionIsRefusedAndTheRestGoesOn() throws Exception {
    Path jar = ProgramJar.of(directory, CountedWords.class, ResumingReceiver.class);
    Map<String, Object> settings = Map.of("sluice.program.jars", List.of(jar.toString()));
    String why =
        "it runs Sluice 9.9, the driver %s; all nodes of a cluster must run the same version"
            .formatted(Version.current());
    try (WorkerProcesses cluster = new WorkerProcesses(directory, settings);
        NumberedLines lines = new NumberedLines(LINES, LINES, false)) {
      cluster.start();
      Command other = cluster.start("9.9");
      CountedWords program = new CountedWords(
          cluster.driver(), context -> context.socketTextStream("127.0.0.1", lines.port()));
      try (program) {
        program.start();
        other.awaitLine(why);
        program.await(() -> program.lines() >= LINES);
      }

      assertThat(program.total()).isEqualTo(NumberedLines.words(LINES));
    }
  }

  @Test
  void bytesThatAreNotAkkaRemotingAreReportedWithTheirSender() throws Exception {
    try (WorkerProcesses cluster = new WorkerProcesses(directory, Map.of())) {
      Command worker = cluster.start();
      int port = WorkerProcesses.messagePort(worker);

      for (int i = 0; i < 2; i++) {
        try (Socket stranger = new Socket(InetAddress.getLoopbackAddress(), port)) {
          stranger
              .getOutputStream()
              .write("GET / HTTP/1.1\r\n".getBytes(StandardCharsets.US_ASCII));

          worker.awaitLine("Closed a connection from [127.0.0.1:" + stranger.getLocalPort()
              + "] to port [" + port + "]: it began with bytes [47 45 54 20");
        }
      }
    }
  }
}
