package io.sluice.connector.http;

import io.sluice.connector.http.Ending.Kind;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Opens WebSockets and hands over their messages. The thread that stores them also sends pings, so one that waits for room sends none. */
final class WebSocketConnection implements Connection {

  private static final int POLICY_VIOLATION = 1008;
  private static final int SERVER_FAILURES = 1011;
  private static final int LAST_SERVER_FAILURE = 1014;

  /** What is wanted of a connection. */
  record Options(
      WebSocketReceiver.Kind kind,
      Endpoint endpoint,
      Duration ping,
      int maxMessage,
      List<String> subprotocols,
      List<Secret> firstMessages) {}

  private final Options options;
  private final Endpoint endpoint;
  private final HttpClient client;
  private final Consumer<Object> stored;
  private final LongLines longMessages;
  private volatile @Nullable LinkedBlockingQueue<Messages.Item> reading;
  private volatile boolean closed;

  WebSocketConnection(Options options, Consumer<Object> stored, LongLines longMessages)
      throws Exception {
    this.options = options;
    this.endpoint = options.endpoint();
    this.stored = stored;
    this.longMessages = longMessages;
    this.client = HttpClient.newBuilder()
        .connectTimeout(endpoint.connect())
        .sslContext(endpoint.tls().create())
        .build();
  }

  @Override
  public Ending run(Runnable alive) throws InterruptedException {
    Messages messages = new Messages(options.maxMessage());
    reading = messages.items();
    if (closed) {
      close();
    }
    List<String> first = new ArrayList<>();
    WebSocket.Builder builder = client.newWebSocketBuilder().connectTimeout(endpoint.connect());
    try {
      endpoint.eachHeader(builder::header);
      for (Secret message : options.firstMessages()) {
        first.add(message.read());
      }
    } catch (Exception unreadable) {
      return Failures.ofHeaders(endpoint.name(), unreadable);
    }
    WebSocket socket = null;
    try {
      socket = opened(builder, messages);
      for (String message : first) {
        send(socket.sendText(message, true));
      }
      return read(socket, messages.items(), alive);
    } catch (ExecutionException failure) {
      return refusal(failure.getCause());
    } catch (TimeoutException silent) {
      return dead();
    } finally {
      if (socket != null) {
        socket.abort();
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    LinkedBlockingQueue<Messages.Item> items = reading;
    if (items != null) {
      items.add(new Messages.Closed(WebSocket.NORMAL_CLOSURE));
    }
  }

  private WebSocket opened(WebSocket.Builder builder, Messages messages)
      throws ExecutionException, InterruptedException {
    List<String> names = options.subprotocols();
    if (!names.isEmpty()) {
      builder.subprotocols(names.get(0), names.subList(1, names.size()).toArray(String[]::new));
    }
    return builder.buildAsync(endpoint.uri(), messages).get();
  }

  private void send(CompletableFuture<?> sent)
      throws ExecutionException, InterruptedException, TimeoutException {
    sent.get(endpoint.idle().toNanos(), TimeUnit.NANOSECONDS);
  }

  private Ending read(WebSocket socket, LinkedBlockingQueue<Messages.Item> items, Runnable alive)
      throws ExecutionException, InterruptedException, TimeoutException {
    Heartbeat heartbeat = new Heartbeat(options.ping(), endpoint.idle(), System.nanoTime());
    socket.request(1);
    while (true) {
      Messages.Item item = items.poll(heartbeat.waitNanos(System.nanoTime()), TimeUnit.NANOSECONDS);
      if (item instanceof Messages.Closed end) {
        return closedBy(end.status());
      } else if (item instanceof Messages.Broken broken) {
        return Failures.broken(endpoint.name(), broken.cause(), null);
      } else if (item != null) {
        alive.run();
        take(item);
        heartbeat.heard(System.nanoTime());
        socket.request(1);
      } else {
        switch (heartbeat.step(System.nanoTime())) {
          case DEAD -> {
            return dead();
          }
          case PING -> send(socket.sendPing(ByteBuffer.allocate(0)));
          case WAIT -> {}
        }
      }
    }
  }

  /** A message of the other kind is none that this receiver was made for. */
  private void take(Messages.Item item) {
    if (item instanceof Messages.Text text && options.kind() == WebSocketReceiver.Kind.TEXT) {
      stored.accept(text.message());
    } else if (item instanceof Messages.Binary binary
        && options.kind() == WebSocketReceiver.Kind.BINARY) {
      stored.accept(binary.message());
    } else if (item instanceof Messages.TooLong) {
      longMessages.run();
    }
  }

  private Ending refusal(@Nullable Throwable failure) {
    if (failure instanceof WebSocketHandshakeException handshake) {
      HttpResponse<?> answer = handshake.getResponse();
      return Answers.refusal(endpoint.name(), answer.statusCode(), answer.headers(), Instant.now());
    }
    return Failures.of(endpoint.name(), failure);
  }

  private Ending dead() {
    return new Ending(
        Kind.NETWORK,
        "The connection to " + endpoint.name() + " is dead: nothing came for "
            + endpoint.idle().toMillis() + " ms.");
  }

  private Ending closedBy(int status) {
    String text = endpoint.name() + " has closed the connection with status " + status;
    if (status == POLICY_VIOLATION) {
      return new Ending(
          Kind.REFUSED, text + ": it refuses what was sent. Check token, headers and messages.");
    }
    boolean failed = status >= SERVER_FAILURES && status <= LAST_SERVER_FAILURE;
    return new Ending(failed ? Kind.SERVER : Kind.NETWORK, text + ".");
  }
}
