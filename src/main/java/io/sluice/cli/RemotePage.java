package io.sluice.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The page of a running context, as options of a command that asks it. */
final class RemotePage {

  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final ObjectMapper JSON = new ObjectMapper();

  @Option(
      names = "--url",
      scope = ScopeType.INHERIT,
      paramLabel = "URL",
      defaultValue = "http://127.0.0.1:4040",
      description =
          "Where the page of the context is, http or https; it is logged at its start (default: ${DEFAULT-VALUE}).")
  private URI url = URI.create("");

  @Option(
      names = "--token",
      scope = ScopeType.INHERIT,
      paramLabel = "TOKEN",
      defaultValue = "${env:SLUICE_DASHBOARD_TOKEN}",
      description =
          "The context's sluice.dashboard.token; better in the environment, as SLUICE_DASHBOARD_TOKEN.")
  private @Nullable String token;

  @Option(
      names = "--certificate",
      scope = ScopeType.INHERIT,
      paramLabel = "FILE",
      description =
          "PEM file with the certificate of the authority, or the page's own, that a page with https must have."
              + " Without it, the authorities that Java knows are trusted.")
  private @Nullable Path certificate;

  /** Asks for what is at a path below {@code /api/v1/}. */
  JsonNode get(String path) throws InterruptedException {
    return send(request(path).GET().build());
  }

  /** Does what is at a path below {@code /api/v1/}. */
  JsonNode post(String path) throws InterruptedException {
    return send(request(path)
        .header("X-Sluice-Action", "cli")
        .POST(HttpRequest.BodyPublishers.noBody())
        .build());
  }

  private HttpRequest.Builder request(String path) {
    try {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(url.resolve("/api/v1/" + path)).timeout(PATIENCE);
      return token == null || token.isEmpty()
          ? request
          : request.header("Authorization", "Bearer " + token);
    } catch (IllegalArgumentException invalid) {
      throw new CommandException(
          "--url must be like http://127.0.0.1:4040, got '" + url + "': " + invalid.getMessage());
    }
  }

  private JsonNode send(HttpRequest request) throws InterruptedException {
    try {
      HttpResponse<String> answer = client().send(request, HttpResponse.BodyHandlers.ofString());
      JsonNode body = JSON.readTree(answer.body());
      if (body.has("error")) {
        throw new CommandException(hint(answer.statusCode(), body.get("error").asText()));
      }
      return body;
    } catch (SSLException untrusted) {
      throw new CommandException(
          "The page at %s is not trusted (%s). Name the certificate of its authority with --certificate, and the page by a host that its certificate names."
              .formatted(url, untrusted.getMessage()));
    } catch (HttpTimeoutException late) {
      throw new CommandException(
          "The page at %s has not answered within %d s. The context may be busy; try again."
              .formatted(url, PATIENCE.toSeconds()));
    } catch (IOException unreachable) {
      throw new CommandException(
          "No page of a context answers at %s (%s). Start one with sluice.dashboard.port set, or name its page with --url."
              .formatted(url, unreachable.getClass().getSimpleName()));
    }
  }

  private HttpClient client() {
    HttpClient.Builder client = HttpClient.newBuilder().connectTimeout(PATIENCE);
    return certificate == null
        ? client.build()
        : client.sslContext(TrustedCertificates.read(certificate)).build();
  }

  private static String hint(int status, String error) {
    return status == 401
        ? "The context wants its token. Give it with --token, or in SLUICE_DASHBOARD_TOKEN."
        : error;
  }
}
