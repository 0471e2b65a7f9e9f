package io.sluice.connector.http;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What was sent and is not stored yet, within a bound of requests and one of bytes. Requests that wait at the same time are stored
 * together. Thread-safe.
 */
final class PushQueue {

  /** The lines of a request. */
  static final class Request {
    private final List<String> lines;
    private final long bytes;
    private final CompletableFuture<Void> stored = new CompletableFuture<>();

    Request(List<String> lines, long bytes) {
      this.lines = lines;
      this.bytes = bytes;
    }

    List<String> lines() {
      return lines;
    }

    /** Completes when the lines are stored and replicated, or cannot be. */
    CompletableFuture<Void> stored() {
      return stored;
    }
  }

  private final int maxRequests;
  private final long maxBytes;
  private final Deque<Request> waiting = new ArrayDeque<>();
  private int requests;
  private long bytes;
  private boolean closed;

  PushQueue(int maxRequests, long maxBytes) {
    this.maxRequests = maxRequests;
    this.maxBytes = maxBytes;
  }

  /** Lets a request in, if there is room; {@link #leave} lets it out. */
  synchronized boolean enter() {
    if (closed || requests >= maxRequests) {
      return false;
    }
    requests++;
    return true;
  }

  /** Takes room for more bytes of a request that is in, if there is room. */
  synchronized boolean grow(long more) {
    if (bytes + more > maxBytes) {
      return false;
    }
    bytes += more;
    return true;
  }

  /** A request is answered, and whatever room it has taken is free. */
  synchronized void leave(long grown) {
    requests--;
    bytes -= grown;
    notifyAll();
  }

  synchronized void add(Request request) {
    waiting.add(request);
    notifyAll();
  }

  /** Takes back a request; false if it is being stored already. */
  synchronized boolean remove(Request request) {
    return waiting.remove(request);
  }

  /** Requests to be stored together, at least one, after waiting for it; null when none will come any more. */
  synchronized @Nullable List<Request> take(long mostBytes) throws InterruptedException {
    while (waiting.isEmpty()) {
      if (closed && requests == 0) {
        return null;
      }
      wait();
    }
    List<Request> together = new ArrayList<>();
    long taken = 0;
    while (!waiting.isEmpty()
        && (together.isEmpty() || taken + waiting.element().bytes <= mostBytes)) {
      Request next = waiting.remove();
      taken += next.bytes;
      together.add(next);
    }
    return together;
  }

  /** Lets no more requests in. */
  synchronized void close() {
    closed = true;
    notifyAll();
  }

  /** Waits until all requests are answered; false if it took too long. */
  synchronized boolean awaitEmpty(long millis) throws InterruptedException {
    long end = System.nanoTime() + millis * 1_000_000;
    while (requests > 0) {
      long left = (end - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        return false;
      }
      wait(left);
    }
    return true;
  }

  synchronized boolean isClosed() {
    return closed;
  }
}
