package io.sluice.connector.kafka;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import java.util.StringJoiner;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SslAuthenticationException;

/** What sources and sinks have in common: the library, settings, and what their errors say. */
final class Clients {

  private static final String LIBRARY = "org.apache.kafka.clients.consumer.KafkaConsumer";

  private Clients() {}

  /**
   * The library is an optional dependency.
   *
   * @throws SluiceException SETTING_INVALID if it is missing
   */
  static void requireLibrary(ClassLoader loader) {
    try {
      Class.forName(LIBRARY, false, loader);
    } catch (ClassNotFoundException missing) {
      throw new SluiceException(
          ErrorCode.SETTING_INVALID,
          "Kafka's client library is not on the class path. Add org.apache.kafka:kafka-clients:4.4.0 to the program's dependencies.",
          missing);
    }
  }

  static String requireServers(String servers) {
    if (servers.isBlank()) {
      throw new IllegalArgumentException(
          "The bootstrap servers are empty; give one or more brokers as host:port, with commas between them.");
    }
    return servers;
  }

  /** Whether a failure may pass by itself: a broker is away, or a partition's leader moves. */
  static boolean mayPass(Throwable failure) {
    return failure instanceof RetriableException;
  }

  /** Whether a client could not be made because no name of a broker has an address at the moment. */
  static boolean isWithoutAddress(KafkaException failure) {
    return failure.getCause() instanceof ConfigException refused
        && String.valueOf(refused.getMessage()).contains("No resolvable bootstrap urls");
  }

  /** Names the brokers and what was to be done. */
  static SluiceException failed(ErrorCode code, String servers, String what, KafkaException cause) {
    return new SluiceException(
        code,
        "Kafka at %s: %s failed: %s: %s.%s"
            .formatted(
                servers,
                what,
                cause.getClass().getSimpleName(),
                text(cause).replaceFirst("\\.$", ""),
                hint(cause)),
        cause);
  }

  private static String hint(KafkaException cause) {
    if (cause instanceof SslAuthenticationException) {
      return " Is the brokers' certificate, with the name under which they are reached, among those of ssl.truststore.location, and yours among theirs?";
    } else if (cause instanceof AuthenticationException) {
      return " See user and password, and sasl.mechanism.";
    } else if (cause instanceof AuthorizationException) {
      return " The user of the connection needs the right for it; see the ACLs of the cluster.";
    } else if (mayPass(cause)) {
      return " Are the brokers up, and reachable from this machine under the names that they advertise?";
    }
    return "";
  }

  /** What Kafka says of a client that it could not make is in the causes. */
  private static String text(KafkaException failure) {
    StringJoiner all = new StringJoiner(": ");
    for (Throwable each = failure; each != null; each = each.getCause()) {
      all.add(String.valueOf(each.getMessage()));
    }
    return all.toString();
  }
}
