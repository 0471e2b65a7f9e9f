package io.sluice.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Runs worlds on as many threads as there are processors: they have nothing in common. */
final class Seeds {

  private Seeds() {}

  /** Does it with each of them; throws the first failure, after which no other is begun. */
  static <T> void each(List<T> all, Consumer<T> run) {
    int count = Math.min(all.size(), Runtime.getRuntime().availableProcessors());
    AtomicInteger next = new AtomicInteger();
    ExecutorService threads = Executors.newFixedThreadPool(Math.max(1, count));
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        running.add(threads.submit(() -> some(all, next, run)));
      }
      for (Future<?> one : running) {
        one.get();
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof AssertionError found) {
        throw found;
      }
      throw new IllegalStateException(failed.getCause());
    } finally {
      threads.shutdownNow();
    }
  }

  private static <T> void some(List<T> all, AtomicInteger next, Consumer<T> run) {
    try {
      for (int index = next.getAndIncrement(); index < all.size(); index = next.getAndIncrement()) {
        run.accept(all.get(index));
      }
    } catch (RuntimeException | Error failure) {
      next.set(all.size());
      throw failure;
    } finally {
      WorldSystem.end();
    }
  }
}
