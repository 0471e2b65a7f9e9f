package io.sluice.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sluice stop}: stops a running context. */
@Command(
    name = "stop",
    description =
        "Stops a running context, whose page must have a token. Does not wait for its end.")
final class StopCommand implements Callable<Integer> {

  @Spec
  private CommandSpec spec = CommandSpec.create();

  @Mixin
  private RemotePage page = new RemotePage();

  @Option(
      names = "--graceful",
      description =
          "First processes everything that was received. Without it, batches that run or wait are given up.")
  private boolean graceful;

  @Override
  public Integer call() throws InterruptedException {
    page.post("stop?graceful=" + graceful);
    PrintWriter out = spec.commandLine().getOut();
    out.println(
        graceful ? "The context stops when it has processed what it has." : "The context stops.");
    out.flush();
    return ExitCode.OK;
  }
}
