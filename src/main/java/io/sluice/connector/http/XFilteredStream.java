package io.sluice.connector.http;

import static java.util.Objects.requireNonNull;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The filtered stream of X (Twitter), version 2 of its API, as {@link HttpLineReceiver} reads it: each line is a JSON object with a post in
 * {@code data}. X sends a blank line every 20 s; without one the receiver connects again. Rules are set elsewhere, with X. Never changes; every
 * choice gives another stream.
 */
public final class XFilteredStream {

  private static final String URL = "https://api.x.com/2/tweets/search/stream";
  private static final Duration SILENCE = Duration.ofSeconds(20);

  private final Secret token;
  private final String url;
  private final Map<String, String> parameters;

  private XFilteredStream(Secret token, String url, Map<String, String> parameters) {
    this.token = token;
    this.url = url;
    this.parameters = parameters;
  }

  /**
   * The stream for an app's bearer token, for example {@code Secret.environment("X_BEARER_TOKEN")}. An app may have one connection
   * at a time.
   */
  public static XFilteredStream as(Secret bearerToken) {
    requireNonNull(bearerToken, "The token is null.");
    return new XFilteredStream(bearerToken, URL, Map.of());
  }

  /** The same with these fields of each post, for example {@code created_at}, {@code entities}, {@code lang}. */
  public XFilteredStream fields(String... names) {
    return parameter("tweet.fields", String.join(",", names));
  }

  /** The same with other objects beside each post, for example {@code author_id}. */
  public XFilteredStream expansions(String... names) {
    return parameter("expansions", String.join(",", names));
  }

  /** The same with any other parameter of the API, for example {@code user.fields}. */
  public XFilteredStream parameter(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(parameters);
    more.put(name, value);
    return new XFilteredStream(token, url, more);
  }

  /** The same at another address, for example of a stand-in for X in a test. */
  public XFilteredStream at(String otherUrl) {
    return new XFilteredStream(token, otherUrl, parameters);
  }

  /** The stream as a source, of which more can be chosen. */
  public HttpSource source() {
    String query = parameters.entrySet().stream()
        .map(parameter -> encoded(parameter.getKey()) + "=" + encoded(parameter.getValue()))
        .collect(Collectors.joining("&"));
    return HttpSource.at(query.isEmpty() ? url : url + "?" + query)
        .header("Authorization", token.after("Bearer "))
        .idleTimeout(SILENCE);
  }

  /** A receiver of the stream, for {@code receiverStream}. */
  public HttpLineReceiver receiver() {
    return HttpLineReceiver.of(source());
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
