package io.sluice.dashboard;

import com.typesafe.config.Config;
import io.sluice.ContextExtension;
import io.sluice.StreamingContext;
import io.sluice.api.ClusterInfo;
import io.sluice.api.ContextState;
import io.sluice.api.PlanInfo;
import io.sluice.api.ReplayedBatch;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The live page of one context. A context serves one itself if {@code sluice.dashboard.port} says so; {@link #open} is for programs that
 * want one where their configuration does not.
 */
public final class Dashboard implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Dashboard.class);

  /** Open pages are told so often, however small batches are. */
  private static final long UPDATE_MILLIS = 250;

  private final StreamingContext context;
  private final ContextModel model;
  private final Viewers viewers;
  private final PageServer server;
  private final ScheduledExecutorService thread;

  private Dashboard(StreamingContext context, DashboardSettings settings) {
    this.context = context;
    this.model = new ContextModel(
        context.name(),
        context.batchInterval(),
        context::state,
        settings.batches(),
        Clock.systemUTC());
    this.viewers = new Viewers(settings.maxViewers());
    this.thread = Executors.newSingleThreadScheduledExecutor(task -> {
      Thread made = new Thread(task, "sluice-dashboard-" + context.name());
      made.setDaemon(true);
      return made;
    });
    Api api = new Api(model, new Asked(), new StateApi(context), new Done());
    this.server = new PageServer(context.name(), settings, api, viewers);
    context.addStreamingListener(model);
    var unused = thread.scheduleWithFixedDelay(
        this::update, UPDATE_MILLIS, UPDATE_MILLIS, TimeUnit.MILLISECONDS);
    log.info("Context [{}] is at {}", context.name(), server.uri());
  }

  /**
   * Serves a page for the context until it is closed. What happened before is not on it.
   *
   * @throws io.sluice.api.SluiceException PORT_UNAVAILABLE
   * @throws IllegalArgumentException if the settings say that there is no page
   */
  public static Dashboard open(StreamingContext context, DashboardSettings settings) {
    if (!settings.isOn()) {
      throw new IllegalArgumentException(
          "sluice.dashboard.port is -1, which means no page. Choose a port, or 0 for any free one.");
    }
    return new Dashboard(context, settings);
  }

  /** Where a browser finds it. */
  public URI uri() {
    return server.uri();
  }

  @Override
  public void close() {
    context.removeStreamingListener(model);
    thread.shutdownNow();
    server.close();
  }

  private void update() {
    Views.Update update = model.update();
    if (update != null && viewers.areThere()) {
      viewers.send("update", Exchange.toJson(update));
    }
  }

  /** What the page asks of its context. */
  private final class Asked implements Api.Questions {
    @Override
    public ContextState state() {
      return context.state();
    }

    @Override
    public Views.Plan plan() {
      PlanInfo plan = context.plan();
      return new Views.Plan(plan.steps(), plan.outputs(), context.explain());
    }

    @Override
    public CompletionStage<ClusterInfo> cluster() {
      return context.cluster();
    }
  }

  /** What the page does to its context. */
  private final class Done implements Api.Actions {
    private final AtomicBoolean replaying = new AtomicBoolean();

    /** On a thread that the end of the context, and so of this page, does not interrupt. */
    @Override
    public void stop(boolean graceful) {
      new Thread(() -> context.stop(graceful), "sluice-stop-" + context.name()).start();
    }

    @Override
    public ReplayedBatch replay(Instant batch) throws InterruptedException {
      if (!replaying.compareAndSet(false, true)) {
        throw new IllegalStateException("A batch is being run again already. Wait for its end.");
      }
      try {
        return context.replayAside(batch);
      } finally {
        replaying.set(false);
      }
    }

    @Override
    public void pause() {
      context.pause();
    }

    @Override
    public void resume() {
      context.resume();
    }
  }

  /** Gives each context that starts its page, if the configuration wants one. */
  public static final class Extension implements ContextExtension {

    @Override
    public AutoCloseable attach(StreamingContext context, Config config) {
      DashboardSettings settings = DashboardSettings.from(config);
      return settings.isOn() ? open(context, settings) : () -> {};
    }
  }
}
