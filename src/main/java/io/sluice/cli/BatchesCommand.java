package io.sluice.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sluice batches}: the latest batches of a running context. */
@Command(
    name = "batches",
    description = "Lists the latest batches of a running context, newest first.",
    footer = {"", "Times are in milliseconds; '-' is what is not known yet."})
final class BatchesCommand implements Callable<Integer> {

  @Spec
  private CommandSpec spec = CommandSpec.create();

  @Mixin
  private RemotePage page = new RemotePage();

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "20",
      description = "How many (default: ${DEFAULT-VALUE}).")
  private int limit;

  @Option(names = "--json", description = "Prints a line of JSON for each.")
  private boolean json;

  @Override
  public Integer call() throws InterruptedException {
    if (limit < 1) {
      throw new ParameterException(
          spec.commandLine(), "--limit must be at least 1, got " + limit + ".");
    }
    JsonNode batches = page.get("batches?limit=" + limit);
    PrintWriter out = spec.commandLine().getOut();
    if (!json) {
      out.printf(
          "%-24s %-9s %12s %6s %10s %10s%n",
          "BATCH", "STATE", "RECORDS", "TASKS", "WAITED", "PROCESSING");
    }
    for (JsonNode batch : batches) {
      out.println(json ? batch.toString() : line(batch));
    }
    out.flush();
    return ExitCode.OK;
  }

  private static String line(JsonNode batch) {
    return "%-24s %-9s %12d %6d %10s %10s"
        .formatted(
            Instant.ofEpochMilli(batch.path("timeMillis").asLong()),
            batch.path("state").asText().toLowerCase(Locale.ROOT),
            batch.path("records").asLong(),
            batch.path("tasks").asLong(),
            millis(batch.path("schedulingMillis")),
            millis(batch.path("processingMillis")));
  }

  private static String millis(JsonNode duration) {
    return duration.isNumber() ? "%.1f".formatted(duration.asDouble()) : "-";
  }
}
