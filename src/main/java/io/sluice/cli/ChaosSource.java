package io.sluice.cli;

import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** Serves the numbers from 0 on, one a line and each at its time, to whoever connects and names the first it wants. */
final class ChaosSource implements AutoCloseable {

  private static final int BUFFER_BYTES = 64 * 1024;

  private final long perSecond;
  private final ServerSocket server;
  private final long startNanos = System.nanoTime();
  private volatile long endNanos = Long.MAX_VALUE;

  ChaosSource(long perSecond) throws IOException {
    this.perSecond = perSecond;
    this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start(this::accept, "chaos-source");
  }

  int port() {
    return server.getLocalPort();
  }

  /** From now on there are no new numbers. */
  void end() {
    endNanos = System.nanoTime() - startNanos;
  }

  /** How many numbers there are so far. */
  long sent() {
    long elapsed = Math.min(System.nanoTime() - startNanos, endNanos);
    return elapsed * perSecond / TimeUnit.SECONDS.toNanos(1);
  }

  private void accept() {
    try {
      while (true) {
        Socket client = server.accept();
        start(() -> serve(client), "chaos-source-client");
      }
    } catch (IOException closed) {
      // The run is over.
    }
  }

  private void serve(Socket client) {
    try (client;
        BufferedReader in = new BufferedReader(
            new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII));
        OutputStream out = new BufferedOutputStream(client.getOutputStream(), BUFFER_BYTES)) {
      long next = Long.parseLong(String.valueOf(in.readLine()));
      while (!server.isClosed()) {
        for (long sent = sent(); next < sent; next++) {
          out.write((next + "\n").getBytes(StandardCharsets.US_ASCII));
        }
        out.flush();
        TimeUnit.MILLISECONDS.sleep(2);
      }
    } catch (IOException killed) {
      // The receiver's node was killed.
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  static void start(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
