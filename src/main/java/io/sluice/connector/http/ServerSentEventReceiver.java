package io.sluice.connector.http;

import static java.util.Objects.requireNonNull;

/**
 * Stores server-sent events, read by the rules of the HTML standard. When the connection ends it asks the server to go on after the last
 * event, by {@code Last-Event-ID}, after the time that the server wants. An answer of 204 ends the receiver for good.
 *
 * <p>The last id lives as long as the receiver runs on its worker; another worker begins without it, and what was not yet in a stored block is
 * lost. With {@link #numbered} neither happens.
 */
public final class ServerSentEventReceiver extends ConnectedReceiver<ServerSentEvent> {

  private static final long serialVersionUID = 1L;

  private final HttpSource source;
  private final boolean numbered;

  private ServerSentEventReceiver(HttpSource source, boolean numbered) {
    this.source = requireNonNull(source, "The source is null.");
    this.numbered = numbered;
  }

  /** A receiver of what the source sends, for {@code receiverStream}. */
  public static ServerSentEventReceiver of(HttpSource source) {
    return new ServerSentEventReceiver(source, false);
  }

  /**
   * The same for a server whose ids are whole numbers from 0 on, and which sends again what comes after {@code Last-Event-ID}: events are stored
   * with their id as position, so each counts once, whatever is lost. An event with another id, or before the first id, ends the receiver
   * for good.
   */
  public ServerSentEventReceiver numbered() {
    return new ServerSentEventReceiver(source, true);
  }

  @Override
  String server() {
    return source.endpoint().name();
  }

  @Override
  Connection connection() throws Exception {
    LongLines longLines =
        new LongLines(this, server(), source.maxLine(), source.stopsAtLongLines());
    String lastId =
        numbered && position().isPresent() ? Long.toString(position().getAsLong()) : "";
    EventParser parser = new EventParser(lastId, source.maxLine(), longLines);
    return new HttpConnection(source, new EventConsumer(this, parser, numbered), longLines);
  }
}
