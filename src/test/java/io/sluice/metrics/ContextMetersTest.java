package io.sluice.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sluice.api.Pair;
import io.sluice.api.StreamingListener;
import io.sluice.dashboard.Dashboard;
import io.sluice.dashboard.DashboardSettings;
import io.sluice.testkit.StreamingTest;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Meters tell of a context while it runs, to registries of the program and to Prometheus. */
class ContextMetersTest {

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  @AfterEach
  void forget() {
    Metrics.removeRegistry(registry);
  }

  private static StreamingTest counting(boolean metrics) {
    StreamingTest test =
        StreamingTest.builder().set("sluice.metrics.enabled", metrics).build();
    test.input(List.of(List.of("a", "b"), List.of("a")))
        .mapToPair(word -> Pair.of(word, 1))
        .reduceByKey(Integer::sum)
        .foreachRDD(rdd -> rdd.count());
    return test;
  }

  private double counter(String name, String... tags) {
    return registry.find(name).tags(tags).counters().stream()
        .mapToDouble(counter -> counter.count())
        .sum();
  }

  @Test
  void batchesAndTasksAreCountedWhileTheContextRuns() throws Exception {
    Metrics.addRegistry(registry);
    try (StreamingTest test = counting(true)) {
      test.runBatches(2);
      String context = test.context().name();
      // Meters hear on a thread of their own.
      await(() -> counter("sluice.batches", "context", context, "result", "completed") == 2);

      assertThat(registry.get("sluice.batch.processing").timer().count()).isEqualTo(2);
      assertThat(registry.get("sluice.task.run").timers().stream()
              .mapToLong(timer -> timer.count())
              .sum())
          .isPositive();
      assertThat(counter("sluice.task.records.read", "context", context)).isGreaterThanOrEqualTo(3);
      assertThat(registry.get("sluice.workers").gauge().value()).isEqualTo(1);
      assertThat(registry
              .get("sluice.output")
              .tag("output", "foreachRDD-0")
              .timer()
              .count())
          .isEqualTo(2);
    }
    await(() -> registry.getMeters().isEmpty());
  }

  @Test
  void gaugeHasWhatWaitsInASourceThatKnowsIt() {
    try (ContextMetrics metrics = new ContextMetrics(registry, "shop")) {
      metrics.onSourcePlanned(planned(1, OptionalLong.of(5)));
      metrics.onSourcePlanned(planned(2, OptionalLong.empty()));
      metrics.onSourcePlanned(planned(1, OptionalLong.of(3)));

      assertThat(registry.get("sluice.source.waiting").gauges()).hasSize(1);
      assertThat(
              registry.get("sluice.source.waiting").tag("stream", "1").gauge().value())
          .isEqualTo(3);
    }
    assertThat(registry.getMeters()).isEmpty();
  }

  private static StreamingListener.SourceInfo planned(int stream, OptionalLong waiting) {
    return new StreamingListener.SourceInfo(Instant.EPOCH, stream, 1, 2, waiting);
  }

  @Test
  void theGuideListsAllMeters() throws Exception {
    Pattern name = Pattern.compile("\"(sluice(\\.[a-z]+)+)\"");
    Pattern row = Pattern.compile("^\\| `(sluice[a-z.]+)` \\|", Pattern.MULTILINE);

    assertThat(all(row, Path.of("docs/guide/metrics.md")))
        .containsExactlyInAnyOrderElementsOf(
            all(name, Path.of("src/main/java/io/sluice/metrics/ContextMetrics.java")));
  }

  private static Set<String> all(Pattern pattern, Path file) throws Exception {
    return pattern
        .matcher(Files.readString(file))
        .results()
        .map(found -> found.group(1))
        .collect(Collectors.toSet());
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void await(Condition condition) throws Exception {
    long end = System.nanoTime() + 30_000_000_000L;
    while (!condition.holds()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(end);
      Thread.sleep(10);
    }
  }

  @Test
  void thereAreNoMetersUnlessTheyAreWanted() {
    Metrics.addRegistry(registry);
    try (StreamingTest test = counting(false)) {
      test.runBatches(1);

      assertThat(registry.getMeters()).isEmpty();
    }
  }

  @Test
  void prometheusReadsThePage() throws Exception {
    DashboardSettings anyPort = DashboardSettings.from(
        ConfigFactory.parseString("sluice.dashboard.port = 0").withFallback(ConfigFactory.load()));
    try (StreamingTest test = counting(true);
        Dashboard page = Dashboard.open(test.context(), anyPort)) {
      test.start();
      test.runBatches(1);
      HttpRequest scrape =
          HttpRequest.newBuilder(page.uri().resolve("/metrics")).build();
      await(() -> scraped(scrape).contains("sluice_batches_total{"));

      assertThat(scraped(scrape))
          .contains("sluice_batch_processing_seconds_bucket{")
          .contains("context=\"" + test.context().name() + "\"");
    }
  }

  private static String scraped(HttpRequest request) throws Exception {
    return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
  }
}
