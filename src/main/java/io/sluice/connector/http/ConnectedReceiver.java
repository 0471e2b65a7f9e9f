package io.sluice.connector.http;

import io.sluice.api.Receiver;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Reads from a server on a thread of its own, and connects again when the connection ends. */
abstract class ConnectedReceiver<T> extends Receiver<T> {

  private static final long serialVersionUID = 1L;

  private transient volatile @Nullable Reconnecting connections;

  /** The server as errors name it. */
  abstract String server();

  /** Makes what connects, without connecting. Called once for each start. */
  abstract Connection connection() throws Exception;

  @Override
  public final void onStart() throws Exception {
    start(
        new Backoff(() -> ThreadLocalRandom.current().nextDouble()), Reconnecting.Waiting::really);
  }

  /** With other time than the real one. */
  final void start(Backoff backoff, Reconnecting.Waiting waiting) throws Exception {
    Reconnecting all = new Reconnecting(this, server(), connection(), backoff, waiting);
    connections = all;
    Thread reader = new Thread(all, "sluice-http-" + server());
    reader.setDaemon(true);
    reader.start();
  }

  @Override
  public final void onStop() {
    Reconnecting all = connections;
    if (all != null) {
      all.close();
    }
  }

  @Override
  public final String toString() {
    return getClass().getSimpleName() + " of " + server();
  }
}
