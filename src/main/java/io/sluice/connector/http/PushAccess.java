package io.sluice.connector.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who may push: with a token whoever shows it; without one the programs of this machine, but no web page that one of its browsers has
 * open, also if that page gave its own name the address of this machine.
 *
 * @param token null for none
 */
record PushAccess(@Nullable String token) {

  private static final Set<String> LOCAL_NAMES = Set.of("localhost", "127.0.0.1", "[::1]");

  /** Why a request is refused, with the status that says so. */
  record Refusal(int status, String reason) {}

  /**
   * Whether a request may push; empty if it may. Null is a header that it does not have.
   *
   * @param site what a browser says of where the request comes from
   */
  Optional<Refusal> refusal(
      @Nullable String authorization,
      @Nullable String host,
      @Nullable String origin,
      @Nullable String site) {
    String right = token;
    if (right != null) {
      return authorization != null && same(authorization, "Bearer " + right)
          ? Optional.empty()
          : Optional.of(new Refusal(
              401, "A token is needed. Send the header 'Authorization: Bearer TOKEN'."));
    }
    if (host == null || !LOCAL_NAMES.contains(host.replaceFirst(":\\d+$", ""))) {
      return Optional.of(
          new Refusal(
              403,
              "Without a token this port takes lines of this machine only, sent to localhost or 127.0.0.1."));
    }
    if (origin != null || (site != null && !site.equals("none"))) {
      return Optional.of(
          new Refusal(403, "Without a token this port takes nothing that a web page sends."));
    }
    return Optional.empty();
  }

  /** Takes as long for a token that is nearly right. */
  private static boolean same(String shown, String right) {
    return MessageDigest.isEqual(
        shown.getBytes(StandardCharsets.UTF_8), right.getBytes(StandardCharsets.UTF_8));
  }

  /** Nothing of the token. */
  @Override
  public String toString() {
    return token == null ? "no token" : "a token";
  }
}
