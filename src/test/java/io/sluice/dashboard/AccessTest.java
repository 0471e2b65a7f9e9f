package io.sluice.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Who may see the page and who may act. */
class AccessTest {

  private static final String TOKEN = "correct horse";
  private static final String HERE = "localhost:4040";

  private final Access open = new Access("", true);
  private final Access guarded = new Access(TOKEN, true);
  private final Access reachable = new Access(TOKEN, false);

  private static Access.Request from(@Nullable String host, @Nullable String origin) {
    return new Access.Request(host, origin, null, null, null, null);
  }

  private static Access.Request with(@Nullable String authorization, @Nullable String action) {
    return new Access.Request(HERE, null, authorization, null, action, null);
  }

  private static @Nullable Integer status(Optional<Access.Refusal> refusal) {
    return refusal.map(Access.Refusal::status).orElse(null);
  }

  static Stream<Arguments> hosts() {
    return Stream.of(
        arguments("localhost:4040", null, null),
        arguments("127.0.0.1:4040", "http://127.0.0.1:4040", null),
        arguments("[::1]:4040", null, null),
        arguments("localhost", null, null),
        arguments(null, null, 400),
        arguments("evil.example:4040", null, 403),
        arguments("localhost.evil.example", null, 403),
        arguments(HERE, "http://evil.example", 403),
        arguments(HERE, "http://localhost:8080", 403),
        arguments(HERE, "null", 403));
  }

  @ParameterizedTest
  @MethodSource("hosts")
  void withoutATokenThisMachineMayReadUnderItsOwnNameOnly(
      @Nullable String host, @Nullable String origin, @Nullable Integer refused) {
    assertThat(status(open.toRead(from(host, origin)))).isEqualTo(refused);
  }

  @Test
  void withoutATokenNobodyMayAct() {
    assertThat(open.toAct(with("Bearer " + TOKEN, "1"))).hasValueSatisfying(refusal -> {
      assertThat(refusal.status()).isEqualTo(403);
      assertThat(refusal.reason()).contains("sluice.dashboard.token");
    });
  }

  @Test
  void otherMachinesMayUseAnyNameForThePageButNeedTheToken() {
    assertThat(status(reachable.toRead(from("driver.example:4040", null)))).isEqualTo(401);
    assertThat(status(reachable.toRead(from("driver.example:4040", "http://evil.example"))))
        .isEqualTo(403);
    assertThat(status(reachable.toRead(
            new Access.Request("driver.example:4040", null, "Bearer " + TOKEN, null, null, null))))
        .isNull();
  }

  @Test
  void theTokenOpens() {
    assertThat(status(guarded.toRead(with(null, null)))).isEqualTo(401);
    assertThat(status(guarded.toRead(with("Bearer " + TOKEN + "r", null)))).isEqualTo(401);
    assertThat(status(guarded.toRead(with("Basic " + TOKEN, null)))).isEqualTo(401);
    assertThat(status(guarded.toRead(with("Bearer " + TOKEN, null)))).isNull();
    assertThat(status(guarded.toAct(with("Bearer " + TOKEN, null)))).isEqualTo(403);
    assertThat(status(guarded.toAct(with("Bearer " + TOKEN, "1")))).isNull();
    assertThat(status(guarded.toAct(with(null, "1")))).isEqualTo(401);
  }

  @Test
  void aBrowserThatShowedTheTokenHasASession() {
    assertThat(guarded.login("wrong")).isEmpty();
    assertThat(open.login("")).isEmpty();
    String session = guarded.login(TOKEN).orElseThrow();

    assertThat(status(guarded.toRead(new Access.Request(HERE, null, null, session, null, null))))
        .isNull();
    assertThat(
            status(guarded.toRead(new Access.Request(HERE, null, null, session + "0", null, null))))
        .isEqualTo(401);
    assertThat(guarded.login(TOKEN))
        .hasValueSatisfying(other -> assertThat(other).isNotEqualTo(session).hasSize(48));
    // The cookie alone does not act: a form on another page could have sent it.
    assertThat(status(guarded.toAct(new Access.Request(HERE, null, null, session, null, null))))
        .isEqualTo(403);
    assertThat(status(guarded.toAct(new Access.Request(HERE, null, null, session, "1", null))))
        .isNull();
  }

  @Test
  void whatAPageOfAnotherSiteHasTheBrowserFetchIsRefused() {
    Access open = new Access("", true);

    assertThat(open.toRead(new Access.Request(HERE, null, null, null, null, "same-origin")))
        .isEmpty();
    assertThat(open.toRead(new Access.Request(HERE, null, null, null, null, "none")))
        .isEmpty();
    for (String site : List.of("cross-site", "same-site")) {
      assertThat(open.toRead(new Access.Request(HERE, null, null, null, null, site)))
          .hasValueSatisfying(refusal -> assertThat(refusal.status()).isEqualTo(403));
    }
  }
}
