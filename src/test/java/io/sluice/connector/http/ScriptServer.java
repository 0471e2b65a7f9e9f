package io.sluice.connector.http;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A server that does with each connection, in turn, what a script says; with those after the last script nothing, but keep them. */
final class ScriptServer implements AutoCloseable {

  static final String OK = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n";
  static final String EVENTS = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";

  /** What is done with a connection; it is closed afterwards. */
  interface Script {
    void play(Client client) throws Exception;
  }

  /** A connection whose request was read up to its body. */
  record Client(Socket socket, String request) {
    void send(String text) throws IOException {
      send(text.getBytes(StandardCharsets.UTF_8));
    }

    void send(byte[] bytes) throws IOException {
      socket.getOutputStream().write(bytes);
      socket.getOutputStream().flush();
    }

    /** A piece of a chunked body. */
    void chunk(String text) throws IOException {
      int length = text.getBytes(StandardCharsets.UTF_8).length;
      send(Integer.toHexString(length) + "\r\n" + text + "\r\n");
    }

    /** Keeps the connection until the other side ends it. */
    void awaitEnd() throws IOException {
      while (socket.getInputStream().read() >= 0) {
        // What else it sends is of no interest.
      }
    }
  }

  private final ServerSocket server;
  private final List<Script> scripts;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final BlockingQueue<String> requests = new LinkedBlockingQueue<>();

  ScriptServer(Script... scripts) throws IOException {
    this(new ServerSocket(0, 10, InetAddress.getLoopbackAddress()), scripts);
  }

  ScriptServer(ServerSocket server, Script... scripts) {
    this.server = server;
    this.scripts = List.of(scripts);
    daemon(this::accept);
  }

  /** An answer without a body. */
  static Script answer(String status, String... headers) {
    return client -> client.send("HTTP/1.1 " + status + "\r\nContent-Length: 0\r\n"
        + String.join(
            "", List.of(headers).stream().map(header -> header + "\r\n").toList())
        + "\r\n");
  }

  String url(String path) {
    return "http://127.0.0.1:" + server.getLocalPort() + path;
  }

  int port() {
    return server.getLocalPort();
  }

  /** The next request with its headers, in lower case. */
  String request() throws InterruptedException {
    String request = requests.poll(10, TimeUnit.SECONDS);
    if (request == null) {
      throw new AssertionError("No request within 10 s");
    }
    return request;
  }

  int requestsWaiting() {
    return requests.size();
  }

  private void accept() {
    try {
      for (int number = 0; ; number++) {
        Socket socket = server.accept();
        sockets.add(socket);
        Script script = number < scripts.size() ? scripts.get(number) : Client::awaitEnd;
        daemon(() -> play(script, socket));
      }
    } catch (IOException closed) {
      // The test is over.
    }
  }

  private void play(Script script, Socket socket) {
    try (socket) {
      BufferedReader in = new BufferedReader(
          new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      StringBuilder request = new StringBuilder();
      for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
        request.append(line).append('\n');
      }
      requests.add(request.toString().toLowerCase(java.util.Locale.ROOT));
      script.play(new Client(socket, request.toString()));
    } catch (Exception ended) {
      // The receiver has closed the connection, or a handshake has failed.
    }
  }

  private static void daemon(Runnable task) {
    Thread thread = new Thread(task, "script-server");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
