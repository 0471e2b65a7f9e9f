package io.sluice.block;

/**
 * When a connection is taken for broken although nobody has closed it, as when a network loses all that is sent: something
 * waits for an answer, and for too long nothing was answered and no more could be sent. Thread-safe.
 */
final class Stall {

  private final long patienceNanos;
  private int waiting;
  private long progressNanos;

  /**
   * @param patienceNanos how long nothing may move
   */
  Stall(long patienceNanos) {
    this.patienceNanos = patienceNanos;
  }

  /** A request waits for its answer from now on. */
  synchronized void asked(long nowNanos) {
    if (waiting++ == 0) {
      progressNanos = nowNanos;
    }
  }

  /** A request waits no longer. */
  synchronized void answered() {
    waiting--;
  }

  /** Something has come, or more could be sent. */
  synchronized void moved(long nowNanos) {
    progressNanos = nowNanos;
  }

  synchronized boolean isBroken(long nowNanos) {
    return waiting > 0 && nowNanos - progressNanos > patienceNanos;
  }
}
