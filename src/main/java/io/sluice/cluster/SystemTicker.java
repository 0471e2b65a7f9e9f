package io.sluice.cluster;

import io.sluice.api.Ticker;
import io.sluice.batch.SteadyClock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The machine's clock, which is never set back here, with a thread that wakes at batch boundaries; Akka's timers are too coarse for 10 ms. */
public final class SystemTicker implements Ticker {

  private static final Logger log = LoggerFactory.getLogger(SystemTicker.class);

  private final SteadyClock clock = new SteadyClock();
  private boolean ahead;
  private @Nullable ScheduledThreadPoolExecutor thread;

  @Override
  public Instant now() {
    long micros =
        clock.micros(ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now()), System.nanoTime());
    tellIfSetBack();
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }

  private synchronized void tellIfSetBack() {
    if (clock.isAhead() != ahead) {
      ahead = !ahead;
      log.warn(
          ahead
              ? "The machine's clock was set back; batches go on in the time before"
              : "Batches go on in the machine's time again");
    }
  }

  @Override
  public synchronized void start(Instant first, Duration interval, Runnable wake) {
    ScheduledThreadPoolExecutor started = new ScheduledThreadPoolExecutor(1, task -> {
      Thread made = new Thread(task, "sluice-ticker");
      made.setDaemon(true);
      return made;
    });
    started.setRemoveOnCancelPolicy(true);
    thread = started;
    schedule(started, first, interval, wake);
  }

  /** Aims at each boundary anew, so that the wall clock may be set while we wait. */
  private void schedule(
      ScheduledThreadPoolExecutor on, Instant next, Duration interval, Runnable wake) {
    long delayNanos = Math.max(0, Duration.between(now(), next).toNanos());
    var unused = on.schedule(
        () -> {
          Instant now = now();
          if (!now.isBefore(next)) {
            wake.run();
          }
          Instant following = now.isBefore(next) ? next : boundaryAfter(now, next, interval);
          schedule(on, following, interval, wake);
        },
        Math.min(delayNanos, TimeUnit.SECONDS.toNanos(1)),
        TimeUnit.NANOSECONDS);
  }

  private static Instant boundaryAfter(Instant now, Instant boundary, Duration interval) {
    long passed = Duration.between(boundary, now).toMillis() / interval.toMillis();
    return boundary.plus(interval.multipliedBy(passed + 1));
  }

  @Override
  public synchronized void close() {
    if (thread != null) {
      thread.shutdownNow();
    }
  }
}
