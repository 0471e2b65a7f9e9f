package io.sluice.simulation;

import akka.dispatch.DispatcherPrerequisites;
import akka.dispatch.ExecutorServiceConfigurator;
import akka.dispatch.ExecutorServiceFactory;
import akka.dispatch.Mailbox;
import com.typesafe.config.Config;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Lets actors run when the world wants. While there is none, as when the actor system starts, the calling thread does
 * at once what is to be done: a thread of its own might not be ready when the first world begins.
 */
public final class WorldExecutor extends ExecutorServiceConfigurator {

  /** Called by Akka. */
  public WorldExecutor(Config config, DispatcherPrerequisites prerequisites) {
    super(config, prerequisites);
  }

  @Override
  public ExecutorServiceFactory createExecutorServiceFactory(String id, ThreadFactory factory) {
    return Executor::new;
  }

  private static final class Executor extends AbstractExecutorService {
    private static final ThreadLocal<Deque<Runnable>> WAITING =
        ThreadLocal.withInitial(ArrayDeque::new);

    private boolean shut;

    @Override
    public void execute(Runnable task) {
      World world = World.current();
      if (world == null) {
        perform(task);
      } else {
        world.soon(nodeOf(task, world), "mailbox", task);
      }
    }

    private static void perform(Runnable task) {
      Deque<Runnable> waiting = WAITING.get();
      waiting.addLast(task);
      if (waiting.size() > 1) {
        // The task that is under way goes on with it.
        return;
      }
      while (!waiting.isEmpty()) {
        waiting.getFirst().run();
        waiting.removeFirst();
      }
    }

    private static @Nullable SimulatedNode nodeOf(Runnable task, World world) {
      return task instanceof Mailbox mailbox
          ? mailbox.messageQueue() instanceof WorldMailbox.Queue queue ? queue.node() : null
          : world.here();
    }

    @Override
    public void shutdown() {
      shut = true;
    }

    @Override
    public List<Runnable> shutdownNow() {
      shut = true;
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
}
