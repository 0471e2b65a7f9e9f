package io.sluice.dashboard;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * Where the page is served and who may see it: {@code sluice.dashboard}.
 *
 * @param port 0 for any free one; -1 for no page
 * @param host the address it is bound to
 * @param token whoever shows it may see the page and act; empty for none, so that everybody on this machine may see it and nobody act
 * @param batches how many of the batches that have ended are remembered
 * @param maxViewers how many pages may be open at a time
 * @param tls with what the page is served by HTTPS
 */
public record DashboardSettings(
    int port, String host, String token, int batches, int maxViewers, Tls tls) {

  private static final int LEAST_TOKEN = 8;

  /**
   * PEM files: {@code sluice.dashboard.tls}. Read when the page is opened. Both are empty for plain HTTP.
   *
   * @param certificate the page's certificate, and after it those between it and its authority
   * @param privateKey the certificate's key, PKCS #8 and not encrypted
   */
  public record Tls(String certificate, String privateKey) {

    /** Plain HTTP. */
    public static final Tls OFF = new Tls("", "");

    public Tls {
      if (certificate.isEmpty() != privateKey.isEmpty()) {
        throw invalid("tls has a %s but no %s. Set both, or neither for plain HTTP."
            .formatted(
                certificate.isEmpty() ? "private-key" : "certificate",
                certificate.isEmpty() ? "certificate" : "private-key"));
      }
    }

    boolean isOn() {
      return !certificate.isEmpty();
    }
  }

  /** A page that is served by plain HTTP. */
  public DashboardSettings(int port, String host, String token, int batches, int maxViewers) {
    this(port, host, token, batches, maxViewers, Tls.OFF);
  }

  public DashboardSettings {
    if (port < -1 || port > 65_535) {
      throw invalid("port must be between 0 and 65535, or -1 for no page, got " + port + ".");
    }
    if (batches < 1) {
      throw invalid("batches must be at least 1, got " + batches + ".");
    }
    if (maxViewers < 1) {
      throw invalid("max-viewers must be at least 1, got " + maxViewers + ".");
    }
    if (!token.isEmpty() && token.length() < LEAST_TOKEN) {
      throw invalid(
          "token must have at least " + LEAST_TOKEN + " characters, got " + token.length() + ".");
    }
    if (port >= 0 && token.isEmpty() && !isLoopback(host)) {
      throw invalid(
          "host is '%s', which other machines can reach, and there is no token. Set sluice.dashboard.token, or bind to 127.0.0.1."
              .formatted(host));
    }
  }

  /**
   * Reads the settings of a configuration as {@code ConfigFactory.load()} gives it.
   *
   * @throws SluiceException SETTING_INVALID, naming the key
   */
  public static DashboardSettings from(Config config) {
    try {
      return new DashboardSettings(
          config.getInt("sluice.dashboard.port"),
          config.getString("sluice.dashboard.host"),
          config.getString("sluice.dashboard.token"),
          config.getInt("sluice.dashboard.batches"),
          config.getInt("sluice.dashboard.max-viewers"),
          new Tls(
              config.getString("sluice.dashboard.tls.certificate"),
              config.getString("sluice.dashboard.tls.private-key")));
    } catch (ConfigException invalid) {
      throw new SluiceException(
          ErrorCode.SETTING_INVALID, "Configuration: " + invalid.getMessage(), invalid);
    }
  }

  boolean isOn() {
    return port >= 0;
  }

  boolean isLocal() {
    return isLoopback(host);
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException unknown) {
      throw invalid("host '" + host + "' is not known. Set an address of this machine.");
    }
  }

  private static SluiceException invalid(String what) {
    return new SluiceException(
        ErrorCode.SETTING_INVALID, "Configuration: sluice.dashboard." + what);
  }
}
