package io.sluice.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.StreamingContext;
import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.block.TestCertificates;
import io.sluice.dashboard.DashboardSettings.Tls;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The page with a certificate, and what is said of files that are none. */
@Timeout(60)
class PageTlsTest {

  private static final String TOKEN = "correct-horse";

  @TempDir
  private static Path directory = Path.of("");

  private static TestCertificates ours = new TestCertificates(directory);

  @BeforeAll
  static void make() throws Exception {
    ours = TestCertificates.make(directory, "page", "other");
  }

  private static Tls tls() throws Exception {
    return new Tls(ours.certificate("page").toString(), ours.privateKey("page").toString());
  }

  private static StreamingContext context() {
    return StreamingContext.local("secured", Duration.ofSeconds(1));
  }

  private static Dashboard open(StreamingContext context) throws Exception {
    return Dashboard.open(context, new DashboardSettings(0, "127.0.0.1", TOKEN, 100, 10, tls()));
  }

  private static HttpClient trusting() throws Exception {
    return HttpClient.newBuilder().sslContext(ours.trusting()).build();
  }

  private static HttpRequest.Builder request(URI page, String path) {
    return HttpRequest.newBuilder(page.resolve(path)).timeout(Duration.ofSeconds(20));
  }

  @Test
  void aTrustedPageIsServedAndItsCookieStaysWithTls() throws Exception {
    try (StreamingContext context = context();
        Dashboard page = open(context)) {
      assertThat(page.uri().getScheme()).isEqualTo("https");
      HttpResponse<String> live =
          trusting().send(request(page.uri(), "/health/live").build(), BodyHandlers.ofString());
      assertThat(live.statusCode()).isEqualTo(200);
      assertThat(live.sslSession().orElseThrow().getProtocol()).isEqualTo("TLSv1.3");

      HttpResponse<String> login = trusting()
          .send(
              request(page.uri(), "/login")
                  .header("Origin", page.uri().toString().replaceFirst("/$", ""))
                  .POST(HttpRequest.BodyPublishers.ofString("token=" + TOKEN))
                  .build(),
              BodyHandlers.ofString());
      assertThat(login.headers().firstValue("Set-Cookie").orElseThrow())
          .contains("HttpOnly", "SameSite=Strict", "Secure");
    }
  }

  @Test
  void whoeverDoesNotTrustItHearsNothing() throws Exception {
    try (StreamingContext context = context();
        Dashboard page = open(context)) {
      assertThatThrownBy(() -> HttpClient.newHttpClient()
              .send(request(page.uri(), "/health/live").build(), BodyHandlers.ofString()))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("PKIX");
    }
  }

  @Test
  void plainHttpIsNotAnswered() throws Exception {
    try (StreamingContext context = context();
        Dashboard page = open(context)) {
      URI plain = URI.create(page.uri().toString().replaceFirst("https", "http"));
      assertThatThrownBy(() -> HttpClient.newHttpClient()
              .send(request(plain, "/health/live").build(), BodyHandlers.ofString()))
          .isInstanceOf(IOException.class);
    }
  }

  private static void refused(Tls tls, Instant now, String message) {
    assertThatThrownBy(() -> PageCertificate.read(tls, now))
        .isInstanceOfSatisfying(
            SluiceException.class,
            invalid -> assertThat(invalid.code()).isEqualTo(ErrorCode.SETTING_INVALID))
        .hasMessageContaining(message);
  }

  @Test
  void filesThatAreMissingAreNamed() throws Exception {
    refused(
        new Tls("missing.pem", tls().privateKey()),
        Instant.now(),
        "File 'missing.pem' of sluice.dashboard.tls.certificate does not exist; its path is relative to "
            + Path.of("").toAbsolutePath());
    refused(
        new Tls(tls().certificate(), "missing.pem"),
        Instant.now(),
        "File 'missing.pem' of sluice.dashboard.tls.private-key does not exist");
  }

  @Test
  void filesOfAnotherKindAreNamed() throws Exception {
    String text =
        Files.writeString(directory.resolve("text.pem"), "no certificate").toString();
    String encrypted = Files.writeString(
            directory.resolve("encrypted.pem"),
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n")
        .toString();
    refused(
        new Tls(text, tls().privateKey()),
        Instant.now(),
        "File '" + text
            + "' of sluice.dashboard.tls.certificate has no certificate that can be read");
    refused(
        new Tls(tls().certificate(), encrypted),
        Instant.now(),
        "has no unencrypted key that begins with '-----BEGIN PRIVATE KEY-----'");
    refused(
        new Tls(tls().certificate(), ours.privateKey("other").toString()),
        Instant.now(),
        "is not the key of the certificate");
  }

  @Test
  void aCertificateOfAnotherTimeIsNamedWithItsDates() throws Exception {
    String file = "File '" + tls().certificate()
        + "' of sluice.dashboard.tls.certificate has a certificate of CN=page";
    refused(tls(), Instant.now().plus(Duration.ofDays(400)), file);
    refused(tls(), Instant.now().plus(Duration.ofDays(400)), "that expired on 20");
    refused(tls(), Instant.now().minus(Duration.ofDays(2)), "that is not valid before 20");
  }

  @Test
  void aContextDoesNotStartWithHalfOfThem() {
    assertThatThrownBy(() -> new Tls("page.pem", ""))
        .hasMessageContaining("sluice.dashboard.tls has a certificate but no private-key");
    assertThatThrownBy(() -> new Tls("", "key.pem"))
        .hasMessageContaining("sluice.dashboard.tls has a private-key but no certificate");
  }
}
