package io.sluice.connector.http;

import io.sluice.api.Receiver;
import io.sluice.connector.http.Ending.Kind;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Makes connections one after the other for a receiver. What it knows of the server outlives each: how often it failed, which event
 * was the last. It would not outlive a new start of the receiver, so it asks for one only when records cannot be stored.
 */
final class Reconnecting implements Runnable {

  /** Lets time pass, until the receiver ends at the latest. */
  @FunctionalInterface
  interface Waiting {
    void await(CountDownLatch ended, Duration time) throws InterruptedException;

    /** Waits in real time. */
    static void really(CountDownLatch ended, Duration time) throws InterruptedException {
      boolean unused = ended.await(time.toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  private final Receiver<?> receiver;
  private final String server;
  private final Connection connection;
  private final Backoff backoff;
  private final Waiting waiting;
  private final CountDownLatch ended = new CountDownLatch(1);

  /**
   * @param server as errors name it
   */
  Reconnecting(
      Receiver<?> receiver,
      String server,
      Connection connection,
      Backoff backoff,
      Waiting waiting) {
    this.receiver = receiver;
    this.server = server;
    this.connection = connection;
    this.backoff = backoff;
    this.waiting = waiting;
  }

  /** Returns when the receiver is to end. */
  @Override
  public void run() {
    try {
      while (isWanted()) {
        Ending ending = connection.run(backoff::reset);
        if (isWanted()) {
          react(ending);
        }
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | LinkageError | AssertionError failure) {
      if (isWanted()) {
        receiver.restart("Cannot store what " + server + " sent", failure);
      }
    }
  }

  /** From any thread. */
  void close() {
    ended.countDown();
    connection.close();
  }

  private void react(Ending ending) throws InterruptedException {
    if (ending.kind() == Kind.OVER) {
      receiver.stop(ending.reason());
      ended.countDown();
      return;
    }
    Duration pause = backoff.after(ending);
    receiver.reportError(
        ending.reason() + " Connecting again in " + pause.toMillis() + " ms.", ending.cause());
    waiting.await(ended, pause);
  }

  private boolean isWanted() {
    return ended.getCount() > 0 && !receiver.isStopped();
  }
}
