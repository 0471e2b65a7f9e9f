package io.sluice.cluster;

import io.sluice.api.Receiver;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reads {@link NumberedLines} and stores, with each block, the number of the next line. */
final class ResumingReceiver extends Receiver<String> {

  private static final long serialVersionUID = 1L;
  private static final int LINES_PER_BLOCK = 5000;

  private final int port;

  ResumingReceiver(int port) {
    this.port = port;
  }

  @Override
  public void onStart() {
    Thread reader = new Thread(this::read, "test-receiver");
    reader.setDaemon(true);
    reader.start();
  }

  @Override
  public void onStop() {}

  private void read() {
    try (Socket server = new Socket(InetAddress.getLoopbackAddress(), port)) {
      long next = position().orElse(0);
      server.getOutputStream().write((next + "\n").getBytes(StandardCharsets.US_ASCII));
      BufferedReader in = new BufferedReader(
          new InputStreamReader(server.getInputStream(), StandardCharsets.US_ASCII));
      List<String> block = new ArrayList<>();
      for (String line = in.readLine(); line != null && !isStopped(); line = in.readLine()) {
        block.add(line);
        if (block.size() == LINES_PER_BLOCK || !in.ready()) {
          next += block.size();
          store(block, next);
          block.clear();
        }
      }
    } catch (IOException failure) {
      restart("Cannot read the lines", failure);
    }
  }
}
