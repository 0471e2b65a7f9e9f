package io.sluice.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sluice status}: how a running context is doing. */
@Command(name = "status", description = "Tells how a running context is doing.")
final class StatusCommand implements Callable<Integer> {

  @Spec
  private CommandSpec spec = CommandSpec.create();

  @Mixin
  private RemotePage page = new RemotePage();

  @Option(names = "--json", description = "Prints the answer of the page as it is.")
  private boolean json;

  @Override
  public Integer call() throws InterruptedException {
    JsonNode status = page.get("status");
    JsonNode workers = page.get("cluster").path("workers");
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(status);
    } else {
      out.printf(
          "%s: %s, %s%n", text(status, "name"), text(status, "health"), text(status, "state"));
      out.println(text(status, "healthReason"));
      out.printf(
          "batches: %d completed, %d failed, %d waiting, %d running, every %d ms%n",
          number(status, "completed"),
          number(status, "failed"),
          number(status, "waiting"),
          number(status, "running"),
          number(status, "intervalMillis"));
      out.printf("records: %d%n", number(status, "records"));
      for (JsonNode worker : workers) {
        out.printf(
            "worker: %s %s, %d slots%n",
            text(worker, "id"), text(worker, "state"), number(worker, "slots"));
      }
    }
    out.flush();
    return ExitCode.OK;
  }

  private static String text(JsonNode of, String field) {
    return of.path(field).asText();
  }

  private static long number(JsonNode of, String field) {
    return of.path(field).asLong();
  }
}
