package io.sluice.connector.http;

import java.io.ByteArrayOutputStream;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * What comes over a WebSocket, for one thread that takes it. Parts of a message are put together; another message is asked for by
 * {@link WebSocket#request} only, so no more than one waits.
 */
final class Messages implements WebSocket.Listener {

  /** What has come. */
  sealed interface Item {}

  record Text(String message) implements Item {}

  record Binary(byte[] message) implements Item {}

  /** A message that is too long. */
  record TooLong() implements Item {}

  /** A ping or its answer, or a part of a message. */
  record Life() implements Item {}

  record Closed(int status) implements Item {}

  record Broken(Throwable cause) implements Item {}

  private final int maxBytes;
  private final LinkedBlockingQueue<Item> items = new LinkedBlockingQueue<>();
  private final StringBuilder text = new StringBuilder();
  private final ByteArrayOutputStream binary = new ByteArrayOutputStream();
  private boolean overlong;

  Messages(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  LinkedBlockingQueue<Item> items() {
    return items;
  }

  @Override
  public void onOpen(WebSocket socket) {
    // Who takes the messages asks for the first one.
  }

  @Override
  public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
    overlong |= text.length() + part.length() > maxBytes;
    if (!overlong) {
      text.append(part);
    }
    if (last) {
      items.add(overlong ? new TooLong() : new Text(text.toString()));
      forget();
    } else {
      items.add(new Life());
    }
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer part, boolean last) {
    overlong |= binary.size() + part.remaining() > maxBytes;
    if (!overlong) {
      byte[] bytes = new byte[part.remaining()];
      part.get(bytes);
      binary.writeBytes(bytes);
    }
    if (last) {
      items.add(overlong ? new TooLong() : new Binary(binary.toByteArray()));
      forget();
    } else {
      items.add(new Life());
    }
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onPing(WebSocket socket, ByteBuffer message) {
    items.add(new Life());
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onPong(WebSocket socket, ByteBuffer message) {
    items.add(new Life());
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
    items.add(new Closed(status));
    return null;
  }

  @Override
  public void onError(WebSocket socket, Throwable failure) {
    items.add(new Broken(failure));
  }

  private void forget() {
    text.setLength(0);
    binary.reset();
    overlong = false;
  }
}
