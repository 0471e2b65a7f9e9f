package io.sluice.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;

/** Configurations of a cluster of processes on this machine. */
final class TestConfig {

  private TestConfig() {}

  /** The file that is delivered, with the driver on a port of the test. */
  static String of(Path directory, String delivered, int port, String more) throws IOException {
    Path file = Files.createTempFile(directory, "test", ".conf");
    String own =
        delivered.startsWith("driver") ? "akka.remote.artery.canonical.port = " + port : "";
    Files.writeString(
        file, """
        include file("%s")
        akka.cluster.seed-nodes = ["akka://sluice@127.0.0.1:%d"]
        %s
        %s
        """.formatted(Path.of("conf", delivered).toAbsolutePath(), port, own, more));
    return file.toString();
  }

  static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }
}
