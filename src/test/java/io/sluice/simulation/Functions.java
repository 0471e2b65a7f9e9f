package io.sluice.simulation;

import static java.util.Objects.requireNonNull;

import io.sluice.scheduler.DriverExecution;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Functions that may wait, each on a thread of its own. The world stands still while one of them runs, so that only one
 * thread of a world runs at a time.
 */
final class Functions implements DriverExecution {

  private static final ThreadLocal<@Nullable Call> CALL = new ThreadLocal<>();

  private final World world;
  private final SimulatedNode node;
  private final Semaphore worldsTurn = new Semaphore(0);
  private final Set<Call> open = new LinkedHashSet<>();
  private final Map<ThreadFactory, Deque<Carrier>> idle = new HashMap<>();

  private boolean over;

  Functions(World world, SimulatedNode node) {
    this.world = world;
    this.node = node;
  }

  /** A thread that carries one function after the other, since making threads takes long. */
  private final class Carrier implements Runnable {
    private final Semaphore turn = new Semaphore(0);
    private final Deque<Carrier> home;
    private @Nullable Call call;

    Carrier(Deque<Carrier> home) {
      this.home = home;
    }

    @Override
    public void run() {
      world.enter();
      turn.acquireUninterruptibly();
      for (Call next = call; next != null; next = call) {
        next.run();
        call = null;
        home.push(this);
        worldsTurn.release();
        turn.acquireUninterruptibly();
      }
    }
  }

  /** A function that has begun, or will. */
  private final class Call {
    private final Runnable function;
    private final ThreadFactory factory;
    private boolean interrupted;
    private @Nullable Carrier carrier;

    Call(Runnable function, ThreadFactory factory) {
      this.function = function;
      this.factory = factory;
    }

    /** Lets it run until it waits or ends. */
    void resume() {
      if (over || !open.contains(this)) {
        return;
      }
      Carrier mine = carrier;
      if (mine == null) {
        mine = take(factory);
        mine.call = this;
        carrier = mine;
      }
      mine.turn.release();
      worldsTurn.acquireUninterruptibly();
    }

    private void run() {
      CALL.set(this);
      try {
        function.run();
      } catch (Throwable failure) {
        if (!world.isOver() && !node.isDead()) {
          world.violated(failure);
        }
      } finally {
        CALL.remove();
        open.remove(this);
      }
    }

    void await(CompletableFuture<?> awaited) throws InterruptedException {
      if (!awaited.isDone() && !interrupted) {
        var unused =
            awaited.whenComplete((value, failure) -> world.soon(node, "goes on", this::resume));
        worldsTurn.release();
        requireNonNull(carrier).turn.acquireUninterruptibly();
      }
      if (interrupted) {
        throw new InterruptedException("The node has ended.");
      }
    }
  }

  private Carrier take(ThreadFactory factory) {
    Deque<Carrier> home = idle.computeIfAbsent(factory, any -> new ArrayDeque<>());
    Carrier free = home.poll();
    if (free == null) {
      free = new Carrier(home);
      Thread thread = factory.newThread(free);
      thread.setDaemon(true);
      thread.start();
    }
    return free;
  }

  /** Runs a function of the node. */
  void run(Runnable function) {
    run(function, Thread::new);
  }

  private void run(Runnable function, ThreadFactory factory) {
    Call call = new Call(function, factory);
    open.add(call);
    world.soon(node, "function", call::resume);
  }

  /** Ends all that wait, and the threads. */
  void interrupt() {
    for (Call call : List.copyOf(open)) {
      call.interrupted = true;
      if (call.carrier == null) {
        open.remove(call);
      } else {
        call.resume();
      }
    }
    over = true;
    idle.values().forEach(home -> home.forEach(carrier -> carrier.turn.release()));
  }

  @Override
  public void await(CompletableFuture<?> awaited) throws InterruptedException {
    Call call = CALL.get();
    if (call != null) {
      call.await(awaited);
    } else if (!awaited.isDone()) {
      throw new IllegalStateException("The world would wait for itself.");
    }
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
