package io.sluice.dashboard;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The pages that are open, each fed by a thread of its own with server-sent events. Whoever sends never waits: a viewer who does not
 * keep up is dropped, and its browser comes again. Thread-safe.
 */
final class Viewers {

  /** Updates that wait for one viewer. */
  private static final int WAITING = 16;

  /** Tells a viewer's thread to end. */
  private static final byte[] END = {};

  /** Keeps connections open that others close when they are silent, and finds those that are gone. */
  private static final byte[] HEARTBEAT = ":\n\n".getBytes(StandardCharsets.UTF_8);

  private static final int HEARTBEAT_SECONDS = 10;

  /** One that was dropped has its place until its connection has ended, since its thread may hang in it. */
  private final Semaphore places;

  private final Set<BlockingQueue<byte[]>> queues = ConcurrentHashMap.newKeySet();
  private boolean closed;

  Viewers(int most) {
    this.places = new Semaphore(most);
  }

  boolean areThere() {
    return !queues.isEmpty();
  }

  /** Sends an event to all. */
  void send(String event, String data) {
    byte[] bytes =
        "event: %s\ndata: %s\n\n".formatted(event, data).getBytes(StandardCharsets.UTF_8);
    for (BlockingQueue<byte[]> queue : queues) {
      if (!queue.offer(bytes)) {
        drop(queue);
      }
    }
  }

  /** Takes a place for a viewer, which {@link #leave} gives back; false if all are taken. */
  boolean enter() {
    return places.tryAcquire();
  }

  void leave() {
    places.release();
  }

  /** Feeds a viewer until it is gone, dropped, or everything ends. */
  void serve(OutputStream out) throws IOException, InterruptedException {
    BlockingQueue<byte[]> queue = new ArrayBlockingQueue<>(WAITING);
    if (!add(queue)) {
      return;
    }
    try {
      out.write(HEARTBEAT);
      out.flush();
      while (true) {
        byte[] next = queue.poll(HEARTBEAT_SECONDS, TimeUnit.SECONDS);
        if (next == END) {
          return;
        }
        out.write(next == null ? HEARTBEAT : next);
        out.flush();
      }
    } finally {
      queues.remove(queue);
    }
  }

  private synchronized boolean add(BlockingQueue<byte[]> queue) {
    return !closed && queues.add(queue);
  }

  synchronized void close() {
    closed = true;
    queues.forEach(this::drop);
  }

  private void drop(BlockingQueue<byte[]> queue) {
    queues.remove(queue);
    queue.clear();
    queue.add(END);
  }
}
