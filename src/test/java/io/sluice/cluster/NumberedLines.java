package io.sluice.cluster;

import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A TCP server with a given number of lines, each at its time. Line {@code n} is {@code w<n mod 100> n<n mod 1000> line}. What was
 * sent on a connection that breaks is sent again only to a client that asks for it.
 */
final class NumberedLines implements AutoCloseable {

  static final int CYCLE = 1000;

  private static final int NAMES = 100;
  private static final long PACE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
  private static final int BUFFER_BYTES = 64 * 1024;

  private final long rate;
  private final long total;
  private final boolean clientNamesFirst;
  private final ServerSocket server;
  private final AtomicInteger connections = new AtomicInteger();
  private final CountDownLatch closing = new CountDownLatch(1);
  private long startNanos;

  /**
   * Lines for whoever connects.
   *
   * @param rate lines a second, from the first connection on
   * @param clientNamesFirst whether a client begins with a line that holds the number of the first line it wants
   */
  NumberedLines(long rate, long total, boolean clientNamesFirst) throws IOException {
    this.rate = rate;
    this.total = total;
    this.clientNamesFirst = clientNamesFirst;
    this.server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    start(this::accept, "test-lines");
  }

  int port() {
    return server.getLocalPort();
  }

  int connections() {
    return connections.get();
  }

  private void accept() {
    try {
      while (closing.getCount() > 0) {
        Socket client = server.accept();
        if (connections.getAndIncrement() == 0) {
          startNanos = System.nanoTime();
        }
        start(() -> serve(client), "test-lines-" + connections);
      }
    } catch (IOException closed) {
      // The test has ended.
    }
  }

  private void serve(Socket client) {
    try (client;
        OutputStream out = new BufferedOutputStream(client.getOutputStream(), BUFFER_BYTES)) {
      long line = clientNamesFirst ? firstWanted(client) : 0;
      while (line < total) {
        line = sendDue(out, line);
        if (closing.await(PACE_NANOS, TimeUnit.NANOSECONDS)) {
          return;
        }
      }
      // Until the test ends: a client takes the end of a connection for a failure.
      closing.await();
    } catch (IOException killed) {
      // The client was killed.
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static long firstWanted(Socket client) throws IOException {
    BufferedReader in = new BufferedReader(
        new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII));
    return Long.parseLong(String.valueOf(in.readLine()));
  }

  private long sendDue(OutputStream out, long from) throws IOException {
    double seconds = (double) (System.nanoTime() - startNanos) / TimeUnit.SECONDS.toNanos(1);
    long due = Math.min(total, (long) (seconds * rate));
    long line = from;
    for (; line < due; line++) {
      String text = "w" + line % NAMES + " n" + line % CYCLE + " line\n";
      out.write(text.getBytes(StandardCharsets.US_ASCII));
    }
    out.flush();
    return line;
  }

  /** How often each word is in the first lines; for a multiple of the cycle. */
  static Map<String, Integer> words(long lines) {
    Map<String, Integer> words = new TreeMap<>();
    words.put("line", (int) lines);
    for (int i = 0; i < CYCLE; i++) {
      words.put("n" + i, (int) (lines / CYCLE));
      words.put("w" + i % NAMES, (int) (lines / NAMES));
    }
    return words;
  }

  private static void start(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() {
    closing.countDown();
    try {
      server.close();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
