package io.sluice.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code sluice run}: calls a program's main method as the driver, with its jars shipped to the workers. */
@Command(
    name = "run",
    description = "Runs a program's main class; its classes are shipped to the workers.",
    footer = {"", "From the first argument on, everything is passed to the program."})
final class RunCommand implements Callable<Integer> {

  @Mixin
  private ConfigFile config = new ConfigFile();

  @Mixin
  private ProgramClass program = new ProgramClass();

  @Mixin
  private Failures failures = new Failures();

  @Parameters(paramLabel = "ARGUMENT", description = "Arguments of the program.")
  private List<String> arguments = new ArrayList<>();

  @Override
  public Integer call() {
    try {
      config.install();
      ProgressLine.install(Terminal.isStderr());
      program.find().call(arguments);
      return CommandLine.ExitCode.OK;
    } catch (Exception failure) {
      return failures.report(failure);
    }
  }
}
