package io.sluice.connector.http;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A server whose answer to one request goes on for as long as it has something to say. Never changes; every choice gives another
 * source. {@code toString} shows the address without its query, and no header.
 */
public final class HttpSource implements Serializable {

  private static final long serialVersionUID = 1L;
  private static final int MAX_LINE = 1 << 20;
  private static final int LEAST_LINE = 16;

  private final Endpoint endpoint;
  private final @Nullable String body;
  private final int maxLine;
  private final boolean stopAtLongLines;

  private HttpSource(
      Endpoint endpoint, @Nullable String body, int maxLine, boolean stopAtLongLines) {
    this.endpoint = endpoint;
    this.body = body;
    this.maxLine = maxLine;
    this.stopAtLongLines = stopAtLongLines;
  }

  /**
   * A source that is asked by GET, without headers of its own, in 10 s to connect, and counts as dead after 60 s of silence.
   *
   * @param url http or https; without a user or a password
   * @throws IllegalArgumentException if it is none of these
   */
  public static HttpSource at(String url) {
    return new HttpSource(Endpoint.at(url, Set.of("http", "https")), null, MAX_LINE, false);
  }

  /** The same with a header, for each request. A header of that name is replaced. */
  public HttpSource header(String name, String value) {
    requireNonNull(value, "The value of a header is null.");
    return header(name, () -> value);
  }

  /** As {@link #header(String, String)}, with a value that the worker reads before each request. */
  public HttpSource header(String name, Secret value) {
    return with(endpoint.header(name, value));
  }

  /** The same, asked by POST with this text in UTF-8. */
  public HttpSource post(String text) {
    requireNonNull(text, "The body of the request is null.");
    return new HttpSource(endpoint, text, maxLine, stopAtLongLines);
  }

  /** The same, with another TLS context than that of the system. */
  public HttpSource tls(TlsContext context) {
    return with(endpoint.tls(context));
  }

  /** The same, with this long to connect; 10 s unless set. */
  public HttpSource connectTimeout(Duration timeout) {
    return with(endpoint.connect(timeout));
  }

  /**
   * The same, connecting again when nothing has come for this long, not even a blank line or a comment; 60 s unless set. Give more
   * than twice the time between two signs of life of the server. Time in which the receiver itself is held back does not count.
   */
  public HttpSource idleTimeout(Duration timeout) {
    return with(endpoint.idle(timeout));
  }

  /**
   * The same, leaving out lines, or the data of events, that are longer than this; 1 MiB unless set. That some were left out is
   * reported as an error of the receiver.
   *
   * @throws IllegalArgumentException if it is less than 16 bytes
   */
  public HttpSource maxLine(int bytes) {
    if (bytes < LEAST_LINE) {
      throw new IllegalArgumentException(
          "A line must be allowed at least " + LEAST_LINE + " bytes, got " + bytes + ".");
    }
    return new HttpSource(endpoint, body, bytes, stopAtLongLines);
  }

  /** The same, ending the receiver for good at a line that is too long. */
  public HttpSource stopAtLongLines() {
    return new HttpSource(endpoint, body, maxLine, true);
  }

  Endpoint endpoint() {
    return endpoint;
  }

  @Nullable
  String body() {
    return body;
  }

  int maxLine() {
    return maxLine;
  }

  boolean stopsAtLongLines() {
    return stopAtLongLines;
  }

  private HttpSource with(Endpoint other) {
    return new HttpSource(other, body, maxLine, stopAtLongLines);
  }

  @Override
  public String toString() {
    return endpoint.toString();
  }
}
