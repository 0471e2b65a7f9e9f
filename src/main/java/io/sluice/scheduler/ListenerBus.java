package io.sluice.scheduler;

import io.sluice.api.StreamingEvent;
import io.sluice.api.StreamingListener;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings events to listeners and subscribers, each in order and on a thread of its own. Thread-safe. */
public final class ListenerBus implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(ListenerBus.class);
  private static final int MAX_WAITING = 10_000;

  private record Heard(StreamingListener listener, EventQueue queue) {}

  private final List<Heard> listeners = new CopyOnWriteArrayList<>();
  private final List<EventQueue> queues = new CopyOnWriteArrayList<>();
  private final ThreadPoolExecutor threads;
  private boolean closed;

  public ListenerBus(String context) {
    this.threads = new ThreadPoolExecutor(
        0, Integer.MAX_VALUE, 1, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
          Thread made = new Thread(task, "sluice-listeners-" + context);
          made.setDaemon(true);
          return made;
        });
  }

  public void add(StreamingListener listener) {
    listeners.add(new Heard(listener, subscribe(new Listening(listener), MAX_WAITING)));
  }

  /** The listener hears nothing more; a call that has begun goes on. */
  public void remove(StreamingListener listener) {
    Optional<Heard> known =
        listeners.stream().filter(heard -> heard.listener.equals(listener)).findFirst();
    known.filter(listeners::remove).ifPresent(heard -> {
      heard.queue.cancel();
      queues.remove(heard.queue);
    });
  }

  /** All events from a subscription on; {@code buffer} of them wait for the subscriber. */
  public Flow.Publisher<StreamingEvent> events(int buffer) {
    return subscriber -> subscribe(subscriber, buffer);
  }

  private synchronized EventQueue subscribe(
      Flow.Subscriber<? super StreamingEvent> subscriber, int buffer) {
    EventQueue queue = new EventQueue(subscriber, buffer, threads);
    queues.removeIf(EventQueue::isOver);
    queues.add(queue);
    queue.begin();
    if (closed) {
      queue.end();
    }
    return queue;
  }

  /** Whether anybody hears what is posted. */
  public boolean isHeard() {
    return !queues.isEmpty();
  }

  /** Tells everybody. Never waits. */
  public void post(StreamingEvent event) {
    for (EventQueue queue : queues) {
      queue.offer(event);
    }
  }

  /** Lets everybody hear what has happened, then ends. */
  @Override
  public synchronized void close() {
    closed = true;
    queues.forEach(EventQueue::end);
  }

  private record Listening(StreamingListener listener) implements Flow.Subscriber<StreamingEvent> {

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(StreamingEvent event) {
      if (event instanceof StreamingEvent.EventsLost lost) {
        log.warn(
            "Listener [{}] was too slow for [{}] events",
            listener.getClass().getName(),
            lost.count());
      }
      try {
        event.tell(listener);
      } catch (RuntimeException | LinkageError | AssertionError failure) {
        log.error("Listener [{}] failed", listener.getClass().getName(), failure);
      }
    }

    @Override
    public void onError(Throwable failure) {}

    @Override
    public void onComplete() {}
  }
}
