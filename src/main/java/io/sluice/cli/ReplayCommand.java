package io.sluice.cli;

import io.sluice.StreamingContext;
import io.sluice.api.ReplayedBatch;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice replay}: runs a batch of a checkpoint directory again and prints what its outputs would be given. */
@Command(
    name = "replay",
    description =
        "Runs one batch of a checkpoint directory again, in this process, and prints the records of its outputs. Nothing is put out, and nothing"
            + " in the directory is changed.",
    footer = {"", "From the first argument on, everything is passed to the program."})
final class ReplayCommand implements Callable<Integer> {

  @Spec
  private CommandSpec spec = CommandSpec.create();

  @Mixin
  private KeptContexts kept = new KeptContexts();

  @Mixin
  private RehearsedProgram program = new RehearsedProgram();

  @Option(
      names = "--batch",
      paramLabel = "TIME",
      required = true,
      description =
          "Time of the batch, like 2026-11-23T06:05:51.500Z; 'checkpoint list' shows some.")
  private Instant batch = Instant.EPOCH;

  @Mixin
  private Failures failures = new Failures();

  @Parameters(paramLabel = "ARGUMENT", description = "Arguments of the program.")
  private List<String> arguments = new ArrayList<>();

  @Override
  public Integer call() throws Exception {
    Path directory = kept.directory();
    try {
      ReplayedBatch replayed = program.run(directory, arguments, this::replay);
      PrintWriter out = spec.commandLine().getOut();
      out.println(replayed);
      out.flush();
      return CommandLine.ExitCode.OK;
    } catch (ParameterException wrong) {
      throw wrong;
    } catch (ExecutionException failure) {
      return failures.report(failure.getCause() == null ? failure : failure.getCause());
    } catch (RuntimeException failure) {
      return failures.report(failure);
    }
  }

  private ReplayedBatch replay(StreamingContext context) {
    try {
      return context.replay(batch);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new CommandException("Interrupted while the batch was run.");
    }
  }
}
