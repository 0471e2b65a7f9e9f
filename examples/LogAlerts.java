package examples;

import io.sluice.DStream;
import io.sluice.StreamingContext;
import io.sluice.api.Charts;
import io.sluice.api.Pair;
import io.sluice.api.WindowOptions;
import io.sluice.connector.file.FileSink;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;

/**
 * Watches a directory into which services move their logs, compressed or not, and raises an alert when one of them has had many errors in the last
 * seconds; when it has become quiet, the alert is withdrawn. Alerts are printed, and written as JSON by their date, each once.
 */
public final class LogAlerts {

  private static final Duration INTERVAL = Duration.ofMillis(500);
  private static final Duration WINDOW = Duration.ofSeconds(4);
  private static final long LIMIT = 20;
  private static final Pattern ERROR = Pattern.compile("\\S+ ERROR (?<service>\\S+) .*");

  private LogAlerts() {}

  /** A service has more errors than it may have, or not any more. */
  record Alert(Instant at, String service, boolean raised, long errors) implements Serializable {}

  /** A service that has an alert; {@code changed} in the batch that raised or withdrew it. */
  record Watched(Alert alert, boolean changed) implements Serializable {}

  /**
   * Arguments: a directory or pattern of files whose lines are like {@code 2026-11-24T10:15:30Z ERROR payment ...}, and a directory for alerts. Without
   * them, in a new directory, logs are made up.
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    Path invented = Files.createTempDirectory("log-alerts");
    String logs = args.length > 0 ? args[0] : inventLogs(invented) + "/*.log*";
    String alerts = args.length > 1 ? args[1] : invented.resolve("alerts").toString();
    System.out.println("Alerts are written to " + alerts);
    try (StreamingContext context = StreamingContext.create("LogAlerts", INTERVAL)) {
      watch(context.textFileStream(logs), alerts);
      context.start();
      context.awaitTermination();
    }
  }

  // tag::program[]
  private static void watch(DStream<String> lines, String directory) {
    DStream<Alert> alerts = lines
        .map(ERROR::matcher)
        .filter(Matcher::matches)
        .mapToPair(error -> Pair.of(error.group("service"), 1L))
        .reduceByKeyAndWindow(
            Long::sum,
            (total, left) -> total - left,
            WindowOptions.of(WINDOW, INTERVAL).dropEmptyKeys())
        .updateStateByKey(LogAlerts::next)
        .filter(service -> service.value().changed())
        .map(service -> service.value().alert());
    alerts.print();
    alerts.saveTo(
        "alerts",
        FileSink.<Alert>in(directory).json().partitionedByDate("date", Alert::at, ZoneOffset.UTC));
    alerts.count().show("Alerts", Charts.line());
  }

  private static Optional<Watched> next(
      Instant time, String service, List<Long> errors, Optional<Watched> before) {
    long now = errors.stream().mapToLong(Long::longValue).sum();
    boolean wasRaised = before.map(watched -> watched.alert().raised()).orElse(false);
    boolean raised = now > LIMIT;
    // A service that was quiet before is forgotten.
    return raised || wasRaised
        ? Optional.of(new Watched(new Alert(time, service, raised, now), raised != wasRaised))
        : Optional.empty();
  }
  // end::program[]

  /** Moves a log into a directory now and then; every few seconds one service has many errors. Gives the directory. */
  private static Path inventLogs(Path in) throws IOException {
    Path logs = Files.createDirectories(in.resolve("logs"));
    Thread thread = new Thread(() -> invent(logs, new Random(1)), "invented-logs");
    thread.setDaemon(true);
    thread.start();
    return logs;
  }

  private static void invent(Path logs, Random random) {
    try {
      for (int number = 0; ; number++) {
        boolean compressed = number % 2 == 1;
        boolean troubled = number / 8 % 3 == 1;
        Path file = Files.createTempFile(logs, "writing", ".tmp");
        try (OutputStream out = compressed
            ? new GZIPOutputStream(Files.newOutputStream(file))
            : Files.newOutputStream(file)) {
          for (int line = 0; line < 50; line++) {
            String service = random.nextBoolean() ? "payment" : "search";
            boolean error = random.nextInt(troubled && service.equals("payment") ? 2 : 40) == 0;
            out.write("%s %s %s Request %d\n"
                .formatted(Instant.now(), error ? "ERROR" : "INFO", service, line)
                .getBytes(StandardCharsets.UTF_8));
          }
        }
        Files.move(file, logs.resolve("app-" + number + (compressed ? ".log.gz" : ".log")));
        TimeUnit.MILLISECONDS.sleep(INTERVAL.toMillis());
      }
    } catch (IOException | InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }
}
