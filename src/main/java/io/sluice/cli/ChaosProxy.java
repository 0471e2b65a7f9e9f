package io.sluice.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.function.ToIntFunction;

/**
 * Stands before a port of a node, so that what other nodes say to it, and what it answers, can be cut off. Bytes that are
 * cut off wait where they are: no more than a buffer is taken from whoever says them.
 */
final class ChaosProxy implements AutoCloseable {

  private static final int BUFFER_BYTES = 64 * 1024;

  private final ServerSocket server;
  private final int node;
  private final InetSocketAddress target;
  private final ChaosCuts cuts;
  private final ToIntFunction<InetAddress> callers;

  /**
   * Begins to serve.
   *
   * @param node whose port it is
   * @param target where the node listens
   * @param callers which node connects from an address
   */
  ChaosProxy(int node, InetSocketAddress target, ChaosCuts cuts, ToIntFunction<InetAddress> callers)
      throws IOException {
    this.server = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    this.node = node;
    this.target = target;
    this.cuts = cuts;
    this.callers = callers;
    ChaosSource.start(this::accept, "chaos-proxy");
  }

  /** Where other nodes connect to. */
  int port() {
    return server.getLocalPort();
  }

  private void accept() {
    try {
      while (true) {
        Socket caller = server.accept();
        ChaosSource.start(() -> connect(caller), "chaos-link");
      }
    } catch (IOException closed) {
      // The run is over.
    }
  }

  /** A caller that is not heard is not even connected. */
  private void connect(Socket caller) {
    int from = callers.applyAsInt(caller.getInetAddress());
    Socket callee = new Socket();
    try {
      cuts.awaitOpen(from, node);
      caller.setTcpNoDelay(true);
      callee.setTcpNoDelay(true);
      callee.connect(target);
      ChaosSource.start(() -> pump(callee, caller, node, from), "chaos-link-back");
      pump(caller, callee, from, node);
    } catch (IOException refused) {
      close(caller, callee);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void pump(Socket in, Socket out, int from, int to) {
    byte[] buffer = new byte[BUFFER_BYTES];
    try {
      int count;
      do {
        count = in.getInputStream().read(buffer);
        cuts.awaitOpen(from, to);
        out.getOutputStream().write(buffer, 0, Math.max(0, count));
      } while (count >= 0);
      out.shutdownOutput();
    } catch (IOException broken) {
      close(in, out);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    if (in.isOutputShutdown() && out.isOutputShutdown()) {
      close(in, out);
    }
  }

  private static void close(Socket caller, Socket callee) {
    try (caller;
        callee) {
      // Both are closed, whatever becomes of the other.
    } catch (IOException broken) {
      // It is closed all the same.
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
