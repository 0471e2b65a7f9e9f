package io.sluice.cluster;

import akka.actor.Cancellable;
import akka.actor.typed.ActorSystem;
import akka.dispatch.ExecutionContexts;
import io.sluice.api.Ticker;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A clock that moves when Akka's scheduler does: for systems whose time is set by hand. */
final class SchedulerTicker implements Ticker {

  private final ActorSystem<?> system;
  private volatile Instant now = Instant.EPOCH;
  private volatile @Nullable Cancellable ticks;

  SchedulerTicker(ActorSystem<?> system) {
    this.system = system;
  }

  @Override
  public Instant now() {
    return now;
  }

  @Override
  public void start(Instant first, Duration interval, Runnable wake) {
    ticks = system
        .classicSystem()
        .scheduler()
        .scheduleAtFixedRate(
            Duration.between(now(), first),
            interval,
            () -> {
              now = now.equals(Instant.EPOCH) ? first : now.plus(interval);
              wake.run();
            },
            ExecutionContexts.fromExecutor(Runnable::run));
  }

  @Override
  public void close() {
    Cancellable running = ticks;
    if (running != null) {
      running.cancel();
    }
  }
}
