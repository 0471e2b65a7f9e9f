package io.sluice.api;

import com.typesafe.config.Config;

/**
 * How the nodes of a cluster prove to each other who they are, on both of their ports: {@code sluice.cluster.tls}.
 *
 * @param enabled whether both ports speak TLS; all nodes of a cluster must agree
 * @param keyStore file with this node's private key and certificate
 * @param keyStorePassword of the file and of the key in it
 * @param trustStore file with the certificates of the authorities that sign those of nodes
 * @param trustStorePassword of that file
 * @param checkHostNames whether a certificate must name the host that was connected to
 */
public record TlsSettings(
    boolean enabled,
    String keyStore,
    String keyStorePassword,
    String trustStore,
    String trustStorePassword,
    boolean checkHostNames) {

  /** Both ports in the clear. */
  public static final TlsSettings OFF = new TlsSettings(false, "", "", "", "", true);

  public TlsSettings {
    if (enabled) {
      requireFile("key-store", keyStore);
      requireFile("trust-store", trustStore);
    }
  }

  static TlsSettings from(Config tls) {
    return new TlsSettings(
        tls.getBoolean("enabled"),
        tls.getString("key-store"),
        tls.getString("key-store-password"),
        tls.getString("trust-store"),
        tls.getString("trust-store-password"),
        tls.getBoolean("check-host-names"));
  }

  private static void requireFile(String key, String file) {
    if (file.isBlank()) {
      throw new IllegalArgumentException("sluice.cluster.tls." + key
          + " is empty, but sluice.cluster.tls.enabled is on; name a PKCS12 or JKS file.");
    }
  }

  /** Without the passwords. */
  @Override
  public String toString() {
    return enabled ? "TlsSettings[" + keyStore + ", " + trustStore + "]" : "TlsSettings[off]";
  }
}
