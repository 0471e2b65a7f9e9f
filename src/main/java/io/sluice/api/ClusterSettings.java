package io.sluice.api;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * How nodes find, trust and watch each other: {@code sluice.cluster}.
 *
 * @param token shared secret of the cluster's nodes
 * @param dataHost where the side channel listens
 * @param dataPort 0 for any free port
 * @param heartbeatTimeout silence after which a worker's work is given to others
 * @param driverTimeout silence after which another node goes on for a driver
 * @param ledgerCopies on how many nodes a driver's decisions are kept, if there are enough; odd
 * @param joinTimeout how long to look for a seed node or a worker
 * @param leaveTimeout how long a node that is asked to end waits until others have what it has
 * @param minWorkers workers to wait for at start
 * @param driverWorks whether the driver's node runs tasks too
 * @param tls how nodes prove who they are
 */
public record ClusterSettings(
    String token,
    String dataHost,
    int dataPort,
    Duration heartbeatInterval,
    Duration heartbeatTimeout,
    Duration driverTimeout,
    int ledgerCopies,
    Duration joinTimeout,
    Duration leaveTimeout,
    int minWorkers,
    boolean driverWorks,
    TlsSettings tls) {

  public ClusterSettings {
    if (heartbeatInterval.isNegative()
        || heartbeatInterval.isZero()
        || heartbeatTimeout.compareTo(heartbeatInterval.multipliedBy(2)) < 0) {
      throw new IllegalArgumentException(
          "sluice.cluster.heartbeat-timeout must be at least twice heartbeat-interval, got "
              + heartbeatTimeout
              + " and "
              + heartbeatInterval
              + ".");
    }
    if (driverTimeout.compareTo(heartbeatInterval.multipliedBy(2)) < 0) {
      throw new IllegalArgumentException(
          "sluice.cluster.driver-timeout must be at least twice heartbeat-interval, got "
              + driverTimeout
              + " and "
              + heartbeatInterval
              + ".");
    }
    if (ledgerCopies < 1 || ledgerCopies % 2 == 0) {
      throw new IllegalArgumentException(
          "sluice.cluster.ledger-copies must be odd, so that a majority is more than half, got "
              + ledgerCopies
              + ".");
    }
    if (dataPort < 0 || dataPort > 65535) {
      throw new IllegalArgumentException(
          "sluice.cluster.data-port must be between 0 and 65535, got " + dataPort + ".");
    }
    if (token.isBlank()) {
      throw new IllegalArgumentException("sluice.cluster.token must not be empty.");
    }
    if (dataHost.isBlank()) {
      throw new IllegalArgumentException(
          "sluice.cluster.data-host must not be empty; name the address that other nodes reach.");
    }
    if (joinTimeout.isNegative() || joinTimeout.isZero()) {
      throw new IllegalArgumentException(
          "sluice.cluster.join-timeout must be positive, got " + joinTimeout + ".");
    }
    if (leaveTimeout.isNegative()) {
      throw new IllegalArgumentException("sluice.cluster.leave-timeout must not be negative, got "
          + leaveTimeout
          + "; 0 ends a node at once.");
    }
    if (minWorkers < 1) {
      throw new IllegalArgumentException(
          "sluice.cluster.min-workers must be at least 1, got " + minWorkers + ".");
    }
  }

  public static ClusterSettings from(Config cluster) {
    return new ClusterSettings(
        cluster.getString("token"),
        cluster.getString("data-host"),
        cluster.getInt("data-port"),
        cluster.getDuration("heartbeat-interval"),
        cluster.getDuration("heartbeat-timeout"),
        cluster.getDuration("driver-timeout"),
        cluster.getInt("ledger-copies"),
        cluster.getDuration("join-timeout"),
        cluster.getDuration("leave-timeout"),
        cluster.getInt("min-workers"),
        cluster.getBoolean("driver-works"),
        TlsSettings.from(cluster.getConfig("tls")));
  }

  @Override
  public String toString() {
    return "ClusterSettings[" + dataHost + ":" + dataPort + ", heartbeat " + heartbeatTimeout + "]";
  }
}
