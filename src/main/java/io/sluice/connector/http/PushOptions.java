package io.sluice.connector.http;

import java.io.Serializable;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How lines are taken.
 *
 * @param token null for none
 * @param tls null for plain HTTP
 * @param worker the host to run on; empty for any
 */
record PushOptions(
    String host,
    int port,
    @Nullable Secret token,
    String path,
    @Nullable TlsContext tls,
    String worker,
    int maxRequest,
    int maxRequests,
    long maxBytes,
    Duration patience)
    implements Serializable {

  private static final int MAX_REQUEST = 4 << 20;
  private static final int MAX_REQUESTS = 256;
  private static final long MAX_BYTES = 32L << 20;
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  PushOptions {
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException(
          "Port must be between 0 and 65535, got " + port + "; 0 takes any that is free.");
    }
    if (!path.startsWith("/")) {
      throw new IllegalArgumentException("A path must begin with /, got '" + path + "'.");
    }
    if (maxRequest < 1) {
      throw new IllegalArgumentException(
          "A request must be allowed at least 1 byte, got " + maxRequest + ".");
    }
    if (maxRequests < 1) {
      throw new IllegalArgumentException(
          "At least 1 request must be allowed to wait, got " + maxRequests + ".");
    }
    if (maxBytes < maxRequest) {
      throw new IllegalArgumentException(
          "The bytes that may wait must be at least those of one request, %d, got %d. Set both by maxRequest and maxWaiting, the greater first."
              .formatted(maxRequest, maxBytes));
    }
  }

  static PushOptions of(String host, int port, @Nullable Secret token) {
    return new PushOptions(
        host, port, token, "/", null, "", MAX_REQUEST, MAX_REQUESTS, MAX_BYTES, PATIENCE);
  }

  PushOptions path(String at) {
    return new PushOptions(
        host, port, token, at, tls, worker, maxRequest, maxRequests, maxBytes, patience);
  }

  PushOptions tls(TlsContext with) {
    return new PushOptions(
        host, port, token, path, with, worker, maxRequest, maxRequests, maxBytes, patience);
  }

  PushOptions worker(String on) {
    return new PushOptions(
        host, port, token, path, tls, on, maxRequest, maxRequests, maxBytes, patience);
  }

  PushOptions maxRequest(int bytes) {
    return new PushOptions(
        host, port, token, path, tls, worker, bytes, maxRequests, maxBytes, patience);
  }

  PushOptions maxWaiting(int requests, long bytes) {
    return new PushOptions(
        host, port, token, path, tls, worker, maxRequest, requests, bytes, patience);
  }

  PushOptions patience(Duration time) {
    return new PushOptions(
        host, port, token, path, tls, worker, maxRequest, maxRequests, maxBytes, time);
  }
}
