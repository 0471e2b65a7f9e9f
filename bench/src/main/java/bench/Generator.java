package bench;

import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** Serves the lines over TCP as fast as they are read, to any number of clients. */
final class Generator {

  private Generator() {}

  public static void main(String[] args) throws Exception {
    int port = Integer.getInteger("port", 19999);
    byte[] text = Text.bytes();
    try (ServerSocket server = new ServerSocket(port, 8, InetAddress.getLoopbackAddress())) {
      System.err.println("serving on " + port);
      while (true) {
        Socket client = server.accept();
        Thread thread = new Thread(() -> serve(client, text));
        thread.setDaemon(true);
        thread.start();
      }
    }
  }

  private static void serve(Socket client, byte[] text) {
    try (client) {
      OutputStream out = client.getOutputStream();
      int chunk = 1000 * Text.LINE_BYTES;
      for (int at = 0; ; at = at + chunk >= text.length ? 0 : at + chunk) {
        out.write(text, at, Math.min(chunk, text.length - at));
      }
    } catch (java.io.IOException gone) {
      System.err.println("a client left");
    }
  }
}
