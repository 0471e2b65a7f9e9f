package io.sluice.dashboard;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Who may see and who may act. With a token, whoever shows it, or has the cookie that a browser got for it. Without one, every process on
 * this machine may see, and nobody may act. Thread-safe.
 *
 * <p>Requests that a foreign page makes in a browser are refused: they have no token, the cookie is not sent along with them, an action has
 * to have a header that no form can send, and a page that gave its own name the address of this machine is known by the name it asks for.
 */
final class Access {

  static final String COOKIE = "sluice-session";

  /** A header that browsers send to another site only if that site has said before that they may. */
  static final String ACTION_HEADER = "X-Sluice-Action";

  private static final Set<String> LOCAL_NAMES = Set.of("localhost", "127.0.0.1", "[::1]");
  private static final int MOST_SESSIONS = 1000;
  private static final SecureRandom RANDOM = new SecureRandom();

  /**
   * What a request says of itself; null for a header it does not have.
   *
   * @param session the value of the cookie
   * @param site what a browser says of where the request comes from
   */
  record Request(
      @Nullable String host,
      @Nullable String origin,
      @Nullable String authorization,
      @Nullable String session,
      @Nullable String action,
      @Nullable String site) {}

  /** Why a request is refused, with the status that says so. */
  record Refusal(int status, String reason) {}

  private final String token;
  private final boolean local;
  private final Set<String> sessions = ConcurrentHashMap.newKeySet();

  /**
   * @param token empty for none
   * @param local whether only this machine is served
   */
  Access(String token, boolean local) {
    this.token = token;
    this.local = local;
  }

  /** Whether the request may read; empty if it may. */
  Optional<Refusal> toRead(Request request) {
    Optional<Refusal> foreign = foreign(request);
    if (foreign.isPresent()) {
      return foreign;
    }
    if (token.isEmpty() || isKnown(request)) {
      return Optional.empty();
    }
    return Optional.of(
        new Refusal(401, "A token is needed. Send the header 'Authorization: Bearer TOKEN'."));
  }

  /** Whether the request may change something; empty if it may. */
  Optional<Refusal> toAct(Request request) {
    Optional<Refusal> refused = toRead(request);
    if (refused.isPresent()) {
      return refused;
    }
    if (token.isEmpty()) {
      return Optional.of(
          new Refusal(403, "Actions need a token, and none is set. Set sluice.dashboard.token."));
    }
    if (request.action == null) {
      return Optional.of(new Refusal(403, "An action needs the header '" + ACTION_HEADER + "'."));
    }
    return Optional.empty();
  }

  /** A session for whoever has shown the token; empty if it is another. */
  Optional<String> login(String shown) {
    if (token.isEmpty() || !same(shown, token)) {
      return Optional.empty();
    }
    byte[] random = new byte[24];
    RANDOM.nextBytes(random);
    String session = HexFormat.of().formatHex(random);
    if (sessions.size() >= MOST_SESSIONS) {
      sessions.clear();
    }
    sessions.add(session);
    return Optional.of(session);
  }

  private Optional<Refusal> foreign(Request request) {
    String host = request.host;
    if (host == null) {
      return Optional.of(new Refusal(400, "A request needs the header 'Host'."));
    }
    if (local && !LOCAL_NAMES.contains(host.replaceFirst(":\\d+$", ""))) {
      return Optional.of(new Refusal(
          403,
          "This page is served to this machine only, as localhost or 127.0.0.1, not as '"
              + host
              + "'."));
    }
    String origin = request.origin;
    if (origin != null && !origin.replaceFirst("^https?://", "").equals(host)) {
      return Optional.of(new Refusal(403, "The request comes from another site."));
    }
    // A page of another site that has an image or a frame from here sends no origin.
    if ("cross-site".equals(request.site) || "same-site".equals(request.site)) {
      return Optional.of(new Refusal(403, "The request comes from another site."));
    }
    return Optional.empty();
  }

  private boolean isKnown(Request request) {
    String authorization = request.authorization;
    if (authorization != null && authorization.startsWith("Bearer ")) {
      return same(authorization.substring("Bearer ".length()).strip(), token);
    }
    return request.session != null && sessions.contains(request.session);
  }

  /** Takes as long for a token that is nearly right. */
  private static boolean same(String shown, String right) {
    return MessageDigest.isEqual(
        shown.getBytes(StandardCharsets.UTF_8), right.getBytes(StandardCharsets.UTF_8));
  }
}
