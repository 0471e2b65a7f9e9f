package io.sluice.connector.http;

import static java.util.Objects.requireNonNull;

import io.sluice.api.Receiver;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Takes lines that others send by HTTP POST. Never changes; every choice gives another receiver.
 *
 * <p>A request is answered with 204 when its lines are stored and replicated and the driver knows of them: from then on they count, whatever node
 * is lost. A client that gets another answer, or none, sends them again; they can have been stored then, so each line counts at least once. When the
 * stores are full, or too much waits, it is 503 with {@code Retry-After}. Requests that wait at the same time are stored together.
 *
 * <p>It listens on one worker, and on another when that one is lost: the guide's page on HTTP says how clients find it.
 */
public final class HttpPushReceiver extends Receiver<String> {

  private static final long serialVersionUID = 1L;
  private static final String LOOPBACK = "127.0.0.1";

  private final PushOptions options;
  private transient volatile @Nullable PushServer server;

  private HttpPushReceiver(PushOptions options) {
    this.options = options;
  }

  /**
   * A receiver that only programs on the worker's own machine reach, at 127.0.0.1.
   *
   * @param port 0 for any that is free; the log says which
   * @throws IllegalArgumentException if it is not between 0 and 65535
   */
  public static HttpPushReceiver local(int port) {
    return new HttpPushReceiver(PushOptions.of(LOOPBACK, port, null));
  }

  /**
   * A receiver that whoever has the token reaches. The token passes in the clear unless {@link #tls} is set.
   *
   * @param host an address of the worker, or {@code 0.0.0.0} for all of them
   * @param token to be sent as {@code Authorization: Bearer TOKEN}; at least 8 characters
   */
  public static HttpPushReceiver on(String host, int port, Secret token) {
    return new HttpPushReceiver(PushOptions.of(
        requireNonNull(host, "The host is null."),
        port,
        requireNonNull(token, "The token is null; other machines may push only with one.")));
  }

  /**
   * As {@link #on(String, int, Secret)}, without a token, which is possible for a loopback address only.
   *
   * @throws IllegalArgumentException if other machines can reach the host
   */
  public static HttpPushReceiver on(String host, int port) {
    requireNonNull(host, "The host is null.");
    if (!isLoopback(host)) {
      throw new IllegalArgumentException(
          "Host is '" + host
              + "', which other machines can reach, and there is no token. Give one, or listen on 127.0.0.1.");
    }
    return new HttpPushReceiver(PushOptions.of(host, port, null));
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException unknown) {
      return false;
    }
  }

  /** The same, taking lines at this path only; {@code /} unless set. */
  public HttpPushReceiver path(String path) {
    return new HttpPushReceiver(options.path(path));
  }

  /** The same by HTTPS. The context must have the server's key. */
  public HttpPushReceiver tls(TlsContext context) {
    return new HttpPushReceiver(options.tls(requireNonNull(context, "The TLS context is null.")));
  }

  /** The same, preferably on a worker of this host, so that clients can be told one address. Elsewhere while it has none. */
  public HttpPushReceiver runningOn(String workerHost) {
    return new HttpPushReceiver(
        options.worker(requireNonNull(workerHost, "The worker's host is null.")));
  }

  /** The same, taking at most so many bytes in a request, unpacked; 4 MiB unless set. */
  public HttpPushReceiver maxRequest(int bytes) {
    return new HttpPushReceiver(options.maxRequest(bytes));
  }

  /** The same, with at most so many requests and unpacked bytes at a time that are read or wait for room; 256 and 32 MiB unless set. */
  public HttpPushReceiver maxWaiting(int requests, long bytes) {
    return new HttpPushReceiver(options.maxWaiting(requests, bytes));
  }

  /** The same, letting a request wait this long for room before it is answered with 503; 10 s unless set. */
  public HttpPushReceiver patience(Duration time) {
    return new HttpPushReceiver(
        options.patience(Endpoint.requirePositive(time, "time that requests wait")));
  }

  @Override
  public Optional<String> preferredLocation() {
    return Optional.of(options.worker()).filter(host -> !host.isEmpty());
  }

  @Override
  public void onStart() throws Exception {
    server = PushServer.open(options, this);
  }

  /** Answers what has come, for up to 5 s, and takes nothing more. */
  @Override
  public void onStop() throws InterruptedException {
    PushServer open = server;
    if (open != null) {
      open.close();
    }
  }

  /** Where it listens. */
  int port() {
    PushServer open = server;
    return open == null ? options.port() : open.port();
  }

  @Override
  public String toString() {
    return "HttpPushReceiver on " + options.host() + ":" + options.port();
  }
}
