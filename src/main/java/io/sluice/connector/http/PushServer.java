package io.sluice.connector.http;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.sluice.api.ErrorCode;
import io.sluice.api.Receiver;
import io.sluice.api.SluiceException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers requests. Each has a thread while it is read and waits; one more thread stores what waits. */
final class PushServer {

  private static final Logger log = LoggerFactory.getLogger(PushServer.class);
  private static final long STORED_TOGETHER = 4 << 20;
  private static final long ENDING_MILLIS = 5000;
  private static final int LEAST_TOKEN = 8;
  private static final String RETRY_SECONDS = "1";
  private static final String HEALTH = "/health";

  private final PushOptions options;
  private final PushAccess access;
  private final Receiver<String> receiver;
  private final PushQueue queue;
  private final HttpServer http;
  private final ExecutorService threads;

  private PushServer(
      PushOptions options, PushAccess access, Receiver<String> receiver, HttpServer http) {
    this.options = options;
    this.access = access;
    this.receiver = receiver;
    this.http = http;
    this.queue = new PushQueue(options.maxRequests(), options.maxBytes());
    this.threads = Executors.newCachedThreadPool(task -> {
      Thread thread = new Thread(task, "sluice-push-" + options.port());
      thread.setDaemon(true);
      return thread;
    });
  }

  /**
   * Opens the port and begins to answer.
   *
   * @throws SluiceException PORT_UNAVAILABLE if it is taken
   */
  static PushServer open(PushOptions options, Receiver<String> receiver) throws Exception {
    setUnless("sun.net.httpserver.nodelay", "true");
    // A request that does not come to its end gives its thread back.
    setUnless("sun.net.httpserver.maxReqTime", "30");
    PushAccess access = new PushAccess(token(options.token()));
    PushServer server = new PushServer(options, access, receiver, bound(options));
    server.http.setExecutor(server.threads);
    server.http.createContext("/", server::answer);
    server.threads.execute(server::storeAll);
    server.http.start();
    log.info(
        "Lines are taken at [{}://{}:{}{}]",
        options.tls() == null ? "http" : "https",
        options.host(),
        server.port(),
        options.path());
    return server;
  }

