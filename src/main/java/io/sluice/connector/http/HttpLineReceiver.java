package io.sluice.connector.http;

import static java.util.Objects.requireNonNull;

/**
 * Stores the lines of an answer that goes on: JSON lines, or any text in UTF-8. Blank lines are signs of life and left out. Bytes that
 * are no UTF-8 become U+FFFD.
 *
 * <p>Lines go into blocks of a few milliseconds: what is not yet in a stored block is lost with its node, and what the server sends while
 * there is no connection does not come again. A line that was not ended when the connection broke is left out; at the regular end of an answer
 * it counts. An answer of 204 ends the receiver for good. What it does about errors is on the guide's page on HTTP.
 */
public final class HttpLineReceiver extends ConnectedReceiver<String> {

  private static final long serialVersionUID = 1L;

  private final HttpSource source;

  private HttpLineReceiver(HttpSource source) {
    this.source = requireNonNull(source, "The source is null.");
  }

  /** A receiver of what the source sends, for {@code receiverStream}. */
  public static HttpLineReceiver of(HttpSource source) {
    return new HttpLineReceiver(source);
  }

  @Override
  String server() {
    return source.endpoint().name();
  }

  @Override
  Connection connection() throws Exception {
    LongLines longLines =
        new LongLines(this, server(), source.maxLine(), source.stopsAtLongLines());
    LineConsumer stored = line -> {
      if (!line.isBlank()) {
        store(line);
      }
    };
    return new HttpConnection(source, stored, longLines);
  }
}
