package io.sluice.receiver;

import static java.util.Objects.requireNonNull;

import io.sluice.api.Receiver;
import io.sluice.api.StorageLevel;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/** Reads from a TCP server on a thread of its own, and connects again when the connection ends. */
abstract class SocketReceiver<T> extends Receiver<T> {

  private static final long serialVersionUID = 1L;
  private static final int CONNECT_TIMEOUT_MILLIS = 10_000;

  private final String host;
  private final int port;
  private transient volatile @Nullable Socket socket;

  SocketReceiver(String host, int port, StorageLevel level) {
    super(requireNonNull(level, "Storage level is null; give one, or leave it out."));
    requireNonNull(host, "Host is null; give the name or address of a TCP server.");
    if (host.isBlank()) {
      throw new IllegalArgumentException(
          "Host is empty; give the name or address of a TCP server.");
    }
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException("Port must be between 1 and 65535, got " + port + ".");
    }
    this.host = host;
    this.port = port;
  }

  /** Stores what comes until the stream ends or the receiver is stopped. */
  abstract void storeAll(InputStream in) throws Exception;

  @Override
  public final void onStart() {
    Thread reader = new Thread(this::receive, "sluice-socket-" + host + "-" + port);
    reader.setDaemon(true);
    reader.start();
  }

  @Override
  public final void onStop() throws IOException {
    Socket open = socket;
    if (open != null) {
      open.close();
    }
  }

  private void receive() {
    try (Socket connection = new Socket()) {
      socket = connection;
      connection.connect(new InetSocketAddress(host, port), CONNECT_TIMEOUT_MILLIS);
      storeAll(connection.getInputStream());
      restart("The server at " + host + ":" + port + " closed the connection");
    } catch (Exception | LinkageError | AssertionError failure) {
      if (!isStopped()) {
        failed(failure);
      }
    }
  }

  private void failed(Throwable failure) {
    if (failure instanceof UnknownHostException) {
      restart("Cannot read from " + host + ":" + port
          + ": no address is known for this host name. Correct it, or make it known.");
    } else if (failure instanceof UnexpectedDataException) {
      restart("What " + host + ":" + port + " sent was refused: " + failure.getMessage());
    } else if (failure instanceof IOException) {
      restart(
          "Cannot read from "
              + host
              + ":"
              + port
              + ": "
              + failure.getMessage()
              + ". Is a server listening there?",
          failure);
    } else {
      restart("Cannot store what was read from " + host + ":" + port, failure);
    }
  }

  /** The server sent what it should not. */
  static final class UnexpectedDataException extends IOException {
    private static final long serialVersionUID = 1L;

    UnexpectedDataException(String message) {
      super(message);
    }
  }
}
