package io.sluice.dashboard;

import io.sluice.api.ClusterInfo;
import io.sluice.api.ContextState;
import io.sluice.api.ReplayedBatch;
import io.sluice.api.SluiceException;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** What programs are answered: {@code /api/v1}, {@code /health}. */
final class Api {

  private static final String ROOT = "/api/v1/";
  private static final String BATCHES = ROOT + "batches/";
  private static final String REPLAY = "/replay";
  private static final int DEFAULT_LIMIT = 100;

  /** What can be done to a context. Returns at once, but for {@link #replay}. */
  interface Actions {
    void stop(boolean graceful);

    void pause();

    /** Blocks until the batch has run. */
    ReplayedBatch replay(Instant batch) throws InterruptedException;

    void resume();
  }

  /** What is asked of the context itself. */
  interface Questions {
    ContextState state();

    Views.Plan plan();

    CompletionStage<ClusterInfo> cluster();
  }

  private final ContextModel model;
  private final Questions context;
  private final StateApi state;
  private final Actions actions;

  Api(ContextModel model, Questions context, StateApi state, Actions actions) {
    this.state = state;
    this.model = model;
    this.context = context;
    this.actions = actions;
  }

  /** Whether the process lives, and whether its context runs, for whoever starts it again if not. */
  void health(Exchange exchange) throws IOException {
    boolean live = context.state() != ContextState.STOPPED;
    boolean ready = context.state() == ContextState.ACTIVE;
    switch (exchange.path()) {
      case "/health/live" -> exchange.text(live ? 200 : 503, live ? "live\n" : "stopped\n");
      case "/health/ready" -> exchange.text(ready ? 200 : 503, ready ? "ready\n" : "not ready\n");
      default -> unknown(exchange);
    }
  }

  void read(Exchange exchange) throws IOException {
    String path = exchange.path();
    switch (path) {
      case ROOT + "status" -> exchange.json(200, model.status());
      case ROOT + "batches" -> batches(exchange);
      case ROOT + "receivers" -> exchange.json(200, model.receivers());
      case ROOT + "cluster" -> exchange.json(200, new Views.Cluster(model.workers(), now()));
      case ROOT + "events" -> exchange.json(200, model.events());
      case ROOT + "charts" -> exchange.json(200, model.charts());
      case ROOT + "plan" -> exchange.json(200, context.plan());
      case ROOT + "rates" -> exchange.json(200, model.rates());
      default -> {
        if (path.equals(StateApi.ROOT) || path.startsWith(StateApi.ROOT + "/")) {
          state.answer(exchange);
        } else if (path.startsWith(BATCHES)) {
          batch(exchange, path.substring(BATCHES.length()));
        } else {
          unknown(exchange);
        }
      }
    }
  }

  void act(Exchange exchange) throws IOException, InterruptedException {
    try {
      switch (exchange.path()) {
        case ROOT + "stop" -> {
          boolean graceful = !"false".equals(exchange.query().get("graceful"));
          actions.stop(graceful);
          exchange.json(202, Map.of("stopping", true, "graceful", graceful));
        }
        case ROOT + "pause" -> {
          actions.pause();
          exchange.json(202, Map.of("paused", true));
        }
        case ROOT + "resume" -> {
          actions.resume();
          exchange.json(202, Map.of("paused", false));
        }
        default -> {
          String path = exchange.path();
          if (path.startsWith(BATCHES) && path.endsWith(REPLAY)) {
            replay(exchange, path.substring(BATCHES.length(), path.length() - REPLAY.length()));
          } else {
            unknown(exchange);
          }
        }
      }
    } catch (IllegalStateException | SluiceException refused) {
      exchange.error(409, String.valueOf(refused.getMessage()));
    }
  }

  private void replay(Exchange exchange, String time) throws IOException, InterruptedException {
    Optional<Instant> wanted = instant(time);
    if (wanted.isPresent()) {
      exchange.json(200, Views.Replayed.of(actions.replay(wanted.get())));
    } else {
      exchange.error(400, unreadable(time));
    }
  }

  private static String unreadable(String time) {
    return "A batch is named by its time, in milliseconds since 1970 or like 2026-11-23T16:00:00Z, got '"
        + time
        + "'.";
  }

  private @Nullable ClusterInfo now() {
    try {
      return context.cluster().toCompletableFuture().join();
    } catch (CompletionException notTold) {
      return null;
    }
  }

  private void batches(Exchange exchange) throws IOException {
    String limit = exchange.query().getOrDefault("limit", String.valueOf(DEFAULT_LIMIT));
    if (limit.matches("[1-9]\\d{0,5}")) {
      exchange.json(200, model.batches(Integer.parseInt(limit)));
    } else {
      exchange.error(
          400, "limit must be a number of batches, from 1 to 999999, got '" + limit + "'.");
    }
  }

  private void batch(Exchange exchange, String time) throws IOException {
    Optional<Instant> wanted = instant(time);
    if (wanted.isEmpty()) {
      exchange.error(400, unreadable(time));
      return;
    }
    Optional<Views.BatchDetail> found = model.batch(wanted.get());
    if (found.isPresent()) {
      exchange.json(200, found.get());
    } else {
      exchange.error(
          404,
          "Batch " + wanted.get()
              + " is not known here: it is not due yet, or longer ago than sluice.dashboard.batches.");
    }
  }

  private static Optional<Instant> instant(String time) {
    try {
      Instant read = time.matches("\\d{1,15}")
          ? Instant.ofEpochMilli(Long.parseLong(time))
          : Instant.parse(time);
      // Throws where it is too far away.
      return Optional.of(Instant.ofEpochMilli(read.toEpochMilli()));
    } catch (DateTimeException | ArithmeticException invalid) {
      return Optional.empty();
    }
  }

  private static void unknown(Exchange exchange) throws IOException {
    exchange.error(404, "There is nothing at '" + exchange.path() + "'.");
  }
}
