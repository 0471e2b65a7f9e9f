package io.sluice.simulation;

import io.sluice.api.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** A node's clock, which shows the world's time. */
final class VirtualTicker implements Ticker {

  private final World world;
  private final SimulatedNode node;
  private int run;

  VirtualTicker(World world, SimulatedNode node) {
    this.world = world;
    this.node = node;
  }

  @Override
  public Instant now() {
    return Instant.EPOCH.plus(world.nowMicros(), ChronoUnit.MICROS);
  }

  @Override
  public void start(Instant first, Duration interval, Runnable wake) {
    run++;
    next(run, first, interval, wake);
  }

  private void next(int mine, Instant at, Duration interval, Runnable wake) {
    long micros = Math.max(0, Duration.between(now(), at).toNanos() / 1_000);
    world.after(micros, node, "tick", () -> {
      if (run == mine && !world.isOver()) {
        wake.run();
        Instant following = at.plus(interval);
        next(mine, following.isAfter(now()) ? following : now().plus(interval), interval, wake);
      }
    });
  }

  @Override
  public void close() {
    run++;
  }
}
