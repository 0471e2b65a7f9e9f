package io.sluice.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A TCP server that sends lines of made-up text at a steady pace to whoever connects. */
final class TextGenerator implements AutoCloseable {

  private static final long SEED = 42;
  private static final int WORDS_PER_LINE = 8;
  private static final long PACE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
  private static final String[] WORDS =
      ("stream batch window block shard offset sluice water gate river lock canal level flow"
              + " weir pump basin valve spill drain mill wheel bank reed heron barge tide delta marsh ferry")
          .split(" ");

  private final ServerSocket server;
  private final long linesPerSecond;
  private final Random random = new Random(SEED);
  private final AtomicLong sent = new AtomicLong();
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final Thread thread = new Thread(this::serve, "sluice-demo-text");

  TextGenerator(long linesPerSecond) {
    this.linesPerSecond = linesPerSecond;
    try {
      server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    thread.setDaemon(true);
    thread.start();
  }

  int port() {
    return server.getLocalPort();
  }

  /** Lines sent so far. */
  long sent() {
    return sent.get();
  }

  /** Sends no more, and returns once the other side has read everything that was sent. */
  void finish() throws InterruptedException {
    stopping.countDown();
    thread.join();
  }

  @Override
  public void close() {
    stopping.countDown();
    try {
      server.close();
    } catch (IOException ignored) {
      // Nothing is left to be done with it.
    }
  }

  private void serve() {
    while (!isStopping()) {
      try (Socket reader = server.accept()) {
        reader.setTcpNoDelay(true);
        OutputStream out = new BufferedOutputStream(reader.getOutputStream(), 64 * 1024);
        send(out);
        reader.shutdownOutput();
        awaitEnd(reader);
      } catch (IOException broken) {
        // The reader is gone; it comes again, or the server is closed.
        if (server.isClosed()) {
          return;
        }
      } catch (InterruptedException interrupted) {
        return;
      }
    }
  }

  private void send(OutputStream out) throws IOException, InterruptedException {
    long start = System.nanoTime();
    long lines = 0;
    while (!stopping.await(untilNext(start), TimeUnit.NANOSECONDS)) {
      long due = due(System.nanoTime() - start);
      long begun = lines;
      for (; lines < due && !isStopping(); lines++) {
        out.write(line());
      }
      out.flush();
      sent.addAndGet(lines - begun);
    }
  }

  private long due(long nanos) {
    return Math.multiplyExact(nanos / 1_000_000, linesPerSecond) / 1000;
  }

  private static long untilNext(long start) {
    return PACE_NANOS - (System.nanoTime() - start) % PACE_NANOS;
  }

  /** Few words are frequent and many are rare, as in any text. */
  private byte[] line() {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < WORDS_PER_LINE; i++) {
      int rank = (int) Math.pow(WORDS.length, random.nextDouble()) - 1;
      line.append(i == 0 ? "" : " ").append(WORDS[rank]);
    }
    return line.append('\n').toString().getBytes(StandardCharsets.US_ASCII);
  }

  private static void awaitEnd(Socket reader) throws IOException {
    byte[] nothing = new byte[64];
    while (reader.getInputStream().read(nothing) >= 0) {}
  }

  private boolean isStopping() {
    return stopping.getCount() == 0;
  }
}
