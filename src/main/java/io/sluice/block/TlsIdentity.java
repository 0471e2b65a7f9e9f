package io.sluice.block;

import io.sluice.api.CertificateDates;
import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.api.TlsSettings;
import java.io.File;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.UnrecoverableKeyException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collections;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Who a node is and whom it believes, read from its key store and trust store: makes both ends of TLS connections. */
public final class TlsIdentity {

  /** All nodes run one version of Sluice on Java 17 or later, so nothing older has to be understood. */
  private static final String PROTOCOL = "TLSv1.3";

  private final SSLContext context;
  private final boolean checkHostNames;

  private TlsIdentity(SSLContext context, boolean checkHostNames) {
    this.context = context;
    this.checkHostNames = checkHostNames;
  }

  /**
   * Reads the stores and checks what can be known of them before the first connection.
   *
   * @param now at which the node's own certificate must be valid
   * @return null if TLS is off
   * @throws SluiceException SETTING_INVALID, naming the setting, the file and what is wrong with it
   */
  public static @Nullable TlsIdentity read(TlsSettings settings, Instant now) {
    if (!settings.enabled()) {
      return null;
    }
    KeyStore keys = load("key-store", settings.keyStore(), settings.keyStorePassword());
    KeyStore trusted = load("trust-store", settings.trustStore(), settings.trustStorePassword());
    try {
      requireCertificateOfItsOwn(settings.keyStore(), keys, now);
      requireAuthority(settings.trustStore(), trusted);
      KeyManagerFactory own =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      own.init(keys, settings.keyStorePassword().toCharArray());
      TrustManagerFactory others =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      others.init(trusted);
      SSLContext context = SSLContext.getInstance(PROTOCOL);
      context.init(own.getKeyManagers(), others.getTrustManagers(), null);
      return new TlsIdentity(context, settings.checkHostNames());
    } catch (UnrecoverableKeyException failure) {
      throw invalid(
          "key-store",
          settings.keyStore(),
          "has a key with another password than the file; give both the same one",
          failure);
    } catch (GeneralSecurityException failure) {
      throw invalid("key-store", settings.keyStore(), "cannot be used: " + failure, failure);
    }
  }

  /** The end that was connected to: it asks for a certificate too. */
  public SSLEngine accepting() {
    SSLEngine engine = context.createSSLEngine();
    engine.setUseClientMode(false);
    engine.setNeedClientAuth(true);
    engine.setEnabledProtocols(new String[] {PROTOCOL});
    return engine;
  }

  /** The end that connects. */
  public SSLEngine connecting(String host, int port) {
    SSLEngine engine = context.createSSLEngine(host, port);
    engine.setUseClientMode(true);
    engine.setEnabledProtocols(new String[] {PROTOCOL});
    if (checkHostNames) {
      SSLParameters parameters = engine.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      engine.setSSLParameters(parameters);
    }
    return engine;
  }

  private static KeyStore load(String key, String file, String password) {
    File store = new File(file);
    if (!store.isFile()) {
      throw invalid(
          key,
          file,
          "does not exist; its path is relative to " + new File("").getAbsolutePath(),
          null);
    }
    try {
      return KeyStore.getInstance(store, password.toCharArray());
    } catch (IOException failure) {
      boolean wrongPassword = failure.getCause() instanceof UnrecoverableKeyException;
      throw invalid(
          key,
          file,
          wrongPassword
              ? "cannot be opened with the password of sluice.cluster.tls." + key + "-password"
              : "cannot be read: " + failure.getMessage(),
          failure);
    } catch (KeyStoreException failure) {
      throw invalid(key, file, "is neither a PKCS12 nor a JKS file", failure);
    } catch (GeneralSecurityException failure) {
      throw invalid(key, file, "cannot be read: " + failure, failure);
    }
  }

  private static void requireCertificateOfItsOwn(String file, KeyStore keys, Instant now)
      throws KeyStoreException {
    boolean found = false;
    for (String alias : Collections.list(keys.aliases())) {
      if (keys.isKeyEntry(alias)) {
        found = true;
        requireValid(file, keys.getCertificate(alias), now);
      }
    }
    if (!found) {
      throw invalid(
          "key-store",
          file,
          "has no private key; put the node's key and certificate into it",
          null);
    }
  }

  private static void requireValid(String file, Certificate certificate, Instant now) {
    if (certificate instanceof X509Certificate own) {
      CertificateDates.problem(own, now).ifPresent(problem -> {
        throw invalid("key-store", file, problem, null);
      });
    }
  }

  private static void requireAuthority(String file, KeyStore trusted) throws KeyStoreException {
    for (String alias : Collections.list(trusted.aliases())) {
      if (trusted.isCertificateEntry(alias)) {
        return;
      }
    }
    throw invalid(
        "trust-store",
        file,
        "has no certificate of an authority; import the one that signed the nodes' certificates",
        null);
  }

  private static SluiceException invalid(
      String key, String file, String what, @Nullable Throwable cause) {
    return new SluiceException(
        ErrorCode.SETTING_INVALID,
        "File '%s' of sluice.cluster.tls.%s %s.".formatted(file, key, what),
        cause);
  }
}
