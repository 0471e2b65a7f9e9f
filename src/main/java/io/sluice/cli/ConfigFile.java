package io.sluice.cli;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The configuration file of a command, in the place of application.conf. */
final class ConfigFile {

  private static final String PROPERTY = "config.file";

  @Option(
      names = "--config",
      paramLabel = "FILE",
      required = true,
      description = "Configuration; conf/ has worker.conf, driver.conf and local.conf.")
  private Path file = Path.of("");

  /** Makes {@code ConfigFactory.load()} read the file, here and in the program that is run, and gives what it reads. */
  Config install() {
    return install(file);
  }

  /**
   * The same for a file that is given otherwise.
   *
   * @throws CommandException if it cannot be read
   */
  static Config install(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new CommandException("Configuration file '"
          + file
          + "' does not exist; there are examples in conf/, like conf/worker.conf.");
    }
    if (!Files.isReadable(file)) {
      throw new CommandException("Configuration file '" + file + "' cannot be read.");
    }
    System.setProperty(PROPERTY, file.toString());
    ConfigFactory.invalidateCaches();
    return ConfigFactory.load();
  }
}
