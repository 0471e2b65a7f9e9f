package io.sluice.dashboard;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request and the ways it can be answered. */
final class Exchange {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LONGEST_BODY = 64 * 1024;

  private final HttpExchange http;

  Exchange(HttpExchange http) {
    this.http = http;
    Headers headers = http.getResponseHeaders();
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("X-Frame-Options", "DENY");
    headers.set("Referrer-Policy", "no-referrer");
    headers.set("Cache-Control", "no-cache");
    headers.set(
        "Content-Security-Policy",
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'");
  }

  String method() {
    return http.getRequestMethod();
  }

  String path() {
    return http.getRequestURI().getPath();
  }

  /** The parameters behind the question mark. */
  Map<String, String> query() {
    return parameters(http.getRequestURI().getRawQuery());
  }

  /** The fields of a form that was sent. */
  Map<String, String> form() throws IOException {
    byte[] body = http.getRequestBody().readNBytes(LONGEST_BODY);
    return parameters(new String(body, StandardCharsets.UTF_8));
  }

  Access.Request asked() {
    Headers headers = http.getRequestHeaders();
    return new Access.Request(
        headers.getFirst("Host"),
        headers.getFirst("Origin"),
        headers.getFirst("Authorization"),
        cookie(headers.getFirst("Cookie")),
        headers.getFirst(Access.ACTION_HEADER),
        headers.getFirst("Sec-Fetch-Site"));
  }

  void json(int status, Object value) throws IOException {
    answer(status, "application/json", JSON.writeValueAsBytes(value));
  }

  void error(int status, String reason) throws IOException {
    json(status, Map.of("error", reason));
  }

  void text(int status, String text) throws IOException {
    answer(status, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
  }

  void file(PageFiles.PageFile file) throws IOException {
    answer(200, file.type(), file.bytes());
  }

  void header(String name, String value) {
    http.getResponseHeaders().add(name, value);
  }

  /** An answer without end, for server-sent events. */
  OutputStream stream() throws IOException {
    header("Content-Type", "text/event-stream");
    http.sendResponseHeaders(200, 0);
    return http.getResponseBody();
  }

  static String toJson(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("A view must become JSON: " + value, impossible);
    }
  }

  private void answer(int status, String type, byte[] body) throws IOException {
    header("Content-Type", type);
    boolean head = method().equals("HEAD");
    http.sendResponseHeaders(status, head || body.length == 0 ? -1 : body.length);
    if (!head) {
      http.getResponseBody().write(body);
    }
  }

  private static Map<String, String> parameters(@Nullable String encoded) {
    Map<String, String> parameters = new HashMap<>();
    if (encoded != null) {
      for (String pair : encoded.split("&", -1)) {
        int equals = pair.indexOf('=');
        if (equals > 0) {
          parameters.put(
              URLDecoder.decode(pair.substring(0, equals), StandardCharsets.UTF_8),
              URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
        }
      }
    }
    return parameters;
  }

  private static @Nullable String cookie(@Nullable String header) {
    if (header != null) {
      for (String cookie : header.split(";", -1)) {
        String stripped = cookie.strip();
        if (stripped.startsWith(Access.COOKIE + "=")) {
          return stripped.substring(Access.COOKIE.length() + 1);
        }
      }
    }
    return null;
  }
}
