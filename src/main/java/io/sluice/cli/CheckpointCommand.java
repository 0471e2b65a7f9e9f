package io.sluice.cli;

import com.typesafe.config.ConfigFactory;
import io.sluice.Checkpoints;
import io.sluice.Rehearsal;
import io.sluice.StreamingContext;
import io.sluice.api.CheckpointContents;
import io.sluice.api.CheckpointReport;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
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

  /** The directory that is looked into. */
  static final class Kept {

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command = CommandSpec.create();

    @Option(
        names = "--checkpoint",
        paramLabel = "DIRECTORY",
        required = true,
        description = "Directory in which contexts are kept: sluice.checkpoint.directory.")
    private Path directory = Path.of("");

    /** @throws ParameterException if there is no such directory */
    Path directory() {
      if (!Files.isDirectory(directory)) {
        throw new ParameterException(
            command.commandLine(), "Checkpoint directory '" + directory + "' does not exist.");
      }
      return directory.toAbsolutePath();
    }
  }

  /** A program up to its start. */
  static final class Rehearsed {

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command = CommandSpec.create();

    @Option(
        names = "--config",
        paramLabel = "FILE",
        description = "Configuration with which the program will be run.")
    private @Nullable Path config;

    @Mixin
    private ProgramClass program = new ProgramClass();

    /** Gives what is made of the program's context where it would start. */
    <R> R run(Path checkpoints, List<String> arguments, Function<StreamingContext, R> use)
        throws Exception {
      install();
      ProgramClass.Main main = find();
      AtomicReference<@Nullable R> result = new AtomicReference<>();
      boolean started = Rehearsal.run(
          checkpoints,
          () -> {
            main.call(arguments);
            return true;
          },
          context -> result.set(use.apply(context)));
      R made = result.get();
      if (!started || made == null) {
        throw new CommandException(
            "The program has ended without a call of start() on a StreamingContext.");
      }
      return made;
    }

    private void install() {
      if (config != null) {
        if (!Files.isReadable(config)) {
          throw new ParameterException(
              command.commandLine(), "Configuration file '" + config + "' cannot be read.");
        }
        System.setProperty("config.file", config.toString());
        ConfigFactory.invalidateCaches();
      }
    }

    private ProgramClass.Main find() {
      try {
        return program.find();
      } catch (CommandException wrong) {
        throw new ParameterException(command.commandLine(), String.valueOf(wrong.getMessage()));
      }
    }
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
    private Kept kept = new Kept();

    @Mixin
    private Rehearsed program = new Rehearsed();

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
    private Kept kept = new Kept();

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
