package io.sluice.scheduler;

import io.sluice.api.StreamingListener;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls listeners in order on a thread of its own. When they fall far behind, events are dropped and counted. */
public final class ListenerBus implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(ListenerBus.class);
  private static final int MAX_WAITING = 10_000;

  private final List<StreamingListener> listeners = new CopyOnWriteArrayList<>();
  private final AtomicLong dropped = new AtomicLong();
  private final ThreadPoolExecutor thread;

  public ListenerBus(String context) {
    this.thread = new ThreadPoolExecutor(
        1,
        1,
        1,
        TimeUnit.SECONDS,
        new ArrayBlockingQueue<>(MAX_WAITING),
        task -> {
          Thread made = new Thread(task, "sluice-listeners-" + context);
          made.setDaemon(true);
          return made;
        },
        (task, executor) -> dropped.incrementAndGet());
    thread.allowCoreThreadTimeOut(true);
  }

  public void add(StreamingListener listener) {
    listeners.add(listener);
  }

  void post(Consumer<StreamingListener> event) {
    if (!listeners.isEmpty()) {
      thread.execute(() -> listeners.forEach(listener -> call(listener, event)));
    }
  }

  private static void call(StreamingListener listener, Consumer<StreamingListener> event) {
    try {
      event.accept(listener);
    } catch (RuntimeException failure) {
      log.error("Listener [{}] failed", listener.getClass().getName(), failure);
    }
  }

  /** Lets listeners hear what has happened, then ends. */
  @Override
  public void close() {
    thread.shutdown();
    if (dropped.get() > 0) {
      log.warn("[{}] events were dropped because listeners were too slow", dropped.get());
    }
  }
}
