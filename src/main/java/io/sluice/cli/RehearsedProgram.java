package io.sluice.cli;

import com.typesafe.config.ConfigFactory;
import io.sluice.Rehearsal;
import io.sluice.StreamingContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A program up to its start. */
final class RehearsedProgram {

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
