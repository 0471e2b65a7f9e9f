package io.sluice.connector.http;

import io.sluice.connector.http.Ending.Kind;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow.Publisher;
import org.jspecify.annotations.Nullable;

/** Asks a server for its stream and hands over the lines. One connection at a time. */
final class HttpConnection implements Connection {

  private final HttpSource source;
  private final Endpoint endpoint;
  private final HttpClient client;
  private final LineConsumer consumer;
  private final LongLines longLines;
  private volatile @Nullable CompletableFuture<?> asking;
  private volatile @Nullable BodyQueue reading;
  private volatile boolean closed;

  /** The client's threads end when nobody has this connection any more. */
  HttpConnection(HttpSource source, LineConsumer consumer, LongLines longLines) throws Exception {
    this.source = source;
    this.endpoint = source.endpoint();
    this.consumer = consumer;
    this.longLines = longLines;
    // HTTP/2 would let other streams share the connection, and there are none. Redirects would take
    // the headers along.
    this.client = HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .followRedirects(HttpClient.Redirect.NEVER)
        .connectTimeout(endpoint.connect())
        .sslContext(endpoint.tls().create())
        .build();
  }

  @Override
  public Ending run(Runnable alive) throws InterruptedException {
    HttpRequest request;
    try {
      consumer.begin();
      request = request();
    } catch (Exception unreadable) {
      return Failures.ofHeaders(endpoint.name(), unreadable);
    }
    try (BodyQueue body = new BodyQueue()) {
      CompletableFuture<HttpResponse<Publisher<List<ByteBuffer>>>> answer =
          client.sendAsync(request, BodyHandlers.ofPublisher());
      asking = answer;
      reading = body;
      if (closed) {
        close();
      }
      HttpResponse<Publisher<List<ByteBuffer>>> response = answer.get();
      response.body().subscribe(body);
      Ending refusal = refusal(response);
      return refusal != null ? refusal : read(body, alive);
    } catch (ExecutionException failure) {
      return Failures.of(endpoint.name(), failure.getCause());
    } catch (CancellationException end) {
      return closedByServer();
    }
  }

  @Override
  public void close() {
    closed = true;
    CompletableFuture<?> asked = asking;
    if (asked != null) {
      asked.cancel(true);
    }
    BodyQueue body = reading;
    if (body != null) {
      body.close();
    }
  }

  private HttpRequest request() throws Exception {
    // The time-out of a request ends with the headers of the answer.
    HttpRequest.Builder request = HttpRequest.newBuilder(endpoint.uri()).timeout(endpoint.idle());
    if (!consumer.accepts().isEmpty()) {
      request.setHeader("Accept", consumer.accepts());
      request.setHeader("Cache-Control", "no-store");
    }
    endpoint.eachHeader(request::setHeader);
    if (!consumer.lastEventId().isEmpty()) {
      request.setHeader("Last-Event-ID", consumer.lastEventId());
    }
    String body = source.body();
    return (body == null ? request.GET() : request.POST(BodyPublishers.ofString(body))).build();
  }

  private @Nullable Ending refusal(HttpResponse<?> response) {
    int status = response.statusCode();
    if (status == 204) {
      return new Ending(
          Kind.OVER, endpoint.name() + " answered 204: it has no more to send, for good.");
    }
    if (status != 200) {
      return Answers.refusal(endpoint.name(), status, response.headers(), Instant.now());
    }
    String type = response.headers().firstValue("Content-Type").orElse("");
    if (!type.startsWith(consumer.accepts())) {
      return new Ending(
          Kind.REFUSED,
          endpoint.name() + " sends '" + type + "', not " + consumer.accepts()
              + ". Check the URL, or take it as lines.");
    }
    String encoding = response.headers().firstValue("Content-Encoding").orElse("identity");
    if (!encoding.equalsIgnoreCase("identity")) {
      return new Ending(
          Kind.REFUSED,
          endpoint.name() + " sends its answer as '" + encoding
              + "', which was not asked for. Remove the header Accept-Encoding, or mend the server.");
    }
    return null;
  }

  private Ending read(BodyQueue body, Runnable alive) throws InterruptedException {
    LineSplitter lines = new LineSplitter(source.maxLine(), consumer::line, longLines);
    try {
      List<ByteBuffer> bytes = body.take(endpoint.idle());
      while (bytes != null) {
        alive.run();
        bytes.forEach(lines::accept);
        if (longLines.endsReceiver()) {
          return longLines.ending();
        }
        if (body.isEmpty()) {
          consumer.rest();
        }
        bytes = body.take(endpoint.idle());
      }
      if (!closed) {
        lines.end();
      }
      consumer.rest();
      return closedByServer();
    } catch (SocketTimeoutException silence) {
      consumer.rest();
      return new Ending(
          Kind.NETWORK,
          "The connection to " + endpoint.name() + " is dead: " + silence.getMessage() + ".",
          null,
          consumer.reconnect().orElse(null));
    } catch (IOException broken) {
      // A line that the connection has not ended is not a line.
      consumer.rest();
      return Failures.broken(endpoint.name(), broken, consumer.reconnect().orElse(null));
    }
  }

  private Ending closedByServer() {
    return new Ending(
        Kind.NETWORK,
        endpoint.name() + " has ended its answer.",
        null,
        consumer.reconnect().orElse(null));
  }
}
