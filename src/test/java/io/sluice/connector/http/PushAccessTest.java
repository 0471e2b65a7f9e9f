package io.sluice.connector.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PushAccessTest {

  private final PushAccess local = new PushAccess(null);
  private final PushAccess guarded = new PushAccess("long-enough");

  @Test
  void programsOfThisMachineNeedNoToken() {
    for (String host : new String[] {"localhost:80", "127.0.0.1", "[::1]:9"}) {
      assertThat(local.refusal(null, host, null, null)).as(host).isEmpty();
    }
  }

  @Test
  void namesThatAreNotOfThisMachineAreRefused() {
    assertThat(status(local, null, "evil.org:80", null, null)).isEqualTo(403);
    assertThat(status(local, null, null, null, null)).isEqualTo(403);
  }

  @Test
  void webPagesAreRefused() {
    assertThat(status(local, null, "localhost", "http://evil.org", null)).isEqualTo(403);
    assertThat(status(local, null, "localhost", null, "cross-site")).isEqualTo(403);
    assertThat(status(local, null, "localhost", "null", null)).isEqualTo(403);
  }

  @Test
  void tokenOpens() {
    assertThat(guarded.refusal("Bearer long-enough", "any.org", null, null)).isEmpty();
    assertThat(status(guarded, "Bearer other", "localhost", null, null)).isEqualTo(401);
    assertThat(status(guarded, "long-enough", "localhost", null, null)).isEqualTo(401);
    assertThat(status(guarded, null, "localhost", null, null)).isEqualTo(401);
  }

  @Test
  void tokenIsNotShown() {
    assertThat(guarded.toString()).doesNotContain("long-enough");
  }

  private static int status(
      PushAccess access,
      @Nullable String authorization,
      @Nullable String host,
      @Nullable String origin,
      @Nullable String site) {
    return access
        .refusal(authorization, host, origin, site)
        .map(PushAccess.Refusal::status)
        .orElse(200);
  }
}
