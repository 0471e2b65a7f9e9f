package io.sluice.connector.http;

import static java.util.Objects.requireNonNull;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Makes the TLS context of a connection on the worker, since an {@link SSLContext} itself cannot travel. */
@FunctionalInterface
public interface TlsContext extends Serializable {

  /**
   * Makes the context. Called when a receiver starts.
   *
   * @throws Exception if it cannot be made; the receiver then starts again after its back-off
   */
  SSLContext create() throws Exception;

  /** What the JDK is set to: its authorities, or those of {@code javax.net.ssl.trustStore}. */
  static TlsContext system() {
    return SSLContext::getDefault;
  }

  /**
   * Trusts the certificates in a PEM file, and no others.
   *
   * @param pemFile a path on the worker; certificates of authorities, or of the server itself
   */
  static TlsContext trusting(String pemFile) {
    requireNonNull(pemFile, "The path of the PEM file is null.");
    return () -> trusted(Path.of(pemFile));
  }

  /**
   * Serves with a key and its certificate, for {@link HttpPushReceiver#tls}.
   *
   * @param keyStore a path on the worker; PKCS #12 or JKS
   */
  static TlsContext serving(String keyStore, Secret password) {
    requireNonNull(keyStore, "The path of the key store is null.");
    requireNonNull(password, "The password of the key store is null.");
    return () -> served(Path.of(keyStore), password.read().toCharArray());
  }

  private static SSLContext served(Path keyStore, char[] password) {
    try {
      KeyManagerFactory managers =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      managers.init(KeyStore.getInstance(keyStore.toFile(), password), password);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(managers.getKeyManagers(), null, null);
      return context;
    } catch (IOException | GeneralSecurityException unusable) {
      throw new SluiceException(
          ErrorCode.SETTING_INVALID,
          "The key in '" + keyStore + "' cannot be used: " + unusable.getMessage()
              + ". Put a key store there, on every worker, and give its password.",
          unusable);
    }
  }

  private static SSLContext trusted(Path pemFile) {
    try (InputStream in = Files.newInputStream(pemFile)) {
      KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
      trusted.load(null, null);
      for (Certificate one : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        trusted.setCertificateEntry("trusted-" + trusted.size(), one);
      }
      if (trusted.size() == 0) {
        throw new GeneralSecurityException("it has no certificate");
      }
      TrustManagerFactory managers =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      managers.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, managers.getTrustManagers(), null);
      return context;
    } catch (IOException | GeneralSecurityException unusable) {
      throw new SluiceException(
          ErrorCode.SETTING_INVALID,
          "The certificates in '" + pemFile + "' cannot be used: " + unusable.getMessage()
              + ". Put a PEM file there, on every worker.",
          unusable);
    }
  }
}
