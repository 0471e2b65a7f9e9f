package io.sluice.connector.http;

/** A way to a server, which is gone again and again. */
interface Connection extends AutoCloseable {

  /**
   * Connects, and hands over what comes until the connection ends. Called by one thread, again for each connection.
   *
   * @param alive to be called when something has come
   * @return why it has ended
   * @throws RuntimeException if what came cannot be stored
   */
  Ending run(Runnable alive) throws InterruptedException;

  /** Ends the connection that there is, so that {@link #run} returns soon, and lets none begin. From any thread. */
  @Override
  void close();
}
