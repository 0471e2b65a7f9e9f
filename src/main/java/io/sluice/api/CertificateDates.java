package io.sluice.api;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Optional;

/** When a certificate is valid, for errors that say what to do. */
public final class CertificateDates {

  private CertificateDates() {}

  /**
   * What is wrong with a certificate at a time, as the end of a sentence that names its file; empty if it is valid then. Both ends of its time belong to it.
   */
  public static Optional<String> problem(X509Certificate certificate, Instant now) {
    Instant first = certificate.getNotBefore().toInstant();
    Instant last = certificate.getNotAfter().toInstant();
    if (now.isAfter(last)) {
      return Optional.of("has a certificate of %s that expired on %s; make a new one"
          .formatted(certificate.getSubjectX500Principal(), last));
    } else if (now.isBefore(first)) {
      return Optional.of(
          "has a certificate of %s that is not valid before %s; set this machine's clock"
              .formatted(certificate.getSubjectX500Principal(), first));
    }
    return Optional.empty();
  }
}
