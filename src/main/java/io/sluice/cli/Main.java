package io.sluice.cli;

import static java.util.Objects.requireNonNull;

import java.io.PrintWriter;
import java.time.Duration;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** {@code java -jar sluice.jar}: exits with 0 when all went well, 1 on failure, 2 on wrong usage. */
@Command(
    name = "sluice",
    description = "DStream programs on an Akka cluster.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:It went well.",
      "1:It failed, and one line says why. Of 'checkpoint' also: what was looked at is not sound; of 'state get': nothing is remembered for the key.",
      "2:It was called in a wrong way; nothing was done."
    },
    scope = ScopeType.INHERIT,
    subcommands = {
      DemoCommand.class,
      NodeCommand.class,
      RunCommand.class,
      ShellCommand.class,
      StatusCommand.class,
      BatchesCommand.class,
      StateCommand.class,
      PauseCommand.class,
      StopCommand.class,
      CheckpointCommand.class,
      ReplayCommand.class,
      ChaosCommand.class,
      ArchiveCommand.class,
      CompletionCommand.class
    })
public final class Main implements Runnable {

  private static final String LOGGING = "logback.configurationFile";
  private static final String LOGGING_DEFAULT = "sluice-cli-logback.xml";

  @Spec
  private CommandSpec spec = CommandSpec.create();

  private Main() {}

  public static void main(String[] arguments) {
    // Before the first logger is made: a configuration at the root of the jar would take over that
    // of every program.
    if (System.getProperty(LOGGING) == null) {
      System.setProperty(LOGGING, LOGGING_DEFAULT);
    }
    System.exit(execute(arguments));
  }

  static int execute(String... arguments) {
    return commandLine().execute(arguments);
  }

  static CommandLine commandLine() {
    CommandLine line = new CommandLine(new Main());
    line.registerConverter(Duration.class, Durations::parse);
    line.setStopAtPositional(true);
    // No program's arguments follow there.
    requireNonNull(line.getSubcommands().get("state")).setStopAtPositional(false);
    line.setParameterExceptionHandler(Main::onWrongUsage);
    line.setExecutionExceptionHandler(Main::onFailure);
    return line;
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "Missing command: " + String.join(", ", spec.subcommands().keySet()) + ".");
  }

  private static int onWrongUsage(ParameterException wrong, String[] arguments) {
    CommandLine line = wrong.getCommandLine();
    PrintWriter err = line.getErr();
    err.println("sluice: " + wrong.getMessage());
    CommandLine.UnmatchedArgumentException.printSuggestions(wrong, err);
    err.printf("Try '%s --help'.%n", line.getCommandSpec().qualifiedName());
    err.flush();
    return CommandLine.ExitCode.USAGE;
  }

  private static int onFailure(Exception failure, CommandLine line, ParseResult parsed) {
    return Failures.report(failure, false, line.getErr());
  }

  /** The version in the jar's manifest. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {
        "sluice %s (Java %s)"
            .formatted(
                version == null ? "development" : version, System.getProperty("java.version"))
      };
    }
  }
}
