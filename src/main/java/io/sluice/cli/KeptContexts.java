package io.sluice.cli;

import io.sluice.api.Locations;
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
  private String directory = "";

  /** @throws ParameterException if there is no such directory */
  Path directory() {
    Path found = Locations.path(directory);
    if (!Files.isDirectory(found)) {
      throw new ParameterException(
          command.commandLine(), "Checkpoint directory '" + directory + "' does not exist.");
    }
    return found.toAbsolutePath();
  }
}
