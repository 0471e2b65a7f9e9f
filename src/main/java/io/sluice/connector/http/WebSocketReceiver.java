package io.sluice.connector.http;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Stores the messages of a WebSocket. Never changes; every choice gives another receiver.
 *
 * <p>One message is asked for at a time, so a receiver that is held back holds up the server. Messages go into blocks of a few milliseconds: what is
 * not yet in a stored block is lost with its node, and what the server sends while there is no connection does not come again. A quiet connection
 * is asked for a sign of life and made again if there is none. What it does about errors is on the guide's page on HTTP.
 *
 * @param <T> String or byte[]
 */
public final class WebSocketReceiver<T> extends ConnectedReceiver<T> {

  private static final long serialVersionUID = 1L;
  private static final Duration PING = Duration.ofSeconds(20);
  private static final int MAX_MESSAGE = 1 << 20;

  /** How a message becomes a record. */
  enum Kind {
    TEXT,
    BINARY
  }

  private final Kind kind;
  private final Endpoint endpoint;
  private final Duration ping;
  private final int maxMessage;
  private final ArrayList<String> subprotocols;
  private final ArrayList<Secret> firstMessages;

  private WebSocketReceiver(
      Kind kind,
      Endpoint endpoint,
      Duration ping,
      int maxMessage,
      List<String> subprotocols,
      List<Secret> firstMessages) {
    this.kind = kind;
    this.endpoint = endpoint;
    this.ping = ping;
    this.maxMessage = maxMessage;
    this.subprotocols = new ArrayList<>(subprotocols);
    this.firstMessages = new ArrayList<>(firstMessages);
  }

  /**
   * A receiver of text messages, for {@code receiverStream}. Connects in 10 s, asks for a sign of life after 20 s of silence, and
   * connects again after 60 s.
   *
   * @param url ws or wss; without a user or a password
   * @throws IllegalArgumentException if it is none of these
   */
  public static WebSocketReceiver<String> text(String url) {
    return of(Kind.TEXT, url);
  }

  /** As {@link #text}, of binary messages. */
  public static WebSocketReceiver<byte[]> binary(String url) {
    return of(Kind.BINARY, url);
  }

  private static <R> WebSocketReceiver<R> of(Kind kind, String url) {
    Endpoint endpoint = Endpoint.at(url, Set.of("ws", "wss"));
    return new WebSocketReceiver<>(kind, endpoint, PING, MAX_MESSAGE, List.of(), List.of());
  }

  /** The same with a header for the handshake. A header of that name is replaced. */
  public WebSocketReceiver<T> header(String name, String value) {
    requireNonNull(value, "The value of a header is null.");
    return header(name, () -> value);
  }

  /** As {@link #header(String, String)}, with a value that the worker reads before each connection. */
  public WebSocketReceiver<T> header(String name, Secret value) {
    return with(endpoint.header(name, value));
  }

  /** The same, with another TLS context than that of the system. */
  public WebSocketReceiver<T> tls(TlsContext context) {
    return with(endpoint.tls(context));
  }

  /** The same, with this long to connect; 10 s unless set. */
  public WebSocketReceiver<T> connectTimeout(Duration timeout) {
    return with(endpoint.connect(timeout));
  }

  /** The same, connecting again when nothing has come for this long, not even the answer to a ping; 60 s unless set. */
  public WebSocketReceiver<T> idleTimeout(Duration timeout) {
    return with(endpoint.idle(timeout));
  }

  /** The same, sending a ping when nothing has come for this long; 20 s unless set. */
  public WebSocketReceiver<T> pingAfter(Duration silence) {
    Endpoint.requirePositive(silence, "time before a ping");
    return new WebSocketReceiver<>(
        kind, endpoint, silence, maxMessage, subprotocols, firstMessages);
  }

  /**
   * The same, leaving out messages that are longer; 1 MiB unless set. That some were left out is reported as an error of the receiver.
   *
   * @param length bytes of a binary message, characters of a text
   * @throws IllegalArgumentException if it is not positive
   */
  public WebSocketReceiver<T> maxMessage(int length) {
    if (length < 1) {
      throw new IllegalArgumentException(
          "A message must be allowed a positive length, got " + length + ".");
    }
    return new WebSocketReceiver<>(kind, endpoint, ping, length, subprotocols, firstMessages);
  }

  /** The same, asking for one of these protocols, the best first. */
  public WebSocketReceiver<T> subprotocols(String... names) {
    return new WebSocketReceiver<>(kind, endpoint, ping, maxMessage, List.of(names), firstMessages);
  }

  /** The same, sending a text whenever a connection was made, after those given before: a subscription, for example. */
  public WebSocketReceiver<T> firstMessage(String text) {
    requireNonNull(text, "The message is null.");
    return firstMessage((Secret) () -> text);
  }

  /** As {@link #firstMessage(String)}, with a text that the worker reads before each connection. */
  public WebSocketReceiver<T> firstMessage(Secret text) {
    requireNonNull(text, "The message is null.");
    List<Secret> more = new ArrayList<>(firstMessages);
    more.add(text);
    return new WebSocketReceiver<>(kind, endpoint, ping, maxMessage, subprotocols, more);
  }

  private WebSocketReceiver<T> with(Endpoint other) {
    return new WebSocketReceiver<>(kind, other, ping, maxMessage, subprotocols, firstMessages);
  }

  @Override
  String server() {
    return endpoint.name();
  }

  @Override
  @SuppressWarnings("unchecked")
  Connection connection() throws Exception {
    // The factories see to it that T is what messages of this kind are.
    Consumer<Object> stored = message -> store((T) message);
    return new WebSocketConnection(
        new WebSocketConnection.Options(
            kind, endpoint, ping, maxMessage, subprotocols, firstMessages),
        stored,
        new LongLines(this, server(), maxMessage, false));
  }
}
