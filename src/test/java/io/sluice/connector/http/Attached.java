package io.sluice.connector.http;

import io.sluice.api.Receiver;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The engine as a receiver of a test sees it: it keeps what is stored, when it is told to, and what is said. */
final class Attached implements Receiver.Supervisor {

  private final BlockingQueue<Object> stored = new LinkedBlockingQueue<>();
  private final BlockingQueue<List<?>> blocks = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> errors = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> stops = new LinkedBlockingQueue<>();
  private final BlockingQueue<Long> waits = new LinkedBlockingQueue<>();
  private final Semaphore room = new Semaphore(Integer.MAX_VALUE / 2);
  private volatile OptionalLong position = OptionalLong.empty();
  private volatile boolean stopped;
  private volatile @Nullable RuntimeException failure;

  /** Starts the receiver with waits that are noted and end at once. */
  <R extends ConnectedReceiver<?>> R start(R receiver) throws Exception {
    receiver.attach(this);
    receiver.start(new Backoff(() -> 0), this::wait);
    return receiver;
  }

  private void wait(CountDownLatch ended, Duration time) {
    waits.add(time.toMillis());
  }

  void stop(Receiver<?> receiver) throws Exception {
    stopped = true;
    receiver.onStop();
  }

  /** From now on so many records or blocks find room. */
  void room(int permits) {
    room.drainPermits();
    room.release(permits);
  }

  void fail(RuntimeException with) {
    failure = with;
  }

  void position(long last) {
    position = OptionalLong.of(last);
  }

  Object next() throws InterruptedException {
    return next(stored, "record");
  }

  List<?> nextBlock() throws InterruptedException {
    return next(blocks, "block");
  }

  String error() throws InterruptedException {
    return next(errors, "error");
  }

  String stopReason() throws InterruptedException {
    return next(stops, "stop");
  }

  long waited() throws InterruptedException {
    return next(waits, "wait");
  }

  boolean isWaitingForRoom() {
    return room.hasQueuedThreads();
  }

  int storedCount() {
    return stored.size();
  }

  private static <E> E next(BlockingQueue<E> queue, String what) throws InterruptedException {
    E element = queue.poll(10, TimeUnit.SECONDS);
    if (element == null) {
      throw new AssertionError("No " + what + " within 10 s");
    }
    return element;
  }

  private void takeRoom() {
    RuntimeException wanted = failure;
    if (wanted != null) {
      throw wanted;
    }
    room.acquireUninterruptibly();
  }

  @Override
  public void store(Object record) {
    takeRoom();
    stored.add(record);
  }

  @Override
  public void storeBlock(List<?> records, OptionalLong reached) {
    takeRoom();
    if (reached.isPresent()) {
      position = reached;
    }
    blocks.add(records);
  }

  @Override
  public void storeBytes(ByteBuffer bytes) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void storeEncoded(ByteBuffer bytes, int records) {
    throw new UnsupportedOperationException();
  }

  @Override
  public OptionalLong position() {
    return position;
  }

  @Override
  public void restart(String reason, @Nullable Throwable cause, @Nullable Duration delay) {
    stopped = true;
    stops.add("restart: " + reason);
  }

  @Override
  public void stop(String reason) {
    stopped = true;
    stops.add(reason);
  }

  @Override
  public void reportError(String message, @Nullable Throwable cause) {
    errors.add(cause == null ? message : message + " (" + cause + ")");
  }

  @Override
  public boolean isStopped() {
    return stopped;
  }
}
