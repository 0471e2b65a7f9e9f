package io.sluice.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Certificates in a PEM file that a command is to trust, and no others. */
final class TrustedCertificates {

  private TrustedCertificates() {}

  /**
   * What trusts the certificates of a file and what they have signed.
   *
   * @throws CommandException if the file is missing or has no certificate
   */
  static SSLContext read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new CommandException("File '" + file + "' of --certificate does not exist.");
    }
    try (InputStream in = Files.newInputStream(file)) {
      Collection<? extends Certificate> all =
          CertificateFactory.getInstance("X.509").generateCertificates(in);
      if (all.isEmpty()) {
        throw new CommandException("File '" + file + "' of --certificate has no certificate.");
      }
      KeyStore trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, null);
      for (Certificate one : all) {
        trusted.setCertificateEntry("trusted-" + trusted.size(), one);
      }
      TrustManagerFactory managers =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      managers.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, managers.getTrustManagers(), null);
      return context;
    } catch (IOException | GeneralSecurityException failure) {
      throw new CommandException(
          "File '%s' of --certificate has no certificate that can be read: %s"
              .formatted(file, failure.getMessage()));
    }
  }
}
