package io.sluice.simulation;

import io.sluice.scheduler.DriverExecution;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Functions that may wait, each on a thread of its own. The world stands still while one of them runs, so that only one
 * thread runs at a time.
 */
final class Functions implements DriverExecution {

  private final World world;
  private final SimulatedNode node;
  private final List<Call> open = new ArrayList<>();

  Functions(World world, SimulatedNode node) {
    this.world = world;
    this.node = node;
  }

  private static final ThreadLocal<Call> CALL = new ThreadLocal<>();

  /** A function that has begun, or will. */
  private final class Call {
    private final Runnable function;
    private final Semaphore turn = new Semaphore(0);
    private final Semaphore worldsTurn = new Semaphore(0);
    private boolean interrupted;
    private @Nullable Thread thread;

    Call(Runnable function) {
      this.function = function;
    }

    /** Lets it run until it waits or ends. */
    void resume(ThreadFactory factory) {
      if (!open.contains(this)) {
        return;
      }
      if (thread == null) {
        Thread started = factory.newThread(this::run);
        started.setDaemon(true);
        thread = started;
        started.start();
      }
      turn.release();
      worldsTurn.acquireUninterruptibly();
    }

    private void run() {
      turn.acquireUninterruptibly();
      CALL.set(this);
      try {
        function.run();
      } catch (Throwable failure) {
        if (!world.isOver()) {
          world.violated(failure);
        }
      } finally {
        open.remove(this);
        worldsTurn.release();
      }
    }

    void await(CompletableFuture<?> awaited) throws InterruptedException {
      if (!awaited.isDone() && !interrupted) {
        var unused = awaited.whenComplete(
            (value, failure) -> world.soon(node, "goes on", () -> resume(Thread::new)));
        worldsTurn.release();
        turn.acquireUninterruptibly();
      }
      if (interrupted) {
        throw new InterruptedException("The node has ended.");
      }
    }
  }

  /** Runs a function of the node. */
  void run(Runnable function, ThreadFactory factory) {
    Call call = new Call(function);
    open.add(call);
    world.soon(node, "function", () -> call.resume(factory));
  }

  /** Ends all that wait. */
  void interrupt() {
    for (Call call : List.copyOf(open)) {
      call.interrupted = true;
      if (call.thread == null) {
        open.remove(call);
      } else {
        call.resume(Thread::new);
      }
    }
  }

  @Override
  public void await(CompletableFuture<?> awaited) throws InterruptedException {
    Call call = CALL.get();
    if (call == null) {
      if (!awaited.isDone()) {
        throw new IllegalStateException("The world would wait for itself.");
      }
      return;
    }
    call.await(awaited);
  }

  @Override
  public ExecutorService threads(ThreadFactory factory) {
    return new Threads(factory);
  }

  private final class Threads extends AbstractExecutorService {
    private final ThreadFactory factory;
    private boolean shut;

    Threads(ThreadFactory factory) {
      this.factory = factory;
    }

    @Override
    public void execute(Runnable task) {
      if (!shut) {
        run(task, factory);
      }
    }

    @Override
    public void shutdown() {
      shut = true;
    }

    /** Whoever waits is refused by what it waits for. */
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
