package io.sluice.dashboard;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers requests: the files of the page, {@link Api} and the updates of open pages. Each request has a thread. */
final class PageServer implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(PageServer.class);

  /** How many are tried above the one that is set. */
  private static final int MORE_PORTS = 15;

  private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};
  private static final String COOKIE_RULES = "; Path=/; HttpOnly; SameSite=Strict";

  private final DashboardSettings settings;
  private final Access access;
  private final Api api;
  private final Viewers viewers;
  private final ExecutorService threads;
  private final HttpServer http;

  /**
   * @throws SluiceException PORT_UNAVAILABLE, or SETTING_INVALID if its certificate cannot be used
   */
  PageServer(String context, DashboardSettings settings, Api api, Viewers viewers) {
    SSLContext secured =
        settings.tls().isOn() ? PageCertificate.read(settings.tls(), Instant.now()) : null;
    this.settings = settings;
    this.access = new Access(settings.token(), settings.isLocal());
    this.api = api;
    this.viewers = viewers;
    this.threads = Executors.newCachedThreadPool(task -> {
      Thread thread = new Thread(task, "sluice-page-" + context);
      thread.setDaemon(true);
      return thread;
    });
    // Without it, small answers wait for the acknowledgement of those before.
    System.setProperty("sun.net.httpserver.nodelay", "true");
    // A request that does not come to its end gives its thread back.
    System.setProperty("sun.net.httpserver.maxReqTime", "30");
    try {
      this.http = bind(settings, secured);
    } catch (IOException failure) {
      threads.shutdownNow();
      throw unavailable(failure);
    }
    http.setExecutor(threads);
    http.createContext("/", this::answer);
    http.start();
  }

  /** Where a browser finds the page. */
  URI uri() {
    String host = settings.host().contains(":") ? "[" + settings.host() + "]" : settings.host();
    String scheme = settings.tls().isOn() ? "https" : "http";
    return URI.create(scheme + "://" + host + ":" + http.getAddress().getPort() + "/");
  }

  @Override
  public void close() {
    viewers.close();
    http.stop(0);
    threads.shutdownNow();
  }

  private void answer(HttpExchange request) {
    try (request) {
      Exchange exchange = new Exchange(request);
      try {
        route(exchange);
      } catch (RuntimeException failure) {
        log.error("Page: {} {} failed", exchange.method(), exchange.path(), failure);
        exchange.error(500, "The page has failed; the log says how.");
      }
    } catch (IOException gone) {
      log.debug("Page: a viewer is gone", gone);
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }

  private void route(Exchange exchange) throws IOException, InterruptedException {
    String path = exchange.path();
    switch (exchange.method()) {
      case "GET", "HEAD" -> {
        if (path.startsWith("/health/")) {
          api.health(exchange);
        } else if (path.startsWith("/api/") || path.equals("/metrics")) {
          read(exchange);
        } else {
          file(exchange);
        }
      }
      case "POST" -> {
        if (path.equals("/login")) {
          login(exchange);
        } else {
          act(exchange);
        }
      }
      default -> exchange.error(405, "Only GET, HEAD and POST are answered.");
    }
  }

  private void read(Exchange exchange) throws IOException, InterruptedException {
    Optional<Access.Refusal> refusal = access.toRead(exchange.asked());
    if (refusal.isPresent()) {
      refuse(exchange, refusal.get());
    } else if (exchange.path().equals("/api/v1/updates")) {
      updates(exchange);
    } else if (exchange.path().equals("/metrics")) {
      metrics(exchange);
    } else {
      api.read(exchange);
    }
  }

  private void act(Exchange exchange) throws IOException, InterruptedException {
    Optional<Access.Refusal> refusal = access.toAct(exchange.asked());
    if (refusal.isPresent()) {
      refuse(exchange, refusal.get());
    } else {
      api.act(exchange);
    }
  }

  private void login(Exchange exchange) throws IOException {
    String shown = exchange.form().getOrDefault("token", "");
    Optional<String> session = access.login(shown);
    if (session.isPresent()) {
      String rules = settings.tls().isOn() ? COOKIE_RULES + "; Secure" : COOKIE_RULES;
      exchange.header("Set-Cookie", Access.COOKIE + "=" + session.get() + rules);
      exchange.json(200, Map.of("ok", true));
    } else {
      exchange.error(401, "This is not the token. It is in the setting sluice.dashboard.token.");
    }
  }

  private static void metrics(Exchange exchange) throws IOException {
    Optional<String> scraped = MetricsText.scrape();
    if (scraped.isPresent()) {
      exchange.text(200, scraped.get());
    } else {
      exchange.error(
          404,
          "There are no metrics here: add io.micrometer:micrometer-registry-prometheus to the class path and set sluice.metrics.enabled = true.");
    }
  }

  private void updates(Exchange exchange) throws IOException, InterruptedException {
    if (!viewers.enter()) {
      exchange.error(
          503,
          "There are %d pages open, the most that sluice.dashboard.max-viewers allows."
              .formatted(settings.maxViewers()));
      return;
    }
    try (OutputStream out = exchange.stream()) {
      viewers.serve(out);
    } finally {
      viewers.leave();
    }
  }

  private static void file(Exchange exchange) throws IOException {
    Optional<PageFiles.PageFile> file = PageFiles.find(exchange.path());
    if (file.isPresent()) {
      exchange.file(file.get());
    } else {
      exchange.error(404, "There is nothing at '" + exchange.path() + "'.");
    }
  }

  private static void refuse(Exchange exchange, Access.Refusal refusal) throws IOException {
    exchange.error(refusal.status(), refusal.reason());
  }

  /** At the port, or at one of those above it if it is taken. */
  private static HttpServer bind(DashboardSettings settings, @Nullable SSLContext secured)
      throws IOException {
    int last = settings.port() == 0 ? 0 : Math.min(65_535, settings.port() + MORE_PORTS);
    for (int port = settings.port(); ; port++) {
      try {
        return create(new InetSocketAddress(settings.host(), port), secured);
      } catch (BindException taken) {
        if (port >= last) {
          throw taken;
        }
      }
    }
  }

  private static HttpServer create(InetSocketAddress address, @Nullable SSLContext secured)
      throws IOException {
    if (secured == null) {
      return HttpServer.create(address, 0);
    }
    HttpsServer server = HttpsServer.create(address, 0);
    server.setHttpsConfigurator(new HttpsConfigurator(secured) {
      @Override
      public void configure(HttpsParameters parameters) {
        SSLParameters supported = secured.getDefaultSSLParameters();
        supported.setProtocols(PROTOCOLS);
        parameters.setSSLParameters(supported);
      }
    });
    return server;
  }

  private SluiceException unavailable(IOException failure) {
    return new SluiceException(
        ErrorCode.PORT_UNAVAILABLE,
        "The page cannot be served at %s, port %d or one of the %d above it: %s. Set sluice.dashboard.host to an address of this machine and sluice.dashboard.port to a free port, 0 for any, or -1 for no page."
            .formatted(settings.host(), settings.port(), MORE_PORTS, failure.getMessage()),
        failure);
  }
}
