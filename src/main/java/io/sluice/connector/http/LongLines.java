package io.sluice.connector.http;

import io.sluice.api.Receiver;

/** Counts what was left out because it is too long, and tells of the first, second, fourth and so on. */
final class LongLines implements Runnable {

  private final Receiver<?> receiver;
  private final String server;
  private final int maxBytes;
  private final boolean stop;
  private long leftOut;

  LongLines(Receiver<?> receiver, String server, int maxBytes, boolean stop) {
    this.receiver = receiver;
    this.server = server;
    this.maxBytes = maxBytes;
    this.stop = stop;
  }

  /** One more. */
  @Override
  public void run() {
    leftOut++;
    if (!stop && Long.bitCount(leftOut) == 1) {
      receiver.reportError(
          "Left out " + leftOut + " of what " + server + " sent, since the start: longer than "
              + maxBytes + " bytes. Allow more where the receiver is made.",
          null);
    }
  }

  /** Whether the receiver is to end now. */
  boolean endsReceiver() {
    return stop && leftOut > 0;
  }

  Ending ending() {
    return new Ending(
        Ending.Kind.OVER,
        server + " sent more than " + maxBytes
            + " bytes at once, at which this receiver was told to stop. Allow more where it is made.");
  }
}
