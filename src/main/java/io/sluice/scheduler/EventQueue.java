package io.sluice.scheduler;

import static java.util.Objects.requireNonNull;

import io.sluice.api.StreamingEvent;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Events on their way to one subscriber. When there are too many, the oldest go and the subscriber is told how many.
 * Whoever offers an event never waits.
 */
final class EventQueue implements Flow.Subscription {

  private static final Logger log = LoggerFactory.getLogger(EventQueue.class);

  private final Flow.Subscriber<? super StreamingEvent> subscriber;
  private final int capacity;
  private final Executor threads;
  private final ArrayDeque<StreamingEvent> events = new ArrayDeque<>();
  private @Nullable IllegalArgumentException refusal;
  private long demand;
  private long lost;
  private boolean delivering = true;
  private boolean ended;
  private boolean over;

  /** The subscriber is called on one thread at a time, given by {@code threads}. */
  EventQueue(Flow.Subscriber<? super StreamingEvent> subscriber, int capacity, Executor threads) {
    this.subscriber = requireNonNull(subscriber, "subscriber");
    this.capacity = capacity;
    this.threads = threads;
  }

  void begin() {
    threads.execute(() -> {
      call(() -> subscriber.onSubscribe(this));
      deliver();
    });
  }

  void offer(StreamingEvent event) {
    synchronized (this) {
      if (over || ended) {
        return;
      }
      if (events.size() >= capacity) {
        events.remove();
        lost++;
      }
      events.add(event);
    }
    wake();
  }

  /** Nothing will be offered any more. */
  void end() {
    synchronized (this) {
      ended = true;
    }
    wake();
  }

  @Override
  public void request(long count) {
    synchronized (this) {
      if (count < 1) {
        refusal =
            new IllegalArgumentException("At least 1 event must be requested, got " + count + ".");
      } else {
        demand = demand + count < 0 ? Long.MAX_VALUE : demand + count;
      }
    }
    wake();
  }

  @Override
  public synchronized void cancel() {
    over = true;
    events.clear();
  }

  synchronized boolean isOver() {
    return over;
  }

  private void wake() {
    synchronized (this) {
      if (delivering) {
        return;
      }
      delivering = true;
    }
    threads.execute(this::deliver);
  }

  private void deliver() {
    for (Runnable next = next(); next != null; next = next()) {
      call(next);
    }
  }

  /** The next call of the subscriber; null, and nothing is delivered until woken, if there is none. */
  private synchronized @Nullable Runnable next() {
    IllegalArgumentException refused = refusal;
    if (over) {
      return idle();
    }
    if (refused != null) {
      over = true;
      return () -> subscriber.onError(refused);
    }
    if (demand > 0 && lost > 0) {
      StreamingEvent missing = new StreamingEvent.EventsLost(lost);
      lost = 0;
      return give(missing);
    }
    if (demand > 0 && !events.isEmpty()) {
      return give(events.remove());
    }
    if (ended && events.isEmpty() && lost == 0) {
      over = true;
      return subscriber::onComplete;
    }
    return idle();
  }

  private Runnable give(StreamingEvent event) {
    demand--;
    return () -> subscriber.onNext(event);
  }

  private @Nullable Runnable idle() {
    delivering = false;
    return null;
  }

  private void call(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException | LinkageError | AssertionError failure) {
      log.error(
          "Subscriber [{}] failed and gets no more events",
          subscriber.getClass().getName(),
          failure);
      cancel();
    }
  }
}
