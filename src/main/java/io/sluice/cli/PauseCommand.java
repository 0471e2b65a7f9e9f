package io.sluice.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sluice pause}: has a running context begin no batch, or go on. */
@Command(
    name = "pause",
    description =
        "Has a running context begin no batch until it is resumed; what is received waits. Its page must have a token.")
final class PauseCommand implements Callable<Integer> {

  @Spec
  private CommandSpec spec = CommandSpec.create();

  @Mixin
  private RemotePage page = new RemotePage();

  @Option(names = "--resume", description = "Has it go on.")
  private boolean resume;

  @Override
  public Integer call() throws InterruptedException {
    page.post(resume ? "resume" : "pause");
    PrintWriter out = spec.commandLine().getOut();
    out.println(resume ? "The context goes on." : "The context pauses after the batch that runs.");
    out.flush();
    return ExitCode.OK;
  }
}
