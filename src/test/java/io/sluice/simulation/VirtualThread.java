package io.sluice.simulation;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** Does what it is given one after the other, in the world's time. */
final class VirtualThread extends AbstractExecutorService implements ScheduledExecutorService {

  private final World world;
  private final SimulatedNode node;
  private final Queue<Runnable> waiting = new ArrayDeque<>();
  private boolean shut;

  VirtualThread(World world, SimulatedNode node) {
    this.world = world;
    this.node = node;
  }

  @Override
  public void execute(Runnable task) {
    waiting.add(task);
    world.soon(node, "thread", () -> {
      Runnable next = waiting.poll();
      if (next != null) {
        next.run();
      }
    });
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(
      Runnable task, long initialDelay, long period, TimeUnit unit) {
    again(task, unit.toMicros(initialDelay), Math.max(1, unit.toMicros(period)));
    return new Scheduled();
  }

  private void again(Runnable task, long delay, long period) {
    if (!world.isOver()) {
      world.after(delay, node, "blocks", () -> {
        if (!shut) {
          task.run();
          again(task, period, period);
        }
      });
    }
  }

  /** What nobody asks. */
  private static final class Scheduled extends FutureTask<Void> implements ScheduledFuture<Void> {
    Scheduled() {
      super(() -> null);
    }

    @Override
    public long getDelay(TimeUnit unit) {
      return 0;
    }

    @Override
    public int compareTo(Delayed other) {
      return 0;
    }
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
    throw new UnsupportedOperationException("No receiver needs this.");
  }

  @Override
  public <V> ScheduledFuture<V> schedule(Callable<V> task, long delay, TimeUnit unit) {
    throw new UnsupportedOperationException("No receiver needs this.");
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable task, long initialDelay, long delay, TimeUnit unit) {
    throw new UnsupportedOperationException("No receiver needs this.");
  }

  @Override
  public void shutdown() {
    shut = true;
  }

  @Override
  public List<Runnable> shutdownNow() {
    shut = true;
    waiting.clear();
    return List.of();
  }

  @Override
  public boolean isShutdown() {
    return shut;
  }

  @Override
  public boolean isTerminated() {
    return shut;
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    return shut;
  }
}
