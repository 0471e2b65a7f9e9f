package io.sluice.cli;

import io.sluice.Checkpoints;
import io.sluice.StreamingContext;
import io.sluice.api.CheckpointContents;
import io.sluice.api.CheckpointReport;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice checkpoint}: looks into checkpoint directories, and changes nothing there. */
@Command(
    name = "checkpoint",
    description = "Looks into a checkpoint directory; changes nothing there.",
    subcommands = {CheckpointCommand.Check.class, CheckpointCommand.Listing.class})
final class CheckpointCommand implements Runnable {

  @Spec
  private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing command: check or list.");
  }

  /** {@code sluice checkpoint check}: exits with 1 if the program would not start. */
  @Command(
      name = "check",
      description =
          "Says what a program's start would do with a checkpoint directory. Nothing is run but its main method, up to start().",
      footer = {"", "From the first argument on, everything is passed to the program."})
  static final class Check implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private KeptContexts kept = new KeptContexts();

    @Mixin
    private RehearsedProgram program = new RehearsedProgram();

    @Mixin
    private Failures failures = new Failures();

    @Parameters(paramLabel = "ARGUMENT", description = "Arguments of the program.")
    private List<String> arguments = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
      Path directory = kept.directory();
      try {
        CheckpointReport report = program.run(directory, arguments, StreamingContext::checkRestart);
        say(spec, report);
        return report.isRefused() ? CommandLine.ExitCode.SOFTWARE : CommandLine.ExitCode.OK;
      } catch (ParameterException wrong) {
        throw wrong;
      } catch (ExecutionException failure) {
        return failures.report(failure.getCause() == null ? failure : failure.getCause());
      } catch (RuntimeException failure) {
        return failures.report(failure);
      }
    }
  }

  /** {@code sluice checkpoint list}: exits with 1 if something is damaged. */
  @Command(
      name = "list",
      description =
          "Lists the contexts in a checkpoint directory, and the batches that each can go back to.")
  static final class Listing implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private KeptContexts kept = new KeptContexts();

    @Mixin
    private Failures failures = new Failures();

    @Override
    public Integer call() {
      Path directory = kept.directory();
      try {
        List<CheckpointContents> all = Checkpoints.list(directory);
        all.forEach(contents -> say(spec, contents));
        if (all.isEmpty()) {
          say(spec, "No context is kept in " + directory + ".");
        }
        boolean damaged = all.stream().anyMatch(contents -> !contents.damage().isEmpty());
        return damaged ? CommandLine.ExitCode.SOFTWARE : CommandLine.ExitCode.OK;
      } catch (RuntimeException failure) {
        return failures.report(failure);
      }
    }
  }

  private static void say(CommandSpec spec, Object text) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(text);
    out.flush();
  }
}
