package io.sluice.connector.http;

import io.sluice.connector.http.Ending.Kind;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** What it means that there is no answer. */
final class Failures {

  private Failures() {}

  /** A request could not be made: a secret cannot be read, or is none. */
  static Ending ofHeaders(String server, Exception failure) {
    return new Ending(
        Kind.REFUSED, "No request to " + server + " can be made: " + failure.getMessage());
  }

  /** A connection could not be made, or ended before the server has answered. */
  static Ending of(String server, @Nullable Throwable failure) {
    if (failure instanceof SSLException) {
      return new Ending(
          Kind.SERVER,
          "No TLS connection to " + server
              + ": if its certificate is of an authority of your own, give the receiver tls(TlsContext.trusting(FILE)).",
          failure);
    }
    if (isUnresolved(failure)) {
      return new Ending(
          Kind.NETWORK,
          "Cannot connect to " + server
              + ": no address is known for this host name. Correct it, or make it known.");
    }
    if (failure instanceof ConnectException) {
      return new Ending(
          Kind.NETWORK, "Cannot connect to " + server + ". Is a server listening there?", failure);
    }
    if (failure instanceof HttpTimeoutException) {
      return new Ending(
          Kind.NETWORK, "Cannot connect to " + server + ": it does not answer in time.", failure);
    }
    return broken(server, failure, null);
  }

  /** A connection broke. */
  static Ending broken(String server, @Nullable Throwable failure, @Nullable Duration wait) {
    Throwable cause =
        failure instanceof IOException && failure.getCause() != null ? failure.getCause() : failure;
    return new Ending(Kind.NETWORK, "The connection to " + server + " broke.", cause, wait);
  }

  private static boolean isUnresolved(@Nullable Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof UnresolvedAddressException) {
        return true;
      }
    }
    return false;
  }
}
