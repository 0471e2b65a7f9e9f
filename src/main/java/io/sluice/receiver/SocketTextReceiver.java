package io.sluice.receiver;

import io.sluice.api.Receiver;
import io.sluice.api.StorageLevel;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Reads lines from a TCP server and stores them as the bytes they are. */
public final class SocketTextReceiver extends Receiver<String> {

  private static final long serialVersionUID = 1L;
  private static final int CONNECT_TIMEOUT_MILLIS = 10_000;
  private static final int BUFFER_BYTES = 128 * 1024;
  private static final int MAX_LINE_BYTES = 16 << 20;

  private final String host;
  private final int port;
  private transient volatile @Nullable Socket socket;

  public SocketTextReceiver(String host, int port, StorageLevel level) {
    super(level);
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException("Port must be between 1 and 65535, got " + port + ".");
    }
    this.host = host;
    this.port = port;
  }

  @Override
  public void onStart() {
    Thread reader = new Thread(this::receive, "sluice-socket-" + host + "-" + port);
    reader.setDaemon(true);
    reader.start();
  }

  @Override
  public void onStop() throws IOException {
    Socket open = socket;
    if (open != null) {
      open.close();
    }
  }

  private void receive() {
    try (Socket connection = new Socket()) {
      socket = connection;
      connection.connect(new InetSocketAddress(host, port), CONNECT_TIMEOUT_MILLIS);
      copyLines(connection.getInputStream());
      restart("The server at " + host + ":" + port + " closed the connection");
    } catch (IOException failure) {
      if (!isStopped() && failure instanceof UnknownHostException) {
        restart("Cannot read from " + host + ":" + port
            + ": no address is known for this host name. Correct it, or make it known.");
      } else if (!isStopped()) {
        restart(
            "Cannot read from "
                + host
                + ":"
                + port
                + ": "
                + failure.getMessage()
                + ". Is a server listening there?",
            failure);
      }
    } catch (RuntimeException failure) {
      if (!isStopped()) {
        restart("Cannot store what was read from " + host + ":" + port, failure);
      }
    }
  }

  /** Hands over whole lines; the beginning of the next one stays in the buffer. */
  private void copyLines(InputStream in) throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    int filled = 0;
    while (!isStopped()) {
      if (filled == buffer.length) {
        if (filled >= MAX_LINE_BYTES) {
          throw new IOException("a line is longer than " + MAX_LINE_BYTES + " bytes");
        }
        buffer = Arrays.copyOf(buffer, filled * 2);
      }
      int read = in.read(buffer, filled, buffer.length - filled);
      if (read < 0) {
        storeLastLine(buffer, filled);
        return;
      }
      int end = afterLastLineFeed(buffer, filled, filled + read);
      filled += read;
      if (end > 0) {
        store(ByteBuffer.wrap(buffer, 0, end));
        System.arraycopy(buffer, end, buffer, 0, filled - end);
        filled -= end;
      }
    }
  }

  private void storeLastLine(byte[] buffer, int length) {
    if (length > 0) {
      byte[] line = Arrays.copyOf(buffer, length + 1);
      line[length] = '\n';
      store(ByteBuffer.wrap(line));
    }
  }

  private static int afterLastLineFeed(byte[] buffer, int from, int to) {
    for (int at = to - 1; at >= from; at--) {
      if (buffer[at] == '\n') {
        return at + 1;
      }
    }
    return 0;
  }
}
