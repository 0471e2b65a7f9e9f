package io.sluice.receiver;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/** The threads and the clock of a node's receivers. Thread-safe. */
public interface ReceiverThreads {

  /** Threads of their own, on the machine's clock. */
  ReceiverThreads REAL = new ReceiverThreads() {
    @Override
    public ScheduledExecutorService thread(String name) {
      return Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
      });
    }

    @Override
    public long nanoTime() {
      return System.nanoTime();
    }

    @Override
    public void await(CompletableFuture<?> awaited) {
      // Whoever asks the future waits there.
    }
  };

  /** One thread, which the caller ends. */
  ScheduledExecutorService thread(String name);

  /** Nanoseconds since some moment, as {@link System#nanoTime}. */
  long nanoTime();

  /**
   * Called before the calling thread blocks until {@code awaited} is complete.
   *
   * @throws InterruptedException if the caller shall not wait any longer
   */
  void await(CompletableFuture<?> awaited) throws InterruptedException;
}
