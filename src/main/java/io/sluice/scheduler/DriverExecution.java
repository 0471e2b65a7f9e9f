package io.sluice.scheduler;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** How a program's functions run on the driver and wait for what they asked for. Thread-safe. */
public interface DriverExecution {

  /** Each function on a thread of its own, which waits as threads do. */
  DriverExecution THREADS = new DriverExecution() {
    @Override
    public ExecutorService threads(ThreadFactory factory) {
      return new ThreadPoolExecutor(
          0, Integer.MAX_VALUE, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), factory);
    }

    @Override
    public void await(CompletableFuture<?> awaited) {
      // Whoever asks the future waits there.
    }
  };

  /**
   * Threads for functions that may all wait at the same time.
   *
   * @param factory makes every thread
   */
  ExecutorService threads(ThreadFactory factory);

  /**
   * Called before the calling thread blocks until {@code awaited} is complete.
   *
   * @throws InterruptedException if the caller shall not wait any longer
   */
  void await(CompletableFuture<?> awaited) throws InterruptedException;
}
