package io.sluice.connector.http;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The body of an answer, for one thread that takes it piece by piece. Only a few pieces are asked for ahead, so a reader that does not
 * come holds up the server. Whoever does not find a piece in time is told so: time counts only while somebody waits.
 */
final class BodyQueue implements Flow.Subscriber<List<ByteBuffer>>, AutoCloseable {

  private static final int AHEAD = 4;

  /** A piece, or how the body has ended. */
  private record Item(
      List<ByteBuffer> bytes, boolean last, @Nullable Throwable failure) {}

  private final LinkedBlockingQueue<Item> items = new LinkedBlockingQueue<>();
  private final AtomicReference<Flow.@Nullable Subscription> subscription = new AtomicReference<>();
  private volatile boolean closed;

  @Override
  public void onSubscribe(Flow.Subscription to) {
    subscription.set(to);
    if (closed) {
      to.cancel();
    } else {
      to.request(AHEAD);
    }
  }

  @Override
  public void onNext(List<ByteBuffer> bytes) {
    items.add(new Item(bytes, false, null));
  }

  @Override
  public void onError(Throwable failure) {
    items.add(new Item(List.of(), true, failure));
  }

  @Override
  public void onComplete() {
    items.add(new Item(List.of(), true, null));
  }

  boolean isEmpty() {
    return items.isEmpty();
  }

  /**
   * The next piece, after waiting for it; null at the end.
   *
   * @throws SocketTimeoutException if none came in time
   * @throws IOException if the connection broke
   */
  @Nullable
  List<ByteBuffer> take(Duration patience) throws IOException, InterruptedException {
    Item item = items.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
    if (item == null) {
      throw new SocketTimeoutException("nothing came for " + patience.toMillis() + " ms");
    }
    if (item.failure != null) {
      throw new IOException(item.failure.getMessage(), item.failure);
    }
    if (item.last) {
      return null;
    }
    Flow.Subscription from = subscription.get();
    if (from != null) {
      from.request(1);
    }
    return item.bytes;
  }

  /** Ends the connection; whoever waits finds the end. May be called from any thread, and again. */
  @Override
  public void close() {
    closed = true;
    Flow.Subscription from = subscription.get();
    if (from != null) {
      from.cancel();
    }
    onComplete();
  }
}
