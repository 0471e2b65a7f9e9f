package io.sluice.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.RDD;
import io.sluice.StreamingContext;
import io.sluice.api.ErrorCode;
import io.sluice.api.Pair;
import io.sluice.api.SluiceException;
import io.sluice.api.StreamingEvent;
import io.sluice.testkit.StreamingTest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A running context's page, as a browser and as a program see it. */
@Timeout(60)
class DashboardTest {

  private static final String TOKEN = "correct-horse";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private static DashboardSettings settings(String token, int viewers) {
    return new DashboardSettings(0, "127.0.0.1", token, 100, viewers);
  }

  private static StreamingTest counting() {
    StreamingTest test = StreamingTest.builder().nodes(2).build();
    test.input(List.of(List.of("a", "b"), List.of("c"))).foreachRDD(RDD::count);
    return test;
  }

  private static HttpRequest.Builder request(Dashboard page, String path) {
    return HttpRequest.newBuilder(page.uri().resolve(path));
  }

  private static HttpResponse<String> get(Dashboard page, String path) throws Exception {
    return CLIENT.send(request(page, path).build(), BodyHandlers.ofString());
  }

  private static JsonNode json(Dashboard page, String path) throws Exception {
    HttpResponse<String> answer = get(page, path);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body());
  }

  /** The open connection of a page. */
  private static final class Updates implements AutoCloseable {
    private final BufferedReader lines;

    Updates(Dashboard page) throws Exception {
      HttpResponse<InputStream> stream =
          CLIENT.send(request(page, "/api/v1/updates").build(), BodyHandlers.ofInputStream());
      assertThat(stream.statusCode()).isEqualTo(200);
      lines = new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8));
      // The first line tells that the viewer has its place.
      assertThat(lines.readLine()).isEqualTo(":");
    }

    JsonNode await(Predicate<JsonNode> wanted) throws IOException {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("data: ")) {
          JsonNode update = JSON.readTree(line.substring("data: ".length()));
          if (wanted.test(update)) {
            return update;
          }
        }
      }
      throw new AssertionError("The updates have ended");
    }

    @Override
    public void close() throws IOException {
      lines.close();
    }
  }

  @Test
  void batchesAreToldToOpenPagesAndAnsweredToPrograms() throws Exception {
    try (StreamingTest test = counting();
        Dashboard page = Dashboard.open(test.context(), settings("", 10));
        Updates updates = new Updates(page)) {
      test.start();
      test.runBatches(2);
      JsonNode update = updates.await(some -> some.at("/status/completed").asInt() == 2);

      assertThat(update.at("/status/health").asText()).isEqualTo("keeping up");
      JsonNode batches = json(page, "/api/v1/batches?limit=1");
      assertThat(batches).hasSize(1);
      assertThat(batches.at("/0/state").asText()).isEqualTo("COMPLETED");
      String time = batches.at("/0/timeMillis").asText();
      JsonNode batch = json(page, "/api/v1/batches/" + time);
      assertThat(batch.at("/batch/timeMillis").asText()).isEqualTo(time);
      assertThat(batch.at("/outputs/0/name").asText()).contains("foreachRDD");
      assertThat(batch.at("/outputs/0/tookMillis").isNumber()).isTrue();
      assertThat(json(page, "/api/v1/cluster").at("/workers")).hasSize(2);
      assertThat(json(page, "/api/v1/cluster").at("/now/epoch").asLong()).isPositive();
      assertThat(batch.at("/stages/0/tasks/0/recordsIn").isNumber()).isTrue();
      assertThat(json(page, "/api/v1/rates").at("/batchMillis").asText()).isEqualTo(time);
      assertThat(json(page, "/api/v1/receivers")).isEmpty();
      assertThat(json(page, "/api/v1/plan").at("/stages").asText()).contains("Stage 0");
      assertThat(json(page, "/api/v1/events").findValuesAsText("kind")).contains("worker");
    }
  }

  @Test
  void whatOperatorsRememberIsAnsweredByName() throws Exception {
    try (StreamingTest test = StreamingTest.create();
        Dashboard page = Dashboard.open(test.context(), settings("", 10))) {
      test.pairInput(List.of(List.of(Pair.of("a", 1), Pair.of("42", 2)), List.of(Pair.of("a", 3))))
          .updateStateByKey(DashboardTest::add)
          .named("totals")
          .foreachRDD(RDD::count);
      test.start();
      test.runBatches(2);

      assertThat(json(page, "/api/v1/state").toString()).isEqualTo("{\"operators\":[\"totals\"]}");
      assertThat(json(page, "/api/v1/state/totals?key=a").toString())
          .isEqualTo(
              "{\"operator\":\"totals\",\"batchMillis\":2000,\"entries\":[{\"key\":\"a\",\"value\":4}]}");
      assertThat(
              json(page, "/api/v1/state/totals?key=42").at("/entries/0/value").asInt())
          .isEqualTo(2);
      assertThat(json(page, "/api/v1/state/totals?key=7").at("/entries")).isEmpty();
      assertThat(json(page, "/api/v1/state/totals?limit=1").at("/entries")).hasSize(1);
      assertThat(get(page, "/api/v1/state/totals?limit=0").statusCode()).isEqualTo(400);
      assertThat(get(page, "/api/v1/state/sums").body()).contains("'sums'", "[totals]");
    }
  }

  private static Optional<Integer> add(List<Integer> values, Optional<Integer> state) {
    return Optional.of(
        state.orElse(0) + values.stream().mapToInt(value -> value).sum());
  }

  @Test
  void aPageWithATokenPausesItsContextAndHasItGoOn() throws Exception {
    try (StreamingTest test = counting();
        Dashboard page = Dashboard.open(test.context(), settings(TOKEN, 10))) {
      assertThat(acted(page, "/api/v1/pause").statusCode()).isEqualTo(409);
      test.start();
      assertThat(acted(page, "/api/v1/pause").statusCode()).isEqualTo(202);
      test.awaitEvent(StreamingEvent.Paused.class, event -> true);
      assertThat(acted(page, "/api/v1/resume").statusCode()).isEqualTo(202);
      test.awaitEvent(StreamingEvent.Resumed.class, event -> true);
    }
  }

  private static HttpResponse<String> acted(Dashboard page, String path) throws Exception {
    HttpRequest.Builder action = request(page, path)
        .header("Authorization", "Bearer " + TOKEN)
        .header(Access.ACTION_HEADER, "test")
        .POST(HttpRequest.BodyPublishers.noBody());
    return CLIENT.send(action.build(), BodyHandlers.ofString());
  }

  @Test
  void filesComeFromTheJarAndNothingElseIsServed() throws Exception {
    try (StreamingTest test = counting();
        Dashboard page = Dashboard.open(test.context(), settings("", 10))) {
      for (String path : List.of(
          "/",
          "/app.js",
          "/batch.js",
          "/cluster.js",
          "/dom.js",
          "/plan.js",
          "/views.js",
          "/charts.js",
          "/style.css",
          "/icon.svg",
          "/uPlot.js",
          "/uPlot.css")) {
        HttpResponse<String> answer = get(page, path);
        assertThat(answer.statusCode()).as(path).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Security-Policy")).isPresent();
      }
      assertThat(get(page, "/").headers().firstValue("Content-Type"))
          .contains("text/html; charset=utf-8");
      assertThat(get(page, "/../reference.conf").statusCode()).isEqualTo(404);
      assertThat(get(page, "/appx").statusCode()).isEqualTo(404);
      assertThat(get(page, "/api/v2/status").body()).contains("There is nothing at");
    }
  }

  @Test
  void wrongRequestsSayWhatIsWrong() throws Exception {
    try (StreamingTest test = counting();
        Dashboard page = Dashboard.open(test.context(), settings("", 10))) {
      assertThat(get(page, "/api/v1/batches?limit=-1").body())
          .isEqualTo(
              "{\"error\":\"limit must be a number of batches, from 1 to 999999, got '-1'.\"}");
      assertThat(get(page, "/api/v1/batches/yesterday").statusCode()).isEqualTo(400);
      assertThat(get(page, "/api/v1/batches/2001-01-01T00:00:00Z").body())
          .contains("Batch 2001-01-01T00:00:00Z is not known here");
      HttpResponse<String> deleted =
          CLIENT.send(request(page, "/api/v1/status").DELETE().build(), BodyHandlers.ofString());
      assertThat(deleted.statusCode()).isEqualTo(405);
    }
  }

  @Test
  void withATokenAPageAsksForItAndAContextCanBeStopped() throws Exception {
    try (StreamingTest test = counting();
        Dashboard page = Dashboard.open(test.context(), settings(TOKEN, 10))) {
      test.start();
      assertThat(get(page, "/").statusCode()).isEqualTo(200);
      assertThat(get(page, "/api/v1/status").statusCode()).isEqualTo(401);
      assertThat(get(page, "/api/v1/updates").statusCode()).isEqualTo(401);
      assertThat(get(page, "/health/ready").statusCode()).isEqualTo(200);
      assertThat(login(page, "wrong").statusCode()).isEqualTo(401);
      String cookie = login(page, TOKEN).headers().firstValue("Set-Cookie").orElseThrow();
      assertThat(cookie).contains("HttpOnly", "SameSite=Strict");
      HttpRequest.Builder signedIn =
          request(page, "/api/v1/status").header("Cookie", cookie.split(";", -1)[0]);
      assertThat(CLIENT.send(signedIn.build(), BodyHandlers.ofString()).statusCode())
          .isEqualTo(200);

      HttpRequest.Builder stop = request(page, "/api/v1/stop?graceful=false")
          .header("Authorization", "Bearer " + TOKEN)
          .POST(HttpRequest.BodyPublishers.noBody());
      assertThat(CLIENT.send(stop.build(), BodyHandlers.ofString()).statusCode())
          .isEqualTo(403);
      stop.header(Access.ACTION_HEADER, "stop");
      assertThat(CLIENT.send(stop.build(), BodyHandlers.ofString()).statusCode())
          .isEqualTo(202);
      assertThat(test.context().awaitTermination(Duration.ofSeconds(30))).isTrue();
      assertThat(get(page, "/health/live").statusCode()).isEqualTo(503);
    }
  }

  private static HttpResponse<String> login(Dashboard page, String token) throws Exception {
    return CLIENT.send(
        request(page, "/login")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString("token=" + token))
            .build(),
        BodyHandlers.ofString());
  }

  @Test
  void onlySoManyPagesCanBeOpen() throws Exception {
    try (StreamingTest test = counting();
        Dashboard page = Dashboard.open(test.context(), settings("", 1));
        Updates first = new Updates(page)) {
      assertThat(first).isNotNull();
      HttpResponse<String> second = get(page, "/api/v1/updates");
      assertThat(second.statusCode()).isEqualTo(503);
      assertThat(second.body()).contains("sluice.dashboard.max-viewers");
    }
  }

  @Test
  void aContextServesItsPageAsLongAsItRuns() throws Exception {
    int port = freePort();
    StreamingTest test =
        StreamingTest.builder().set("sluice.dashboard.port", port).build();
    URI status = URI.create("http://127.0.0.1:" + port + "/api/v1/status");
    try (test) {
      test.input(List.of(List.of("a"))).foreachRDD(RDD::count);
      test.start();
      HttpResponse<String> answer =
          CLIENT.send(HttpRequest.newBuilder(status).build(), BodyHandlers.ofString());
      assertThat(JSON.readTree(answer.body()).at("/name").asText())
          .isEqualTo(test.context().name());
    }
  }

  @Test
  void aPortThatIsTakenIsNotTheEndOfIt() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        StreamingTest test = counting()) {
      DashboardSettings settings =
          new DashboardSettings(taken.getLocalPort(), "127.0.0.1", "", 100, 10);
      try (Dashboard page = Dashboard.open(test.context(), settings)) {
        assertThat(page.uri().getPort())
            .isBetween(taken.getLocalPort() + 1, taken.getLocalPort() + 15);
      }
    }
  }

  @Test
  void anAddressOfAnotherMachineIsRefused() {
    try (StreamingTest test = counting()) {
      DashboardSettings elsewhere = new DashboardSettings(0, "192.0.2.1", TOKEN, 100, 10);
      assertThatThrownBy(() -> Dashboard.open(test.context(), elsewhere))
          .isInstanceOfSatisfying(
              SluiceException.class,
              refused -> assertThat(refused.code()).isEqualTo(ErrorCode.PORT_UNAVAILABLE))
          .hasMessageContaining("192.0.2.1");
    }
  }

  @Test
  void settingsWithoutAPortMakeNoPage() {
    try (StreamingContext context = StreamingContext.local("none", Duration.ofSeconds(1))) {
      DashboardSettings none = new DashboardSettings(-1, "127.0.0.1", "", 100, 10);
      assertThatThrownBy(() -> Dashboard.open(context, none))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }
}
