package io.sluice.simulation;

import akka.actor.AbstractScheduler;
import akka.actor.Cancellable;
import akka.event.LoggingAdapter;
import com.typesafe.config.Config;
import java.util.concurrent.ThreadFactory;
import scala.concurrent.ExecutionContext;
import scala.concurrent.duration.FiniteDuration;

/** Akka's timers in the world's time. While there is no world, none goes off. */
@SuppressWarnings("deprecation") // Every scheduler has to have the method, old as it is.
public final class WorldScheduler extends AbstractScheduler {

  /** Called by Akka. */
  public WorldScheduler(Config config, LoggingAdapter log, ThreadFactory factory) {}

  private static final class Timer implements Cancellable {
    private boolean over;

    @Override
    public boolean cancel() {
      boolean first = !over;
      over = true;
      return first;
    }

    @Override
    public boolean isCancelled() {
      return over;
    }
  }

  @Override
  public Cancellable schedule(
      FiniteDuration initialDelay,
      FiniteDuration interval,
      Runnable runnable,
      ExecutionContext executor) {
    Timer timer = new Timer();
    again(timer, initialDelay.toMicros(), interval.toMicros(), runnable, executor);
    return timer;
  }

  private void again(
      Timer timer, long delay, long interval, Runnable runnable, ExecutionContext executor) {
    start(timer, delay, () -> {
      executor.execute(runnable);
      again(timer, interval, interval, runnable, executor);
    });
  }

  @Override
  public Cancellable scheduleOnce(
      FiniteDuration delay, Runnable runnable, ExecutionContext executor) {
    Timer timer = new Timer();
    start(timer, delay.toMicros(), () -> {
      timer.over = true;
      executor.execute(runnable);
    });
    return timer;
  }

  private static void start(Timer timer, long delay, Runnable action) {
    World world = World.current();
    if (world != null && !world.isOver()) {
      world.after(delay, world.here(), "timer", () -> {
        if (!timer.over) {
          action.run();
        }
      });
    }
  }

  @Override
  public double maxFrequency() {
    return 1_000;
  }
}
