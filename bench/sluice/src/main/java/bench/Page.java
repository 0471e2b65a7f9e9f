package bench;

import com.typesafe.config.ConfigFactory;
import io.sluice.StreamingContext;
import io.sluice.dashboard.Dashboard;
import io.sluice.dashboard.DashboardSettings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The page of the context that is measured, and people who look at it, in a JVM of their own. */
final class Page {

  private static final int VIEWERS = 50;

  private Page() {}

  static void show(StreamingContext context) throws IOException {
    Dashboard page =
        Dashboard.open(
            context,
            DashboardSettings.from(
                ConfigFactory.parseString("sluice.dashboard.port = 0")
                    .withFallback(ConfigFactory.load())));
    new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx128m",
            "-cp",
            System.getProperty("java.class.path"),
            Page.class.getName(),
            page.uri().toString())
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  /** Looks until the page ends, which the process that serves it does. */
  public static void main(String[] args) throws Exception {
    HttpClient client = HttpClient.newHttpClient();
    URI updates = URI.create(args[0]).resolve("/api/v1/updates");
    Thread[] viewers = new Thread[VIEWERS];
    for (int i = 0; i < viewers.length; i++) {
      viewers[i] = new Thread(() -> view(client, updates));
      viewers[i].start();
    }
    for (Thread viewer : viewers) {
      viewer.join();
    }
    System.exit(0);
  }

  private static void view(HttpClient client, URI updates) {
    try {
      InputStream stream =
          client.send(HttpRequest.newBuilder(updates).build(), BodyHandlers.ofInputStream()).body();
      try (BufferedReader lines =
          new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
        while (lines.readLine() != null) {}
      }
    } catch (IOException ended) {
      // The measurement is over.
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
