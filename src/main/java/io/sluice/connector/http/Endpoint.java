package io.sluice.connector.http;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * Where a receiver connects to, and how.
 *
 * @param idle how long nothing may come before the connection counts as dead
 */
record Endpoint(
    URI uri, Map<String, Secret> headers, TlsContext tls, Duration connect, Duration idle)
    implements Serializable {

  private static final Duration CONNECT = Duration.ofSeconds(10);
  private static final Duration IDLE = Duration.ofSeconds(60);

  Endpoint {
    requireNonNull(tls, "The TLS context is null; leave it out for that of the system.");
    requirePositive(connect, "connect timeout");
    requirePositive(idle, "idle timeout");
    headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
  }

  /**
   * @param schemes that the address may have
   */
  static Endpoint at(String address, Set<String> schemes) {
    URI uri = parsed(requireNonNull(address, "The URL is null."));
    String scheme = uri.getScheme();
    if (scheme == null || !schemes.contains(scheme) || uri.getHost() == null) {
      throw new IllegalArgumentException("A URL must begin with "
          + String.join(":// or ", schemes.stream().sorted().toList())
          + ":// and name a host, got '"
          + (uri.getRawUserInfo() == null ? shown(uri) : scheme + "://...")
          + "'.");
    }
    if (uri.getRawUserInfo() != null) {
      throw new IllegalArgumentException(
          "The URL of " + uri.getHost()
              + " has a user or a password in it, which logs would show. Give them as a header with a Secret.");
    }
    return new Endpoint(uri, Map.of(), TlsContext.system(), CONNECT, IDLE);
  }

  private static URI parsed(String address) {
    try {
      return URI.create(address);
    } catch (IllegalArgumentException malformed) {
      // What the exception says has the whole address, which may have a token in it.
      throw new IllegalArgumentException("The URL '" + address.replaceFirst("[?@#].*", "...")
          + "' is malformed. Encode characters that a URL cannot have.");
    }
  }

  Endpoint header(String name, Secret value) {
    requireNonNull(value, "The value of a header is null.");
    try {
      HttpRequest.newBuilder().header(name, "");
    } catch (IllegalArgumentException refused) {
      throw new IllegalArgumentException("Header '" + name
          + "' cannot be set: it is no name of a header, or one that the connection sets itself.");
    }
    Map<String, Secret> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new Endpoint(uri, more, tls, connect, idle);
  }

  Endpoint tls(TlsContext with) {
    return new Endpoint(uri, headers, with, connect, idle);
  }

  Endpoint connect(Duration timeout) {
    return new Endpoint(uri, headers, tls, timeout, idle);
  }

  Endpoint idle(Duration timeout) {
    return new Endpoint(uri, headers, tls, connect, timeout);
  }

  /** Reads the secrets and gives each header away. */
  void eachHeader(BiConsumer<String, String> to) throws Exception {
    for (Map.Entry<String, Secret> header : headers.entrySet()) {
      String value = header.getValue().read();
      try {
        to.accept(header.getKey(), value);
      } catch (IllegalArgumentException refused) {
        // What the exception says has the value in it.
        throw new IllegalArgumentException("The value of header '" + header.getKey()
            + "' has characters that a header cannot have, a line break perhaps.");
      }
    }
  }

  /** The address without its query, which may have a token in it. */
  String name() {
    return shown(uri);
  }

  private static String shown(URI uri) {
    String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
    String path = uri.getRawPath() == null ? "" : uri.getRawPath();
    return uri.getScheme() + "://" + uri.getHost() + port + path;
  }

  @Override
  public String toString() {
    return name();
  }

  static Duration requirePositive(Duration duration, String what) {
    if (duration.isNegative() || duration.isZero()) {
      throw new IllegalArgumentException(
          "The " + what + " must be positive, got " + duration + ".");
    }
    return duration;
  }
}
