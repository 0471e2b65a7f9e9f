package io.sluice.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code sluice completion}: a script with which shells complete commands and options. */
@Command(
    name = "completion",
    description =
        "Prints a script that lets bash and zsh complete commands and options of 'sluice'.",
    footer = {
      "",
      "In bash, or in zsh, with the path of your own:",
      "  alias sluice='java -jar target/sluice.jar'",
      "  source <(sluice completion)"
    })
final class CompletionCommand implements Callable<Integer> {

  @Spec
  private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    CommandSpec root = spec.root();
    PrintWriter out = spec.commandLine().getOut();
    out.println(AutoComplete.bash(root.name(), root.commandLine()));
    out.flush();
    return ExitCode.OK;
  }
}
