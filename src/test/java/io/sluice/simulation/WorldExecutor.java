package io.sluice.simulation;

import akka.dispatch.DispatcherPrerequisites;
import akka.dispatch.ExecutorServiceConfigurator;
import akka.dispatch.ExecutorServiceFactory;
import akka.dispatch.Mailbox;
import com.typesafe.config.Config;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Lets actors run when the world wants; on threads of its own while there is none. */
public final class WorldExecutor extends ExecutorServiceConfigurator {

  /** Called by Akka. */
  public WorldExecutor(Config config, DispatcherPrerequisites prerequisites) {
    super(config, prerequisites);
  }

  @Override
  public ExecutorServiceFactory createExecutorServiceFactory(String id, ThreadFactory factory) {
    return () -> new Executor(Executors.newCachedThreadPool(factory));
  }

  private static final class Executor extends AbstractExecutorService {
    private final ExecutorService threads;

    Executor(ExecutorService threads) {
      this.threads = threads;
    }

    @Override
    public void execute(Runnable task) {
      World world = World.current();
      if (world == null) {
        threads.execute(task);
      } else {
        world.soon(nodeOf(task, world), "mailbox", task);
      }
    }

    private static @Nullable SimulatedNode nodeOf(Runnable task, World world) {
      return task instanceof Mailbox mailbox
          ? mailbox.messageQueue() instanceof WorldMailbox.Queue queue ? queue.node() : null
          : world.here();
    }

    @Override
    public void shutdown() {
      threads.shutdown();
    }

    @Override
    public List<Runnable> shutdownNow() {
      return threads.shutdownNow();
    }

    @Override
    public boolean isShutdown() {
      return threads.isShutdown();
    }

    @Override
    public boolean isTerminated() {
      return threads.isTerminated();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
      return threads.awaitTermination(timeout, unit);
    }
  }
}
