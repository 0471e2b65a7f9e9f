package io.sluice.block;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Which refusals are worth a line in the log: a stranger that tries again and again is told of once a minute, not each time. */
public final class StrangerNews {

  private static final long SILENCE_NANOS = Duration.ofMinutes(1).toNanos();
  private static final int MAX_REMEMBERED = 1000;

  private final Map<String, Long> told = new LinkedHashMap<>() {
    private static final long serialVersionUID = 1L;

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
      return size() > MAX_REMEMBERED;
    }
  };

  /**
   * Whether nothing was said of this host and reason within the last minute; if so, it counts as said now.
   *
   * @param nowNanos as {@link System#nanoTime()}
   */
  public synchronized boolean isNews(String host, String reason, long nowNanos) {
    String stranger = host + " " + reason;
    Long last = told.get(stranger);
    if (last != null && nowNanos - last < SILENCE_NANOS) {
      return false;
    }
    told.remove(stranger);
    told.put(stranger, nowNanos);
    return true;
  }

  /** What a node says of a refused TLS connection, to either of its ports. */
  public static String refusal(String peer, String port, String reason) {
    return "Closed a connection from [%s] to port [%s]: %s. Only nodes of the cluster may connect to it, all with sluice.cluster.tls.enabled = on and a certificate signed by an authority in sluice.cluster.tls.trust-store (conf/tls.conf); find out what runs at that address."
        .formatted(peer, port, reason);
  }
}
