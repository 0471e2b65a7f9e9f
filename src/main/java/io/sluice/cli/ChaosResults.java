package io.sluice.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Takes what {@link ChaosProgram} reports, from whichever process, and answers each result that was taken. */
final class ChaosResults implements AutoCloseable {

  private final ServerSocket results;
  private final ChaosTally tally;

  ChaosResults(ChaosTally tally) throws IOException {
    this.tally = tally;
    this.results = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    ChaosSource.start(this::take, "chaos-results");
  }

  int port() {
    return results.getLocalPort();
  }

  private void take() {
    try {
      while (true) {
        Socket client = results.accept();
        ChaosSource.start(() -> take(client), "chaos-result");
      }
    } catch (IOException closed) {
      // The run is over.
    }
  }

  private void take(Socket client) {
    try (client;
        BufferedReader in = new BufferedReader(
            new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII))) {
      String line = in.readLine();
      if (line != null) {
        tally.result(line, System.currentTimeMillis());
        client.getOutputStream().write('\n');
      }
    } catch (IOException killed) {
      // Its node was killed; another will tell again.
    }
  }

  @Override
  public void close() throws IOException {
    results.close();
  }
}
