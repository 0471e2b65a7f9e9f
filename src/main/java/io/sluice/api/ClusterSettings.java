package io.sluice.api;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * How nodes find, trust and watch each other: {@code sluice.cluster}.
 *
 * @param token shared secret of the cluster's nodes
 * @param dataHost where other nodes reach the side channel
 * @param dataPort 0 for any free port
 * @param dataBind where the side channel listens and from where it connects, if that differs
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
    DataBind dataBind,
    Duration heartbeatInterval,
    Duration heartbeatTimeout,
    Duration driverTimeout,
    int ledgerCopies,
    Duration joinTimeout,
    Duration leaveTimeout,
    int minWorkers,
    boolean driverWorks,
    TlsSettings tls) {

  /**
   * What of the side channel differs from what other nodes know, behind address translation or a proxy.
   *
   * @param host where to listen; empty for the host that other nodes know
   * @param port where to listen; 0 for the port that other nodes know
   * @param outboundHost from where connections are opened; empty for any address of this machine
   */
  public record DataBind(String host, int port, String outboundHost) {

    public DataBind {
      if (port < 0 || port > 65535) {
        throw new IllegalArgumentException(
            "sluice.cluster.data-bind.port must be between 0 and 65535, got " + port + ".");
      }
    }

    static DataBind from(Config bind) {
      return new DataBind(
          bind.getString("host"), bind.getInt("port"), bind.getString("outbound-host"));
    }
  }

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
    if (dataBind.port() > 0 && dataPort == 0) {
      throw new IllegalArgumentException("sluice.cluster.data-bind.port is "
          + dataBind.port()
          + ", but sluice.cluster.data-port is 0; name the port that other nodes reach.");
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

  /** Where the side channel listens. */
  public String dataBindHost() {
    return dataBind.host().isBlank() ? dataHost : dataBind.host();
  }

  /** Where the side channel listens; 0 for any free port. */
  public int dataBindPort() {
    return dataBind.port() == 0 ? dataPort : dataBind.port();
  }

  public static ClusterSettings from(Config cluster) {
    return new ClusterSettings(
        cluster.getString("token"),
        cluster.getString("data-host"),
        cluster.getInt("data-port"),
        DataBind.from(cluster.getConfig("data-bind")),
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
