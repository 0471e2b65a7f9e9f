package io.sluice.connector.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.connector.http.Ending.Kind;
import java.net.http.HttpHeaders;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AnswersTest {

  private static final Instant NOW = Instant.parse("2026-11-23T16:00:00Z");

  @Test
  void statusSaysWhatFollows() {
    assertThat(kind(429)).isEqualTo(Kind.LIMITED);
    assertThat(List.of(kind(500), kind(503), kind(408))).containsOnly(Kind.SERVER);
    assertThat(List.of(kind(301), kind(400), kind(401), kind(403), kind(404), kind(205)))
        .containsOnly(Kind.REFUSED);
  }

  @Test
  void refusalSaysWhatToDo() {
    assertThat(reason(401)).contains("http://x answered 401", "Check the token");
    assertThat(reason(403)).contains("Check the rights of the token");
    assertThat(reason(404)).contains("Check the URL");
  }

  @Test
  void redirectNamesTheHostAndNotWhatMayBeSecret() {
    String reason = Answers.refusal(
            "http://x", 302, headers("Location", "https://other.org/p?token=abc"), NOW)
        .reason();

    assertThat(reason).contains("at other.org").doesNotContain("abc");
  }

  @Test
  void serverAsksToWait() {
    assertThat(Answers.wait(headers("Retry-After", "120"), NOW)).hasSeconds(120);
    assertThat(Answers.wait(headers("Retry-After", "Mon, 23 Nov 2026 16:00:30 GMT"), NOW))
        .hasSeconds(30);
    assertThat(Answers.wait(headers("Retry-After", "Mon, 23 Nov 2026 15:00:00 GMT"), NOW))
        .isZero();
    String reset = Long.toString(NOW.getEpochSecond() + 45);
    assertThat(Answers.wait(headers("x-rate-limit-reset", reset), NOW)).hasSeconds(45);
  }

  @Test
  void whatCannotBeReadIsNoWish() {
    assertThat(Answers.wait(headers("Retry-After", "soon"), NOW)).isNull();
    assertThat(Answers.wait(headers("x-rate-limit-reset", "-1"), NOW)).isNull();
    assertThat(Answers.wait(headers("Retry-After", "99999999999999"), NOW)).isNull();
    assertThat(Answers.wait(headers("Server", "x"), NOW)).isNull();
  }

  private static Kind kind(int status) {
    return Answers.refusal("http://x", status, headers("Server", "x"), NOW).kind();
  }

  private static String reason(int status) {
    return Answers.refusal("http://x", status, headers("Server", "x"), NOW).reason();
  }

  private static HttpHeaders headers(String name, String value) {
    return HttpHeaders.of(Map.of(name, List.of(value)), (key, each) -> true);
  }
}
