package bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/**
 * Serves the lines over TCP as fast as they are read, to any number of clients. The port above ends that: it says how
 * many lines each client was sent; from then on clients get a tick now and then.
 */
public final class Generator {

  public static final int PORT = Integer.getInteger("port", 19999);
  private static final int CHUNK = 1000 * Text.LINE_BYTES;

  private static final List<Client> CLIENTS = new CopyOnWriteArrayList<>();
  private static volatile boolean over;

  private Generator() {}

  public static void main(String[] args) throws IOException {
    Text.bytes();
    try (ServerSocket lines = listen(PORT);
        ServerSocket ends = listen(PORT + 1)) {
      start(() -> answer(ends));
      System.out.println("serving");
      while (true) {
        Client client = new Client(lines.accept());
        CLIENTS.add(client);
        start(client::serve);
      }
    }
  }

  /** Has the generator end, and writes down as given what it has sent. */
  static void end() throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), PORT + 1);
        BufferedReader reader =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))) {
      for (String sent = reader.readLine(); sent != null; sent = reader.readLine()) {
        Given.from(0, Text.LINES).add(Long.parseLong(sent));
      }
    }
  }

  private static ServerSocket listen(int port) throws IOException {
    return new ServerSocket(port, 8, InetAddress.getLoopbackAddress());
  }

  private static void start(Runnable work) {
    Thread thread = new Thread(work);
    thread.setDaemon(true);
    thread.start();
  }

  private static void answer(ServerSocket ends) {
    try (Socket socket = ends.accept()) {
      over = true;
      StringBuilder answer = new StringBuilder();
      for (Client client : CLIENTS) {
        answer.append(client.sent()).append('\n');
      }
      socket.getOutputStream().write(answer.toString().getBytes(StandardCharsets.US_ASCII));
    } catch (IOException | InterruptedException failure) {
      failure.printStackTrace();
    }
  }

  private static final class Client {
    private final Socket socket;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile long lines;

    Client(Socket socket) {
      this.socket = socket;
    }

    long sent() throws InterruptedException {
      ended.await();
      return lines;
    }

    void serve() {
      try (socket) {
        OutputStream out = socket.getOutputStream();
        serveLines(out);
        ended.countDown();
        while (true) {
          out.write((Text.TICK + "\n").getBytes(StandardCharsets.US_ASCII));
          Thread.sleep(20);
        }
      } catch (IOException | InterruptedException gone) {
        ended.countDown();
      }
    }

    private void serveLines(OutputStream out) throws IOException {
      byte[] text = Text.bytes();
      long sent = 0;
      for (int at = 0; !over; at = at + CHUNK == text.length ? 0 : at + CHUNK) {
        sent += CHUNK / Text.LINE_BYTES;
        lines = sent;
        out.write(text, at, CHUNK);
      }
    }
  }
}
