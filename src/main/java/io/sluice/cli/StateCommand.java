package io.sluice.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** {@code sluice state}: what operators of a running context remember. */
@Command(
    name = "state",
    description = "Reads what operators of a running context remember, as one batch has left it.")
final class StateCommand implements Runnable {

  @Spec
  private CommandSpec spec = CommandSpec.create();

  @Mixin
  private RemotePage page = new RemotePage();

  @Option(
      names = "--json",
      scope = ScopeType.INHERIT,
      description = "Prints the answer of the page as it is.")
  private boolean json;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing command: list, get or scan.");
  }

  @Command(name = "list", description = "Lists the operators that can be read.")
  int list() throws InterruptedException {
    JsonNode answer = page.get("state");
    return print(out -> {
      if (json) {
        out.println(answer);
      } else {
        answer.path("operators").forEach(name -> out.println(name.asText()));
      }
    });
  }

  @Command(
      name = "get",
      description = "Prints what is remembered for a key; exits with 1 if nothing is.",
      footer = {"", "The key is taken for a text first, then for a whole number."})
  int get(
      @Parameters(paramLabel = "OPERATOR", description = "The operator's name.") String operator,
      @Parameters(paramLabel = "KEY", description = "The key.") String key)
      throws InterruptedException {
    JsonNode answer = page.get("state/" + encoded(operator) + "?key=" + encoded(key));
    print(out -> show(answer, out));
    return answer.path("entries").isEmpty() ? ExitCode.SOFTWARE : ExitCode.OK;
  }

  @Command(name = "scan", description = "Prints keys and what is remembered for them, in no order.")
  int scan(
      @Parameters(paramLabel = "OPERATOR", description = "The operator's name.") String operator,
      @Option(
              names = "--limit",
              defaultValue = "100",
              paramLabel = "KEYS",
              description = "So many keys at most (default: ${DEFAULT-VALUE}).")
          int limit)
      throws InterruptedException {
    JsonNode answer = page.get("state/" + encoded(operator) + "?limit=" + limit);
    return print(out -> show(answer, out));
  }

  private void show(JsonNode answer, PrintWriter out) {
    if (json) {
      out.println(answer);
      return;
    }
    out.println("batch " + Instant.ofEpochMilli(answer.path("batchMillis").asLong()));
    for (JsonNode entry : answer.path("entries")) {
      out.println(text(entry.path("key")) + " = " + text(entry.path("value")));
    }
  }

  private int print(Consumer<PrintWriter> printing) {
    PrintWriter out = spec.commandLine().getOut();
    printing.accept(out);
    out.flush();
    return ExitCode.OK;
  }

  private static String text(JsonNode value) {
    return value.isValueNode() ? value.asText() : value.toString();
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
