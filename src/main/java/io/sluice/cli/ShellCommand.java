package io.sluice.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sluice shell}: JShell with a context at hand. */
@Command(
    name = "shell",
    description =
        "Opens a Java shell (JShell) with a StreamingContext at hand, to try programs line by line.",
    footer = {
      "",
      "Lines can be piped in. /exit N ends the shell with exit code N, the end of the input with 0."
    })
final class ShellCommand implements Callable<Integer> {

  private static final String MODULE = "jdk.jshell";

  @Spec
  private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "A driver's configuration, like conf/driver.conf: the shell joins its cluster. Without it everything runs in this process.")
  private @Nullable Path config;

  @Mixin
  private Failures failures = new Failures();

  @Override
  public Integer call() {
    try {
      if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
        throw new CommandException(
            "This Java (%s) has no JShell: its module %s is missing. Run the shell with a JDK instead of a JRE."
                .formatted(System.getProperty("java.home"), MODULE));
      }
      // Its lines would come between what is typed and what is answered.
      System.setProperty("sluice.log.level", System.getProperty("sluice.log.level", "WARN"));
      if (config != null) {
        ConfigFile.install(config);
      }
      Shell.open();
      return ShellTool.run(spec.commandLine().getOut());
    } catch (Exception failure) {
      return failures.report(failure);
    } finally {
      Shell.close();
    }
  }
}
