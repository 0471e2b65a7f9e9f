package io.sluice.connector.http;

import io.sluice.connector.http.Ending.Kind;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What an answer means that is not the wanted stream. */
final class Answers {

  private Answers() {}

  /**
   * @param server as errors name it
   */
  static Ending refusal(String server, int status, HttpHeaders headers, Instant now) {
    String answered = server + " answered " + status;
    Duration wait = wait(headers, now);
    if (status == 429) {
      return new Ending(
          Kind.LIMITED,
          answered
              + ": it was asked too often, or has too many connections of this user. Is another program connected?",
          null,
          wait);
    }
    if (status >= 500 || status == 408) {
      return new Ending(Kind.SERVER, answered + ": it has a failure of its own", null, wait);
    }
    return new Ending(Kind.REFUSED, answered + ": " + remedy(status, headers));
  }

  private static String remedy(int status, HttpHeaders headers) {
    if (status >= 300 && status < 400) {
      return "it is elsewhere" + place(headers)
          + ". Give the receiver the new URL; redirects are not followed, since headers may have secrets.";
    }
    return switch (status) {
      case 401 -> "it does not know who asks. Check the token in the receiver's headers.";
      case 403 -> "who asks may not read this. Check the rights of the token.";
      case 404, 410 -> "nothing is at this path. Check the URL.";
      case 405 -> "it wants another method than GET, or POST. Check the API.";
      default -> "it takes no such request. Check URL, headers and body.";
    };
  }

  /** The host only: the rest may have a token in it. */
  private static String place(HttpHeaders headers) {
    try {
      return headers
          .firstValue("Location")
          .map(location -> URI.create(location).getHost())
          .map(host -> ", at " + host)
          .orElse("");
    } catch (IllegalArgumentException malformed) {
      return "";
    }
  }

  /** How long the server asks to wait, by {@code Retry-After} or {@code x-rate-limit-reset}; null if it does not say. */
  static @Nullable Duration wait(HttpHeaders headers, Instant now) {
    Optional<String> after = headers.firstValue("Retry-After").map(String::strip);
    if (after.isPresent()) {
      Duration wait = isNumber(after.get())
          ? Duration.ofSeconds(Long.parseLong(after.get()))
          : until(after.get(), now);
      if (wait != null) {
        return wait;
      }
    }
    return headers
        .firstValue("x-rate-limit-reset")
        .map(String::strip)
        .filter(Answers::isNumber)
        .map(seconds ->
            positive(Duration.between(now, Instant.ofEpochSecond(Long.parseLong(seconds)))))
        .orElse(null);
  }

  private static @Nullable Duration until(String date, Instant now) {
    try {
      return positive(Duration.between(
          now, ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant()));
    } catch (DateTimeException malformed) {
      return null;
    }
  }

  private static Duration positive(Duration duration) {
    return duration.isNegative() ? Duration.ZERO : duration;
  }

  private static boolean isNumber(String text) {
    return text.matches("\\d{1,11}");
  }
}
