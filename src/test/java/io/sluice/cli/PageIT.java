package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.block.TestCertificates;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A running context is asked, and stopped, by other processes. */
class PageIT {

  private static final String TOKEN = "let-me-see";
  private static final Pattern ADDRESS =
      Pattern.compile("Context \\[demo\\] is at (https?://\\S+)");
  private static final ObjectMapper JSON = new ObjectMapper();

  private static Command demo(String... settings) throws Exception {
    List<String> options = new ArrayList<>(List.of("-Dsluice.dashboard.token=" + TOKEN));
    for (String setting : settings) {
      options.add("-Dsluice.dashboard." + setting);
    }
    return Command.withJvmOptions(options, "demo", "--interval", "100ms");
  }

  private static String address(Command demo) throws Exception {
    demo.awaitLine("is at http");
    Matcher line = ADDRESS.matcher(String.join("\n", demo.lines()));
    assertThat(line.find()).isTrue();
    return line.group(1);
  }

  private static List<String> sluice(int exit, String... arguments) throws Exception {
    try (Command command = new Command(arguments)) {
      assertThat(command.awaitExit()).as(String.join("\n", command.lines())).isEqualTo(exit);
      return command.lines();
    }
  }

  @Test
  void statusBatchesAndStopWorkOnADemo() throws Exception {
    try (Command demo = demo()) {
      String url = address(demo);
      demo.await(lines -> lines.stream().filter(line -> line.contains("batch")).count() > 3);

      assertThat(sluice(1, "status", "--url", url)).singleElement().asString().contains("--token");
      assertThat(sluice(0, "status", "--url", url, "--token", TOKEN))
          .anyMatch(line -> line.startsWith("demo: "))
          .anyMatch(line -> line.startsWith("worker: "));
      List<String> batches =
          sluice(0, "batches", "--url", url, "--token", TOKEN, "--limit", "2", "--json");
      assertThat(batches).hasSize(2);
      for (String batch : batches) {
        assertThat(JSON.readTree(batch).get("timeMillis").asLong() % 100).isZero();
      }
      String operator =
          sluice(0, "state", "--url", url, "--token", TOKEN, "list").get(0);
      assertThat(
              sluice(0, "state", "--url", url, "--token", TOKEN, "scan", operator, "--limit", "3"))
          .hasSizeBetween(2, 4)
          .first()
          .asString()
          .startsWith("batch 20");
      assertThat(
              sluice(1, "state", "--url", url, "--token", TOKEN, "get", operator, "no such word"))
          .hasSize(1);
      sluice(0, "pause", "--url", url, "--token", TOKEN);
      sluice(0, "pause", "--resume", "--url", url, "--token", TOKEN);
      assertThat(json(url, "/api/v1/plan").toString()).contains("DemoProgram.java:");
      assertThat(titles(url)).contains("Lines in a batch", "Top words of the last 10 batches");
      sluice(0, "stop", "--graceful", "--url", url, "--token", TOKEN);
      assertThat(demo.awaitExit()).isZero();
      assertThat(demo.lines()).last().asString().startsWith("The context was stopped.");
    }
  }

  private static JsonNode json(String url, String path) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create(url).resolve(path))
        .header("Authorization", "Bearer " + TOKEN)
        .build();
    return JSON.readTree(
        HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body());
  }

  private static List<String> titles(String url) throws Exception {
    return json(url, "/api/v1/charts").findValues("title").stream()
        .map(JsonNode::asText)
        .toList();
  }

  @Test
  void aPageWithACertificateIsTrustedByItsAuthority(@TempDir Path directory) throws Exception {
    TestCertificates made = TestCertificates.make(directory, "page");
    try (Command demo = demo(
        "tls.certificate=" + made.certificate("page"),
        "tls.private-key=" + made.privateKey("page"))) {
      String url = address(demo);

      assertThat(url).startsWith("https://");
      String authority = made.authority().toString();
      assertThat(sluice(0, "status", "--url", url, "--token", TOKEN, "--certificate", authority))
          .anyMatch(line -> line.startsWith("demo: "));
      assertThat(sluice(1, "status", "--url", url, "--token", TOKEN))
          .singleElement()
          .asString()
          .contains("is not trusted", "--certificate");
      sluice(0, "stop", "--url", url, "--token", TOKEN, "--certificate", authority);
      assertThat(demo.awaitExit()).isZero();
    }
  }

  @Test
  void whereNothingAnswersTheErrorSaysWhatToDo() throws Exception {
    assertThat(sluice(1, "status", "--url", "http://127.0.0.1:1"))
        .singleElement()
        .asString()
        .contains("http://127.0.0.1:1", "sluice.dashboard.port", "--url");
  }
}
