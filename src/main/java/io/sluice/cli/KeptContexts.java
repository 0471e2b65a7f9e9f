package io.sluice.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The directory that is looked into. */
final class KeptContexts {

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