  /** The JDK's server reads these once, when the process makes its first one. */
  private static void setUnless(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  private static @Nullable String token(@Nullable Secret secret) throws Exception {
    if (secret == null) {
      return null;
    }
    String token = secret.read();
    if (token.length() < LEAST_TOKEN) {
      throw new SluiceException(
          ErrorCode.SETTING_INVALID,
          "The token for pushing lines must have at least " + LEAST_TOKEN + " characters, got "
              + token.length() + ".");
    }
    return token;
  }

  private static HttpServer bound(PushOptions options) throws Exception {
    TlsContext tls = options.tls();
    HttpsConfigurator secured = tls == null ? null : new HttpsConfigurator(tls.create());
    InetSocketAddress address = new InetSocketAddress(options.host(), options.port());
    try {
      if (secured == null) {
        return HttpServer.create(address, 0);
      }
      HttpsServer server = HttpsServer.create(address, 0);
      server.setHttpsConfigurator(secured);
      return server;
    } catch (IOException failure) {
      throw new SluiceException(
          ErrorCode.PORT_UNAVAILABLE,
          "Lines cannot be taken at " + options.host() + ":" + options.port() + ": "
              + failure.getMessage()
              + ". Choose a free port, and an address of the worker.",
          failure);
    }
  }

  int port() {
    return http.getAddress().getPort();
  }

  /** Refuses what comes now, answers what has come, and closes the port. */
  void close() throws InterruptedException {
    queue.close();
    if (!queue.awaitEmpty(ENDING_MILLIS)) {
      log.warn("Requests to port [{}] were not stored in time; they get no answer", port());
    }
    http.stop(0);
    threads.shutdown();
  }

  private void answer(HttpExchange request) {
    try (request) {
      Optional<PushAccess.Refusal> refusal = refusal(request);
      if (refusal.isPresent()) {
        say(request, refusal.get().status(), refusal.get().reason());
      } else if (request.getRequestURI().getPath().equals(HEALTH)) {
        health(request);
      } else if (!request.getRequestMethod().equals("POST")) {
        request.getResponseHeaders().set("Allow", "POST");
        say(request, 405, "Lines are sent by POST.");
      } else if (!request.getRequestURI().getPath().equals(options.path())) {
        say(request, 404, "Lines are taken at " + options.path() + ".");
      } else if (queue.enter()) {
        take(request);
      } else {
        full(
            request,
            "Too many requests wait to be stored. Nothing was stored; send it again later.");
      }
    } catch (IOException gone) {
      log.debug("A client is gone", gone);
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }

  private Optional<PushAccess.Refusal> refusal(HttpExchange request) {
    if (request.getRequestURI().getPath().equals(HEALTH)) {
      return Optional.empty();
    }
    Headers headers = request.getRequestHeaders();
    return access.refusal(
        headers.getFirst("Authorization"),
        headers.getFirst("Host"),
        headers.getFirst("Origin"),
        headers.getFirst("Sec-Fetch-Site"));
  }

  private void health(HttpExchange request) throws IOException {
    if (queue.isClosed()) {
      say(request, 503, "The receiver ends.");
    } else {
      say(request, 200, "Lines are taken at " + options.path() + ".");
    }
  }

  private void take(HttpExchange request) throws IOException, InterruptedException {
    PushedBody body = new PushedBody(options.maxRequest(), queue::grow);
    try {
      Headers headers = request.getRequestHeaders();
      List<String> lines = body.lines(
          request.getRequestBody(),
          headers.getFirst("Content-Length"),
          headers.getFirst("Content-Encoding"),
          headers.getFirst("Content-Type"));
      if (lines.isEmpty()) {
        request.sendResponseHeaders(204, -1);
      } else {
        await(request, new PushQueue.Request(lines, body.read()));
      }
    } catch (PushedBody.Refused refused) {
      if (refused.status() == 503) {
        full(request, String.valueOf(refused.getMessage()));
      } else {
        say(request, refused.status(), String.valueOf(refused.getMessage()));
      }
    } finally {
      queue.leave(body.read());
    }
  }

  private void await(HttpExchange request, PushQueue.Request lines)
      throws IOException, InterruptedException {
    queue.add(lines);
    try {
      lines.stored().get(options.patience().toNanos(), TimeUnit.NANOSECONDS);
      request.sendResponseHeaders(204, -1);
    } catch (TimeoutException late) {
      full(
          request,
          queue.remove(lines)
              ? "The stores are full. Nothing was stored; send it again later."
              : "The stores are full. The lines may be stored yet; send them again later.");
    } catch (ExecutionException failure) {
      full(request, "The lines cannot be stored. Send them again later.");
    }
  }

  private void full(HttpExchange request, String reason) throws IOException {
    request.getResponseHeaders().set("Retry-After", RETRY_SECONDS);
    say(request, 503, reason);
  }

  private static void say(HttpExchange request, int status, String text) throws IOException {
    byte[] body = (text + "\n").getBytes(StandardCharsets.UTF_8);
    request.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
    boolean head = request.getRequestMethod().equals("HEAD");
    request.sendResponseHeaders(status, head ? -1 : body.length);
    if (!head) {
      try (OutputStream out = request.getResponseBody()) {
        out.write(body);
      }
    }
  }

  /** Stores what waits, until nothing more can come. */
  private void storeAll() {
    try {
      for (List<PushQueue.Request> together = queue.take(STORED_TOGETHER);
          together != null;
          together = queue.take(STORED_TOGETHER)) {
        store(together);
      }
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }

  private void store(List<PushQueue.Request> together) {
    List<String> lines = new ArrayList<>();
    together.forEach(request -> lines.addAll(request.lines()));
    try {
      receiver.store(lines);
      together.forEach(request -> request.stored().complete(null));
    } catch (RuntimeException failure) {
      together.forEach(request -> request.stored().completeExceptionally(failure));
      if (!receiver.isStopped()) {
        receiver.reportError("What was sent to port " + port() + " cannot be stored", failure);
      }
    }
  }
}
