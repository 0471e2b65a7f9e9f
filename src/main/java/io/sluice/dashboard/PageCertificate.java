package io.sluice.dashboard;

import io.sluice.api.CertificateDates;
import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** The certificate with which the page is served, and its key, read from PEM files. */
final class PageCertificate {

  private static final Pattern KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
  private static final String UNENCRYPTED =
      "has no unencrypted key that begins with '-----BEGIN PRIVATE KEY-----' (PKCS #8); 'openssl pkcs8 -topk8 -nocrypt -in FILE' writes one";

  private PageCertificate() {}

  /**
   * Reads both files and checks what can be known before the first connection.
   *
   * @param now at which the certificate must be valid
   * @throws SluiceException SETTING_INVALID, naming the setting, the file and what is wrong with it
   */
  static SSLContext read(DashboardSettings.Tls tls, Instant now) {
    Certificate[] chain = chain(tls.certificate(), now);
    PrivateKey key = key(tls.privateKey(), chain[0].getPublicKey());
    try {
      char[] inMemory = new char[0];
      KeyStore keys = KeyStore.getInstance("PKCS12");
      keys.load(null, null);
      keys.setKeyEntry("page", key, inMemory, chain);
      KeyManagerFactory own =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      own.init(keys, inMemory);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(own.getKeyManagers(), null, null);
      return context;
    } catch (GeneralSecurityException | IOException failure) {
      throw invalid("certificate", tls.certificate(), "cannot be used: " + failure, failure);
    }
  }

  private static Certificate[] chain(String file, Instant now) {
    try (InputStream in = Files.newInputStream(existing("certificate", file))) {
      Collection<? extends Certificate> all =
          CertificateFactory.getInstance("X.509").generateCertificates(in);
      if (all.isEmpty()) {
        throw invalid("certificate", file, "has no certificate", null);
      }
      Certificate[] chain = all.toArray(Certificate[]::new);
      CertificateDates.problem((X509Certificate) chain[0], now).ifPresent(problem -> {
        throw invalid("certificate", file, problem, null);
      });
      return chain;
    } catch (CertificateException failure) {
      throw invalid(
          "certificate",
          file,
          "has no certificate that can be read; it must begin with '-----BEGIN CERTIFICATE-----' (PEM)",
          failure);
    } catch (IOException failure) {
      throw invalid("certificate", file, "cannot be read: " + failure.getMessage(), failure);
    }
  }

  private static PrivateKey key(String file, PublicKey certified) {
    try {
      Matcher text = KEY.matcher(Files.readString(existing("private-key", file)));
      if (!text.find()) {
        throw invalid("private-key", file, UNENCRYPTED, null);
      }
      byte[] encoded = Base64.getMimeDecoder().decode(text.group(1));
      PrivateKey key = KeyFactory.getInstance(certified.getAlgorithm())
          .generatePrivate(new PKCS8EncodedKeySpec(encoded));
      if (!belongTogether(key, certified)) {
        throw invalid("private-key", file, "is not the key of the certificate", null);
      }
      return key;
    } catch (GeneralSecurityException failure) {
      throw invalid(
          "private-key",
          file,
          "has no key of the certificate's kind, " + certified.getAlgorithm(),
          failure);
    } catch (IOException failure) {
      throw invalid("private-key", file, "cannot be read: " + failure.getMessage(), failure);
    }
  }

  private static boolean belongTogether(PrivateKey key, PublicKey certified)
      throws GeneralSecurityException {
    String kind = key.getAlgorithm();
    String algorithm =
        kind.startsWith("Ed") ? kind : "SHA256with" + (kind.equals("EC") ? "ECDSA" : kind);
    byte[] something = {1, 2, 3};
    Signature signing = Signature.getInstance(algorithm);
    signing.initSign(key);
    signing.update(something);
    Signature verifying = Signature.getInstance(algorithm);
    verifying.initVerify(certified);
    verifying.update(something);
    return verifying.verify(signing.sign());
  }

  private static Path existing(String key, String file) {
    Path path = Path.of(file);
    if (!Files.isRegularFile(path)) {
      throw invalid(
          key,
          file,
          "does not exist; its path is relative to " + Path.of("").toAbsolutePath(),
          null);
    }
    return path;
  }

  private static SluiceException invalid(
      String key, String file, String what, @Nullable Throwable cause) {
    return new SluiceException(
        ErrorCode.SETTING_INVALID,
        "File '%s' of sluice.dashboard.tls.%s %s.".formatted(file, key, what),
        cause);
  }
}
