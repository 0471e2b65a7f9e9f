package io.sluice.cli;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.sluice.SluiceNode;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sluice node}: a worker that runs until it is told to end. */
@Command(name = "node", description = "Starts a worker node and runs it until SIGTERM or Ctrl-C.")
final class NodeCommand implements Callable<Integer> {

  private static final String PORT = "akka.remote.artery.canonical.port";

  @Spec
  private CommandSpec spec = CommandSpec.create();

  @Mixin
  private ConfigFile config = new ConfigFile();

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "Port for messages instead of the configured one; 0 for any free one.")
  private @Nullable Integer port;

  @Mixin
  private Failures failures = new Failures();

  @Override
  public Integer call() throws InterruptedException {
    if (port != null && (port < 0 || port > 65535)) {
      throw new ParameterException(
          spec.commandLine(), "--port must be between 0 and 65535, got " + port + ".");
    }
    Config configuration = configuration();
    AtomicBoolean ending = new AtomicBoolean();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> ending.set(true), "sluice-node-ends"));
    while (true) {
      try (SluiceNode node = SluiceNode.start(configuration)) {
        say("Node " + node.address() + " is ready; its data port is " + node.dataAddress() + ".");
        node.awaitTermination();
        if (ending.get()) {
          say("The node has left.");
          return 0;
        }
      } catch (RuntimeException failure) {
        return failures.report(failure);
      }
      say("The driver has left; waiting for the next one.");
    }
  }

  private void say(String line) {
    spec.commandLine().getOut().println(line);
    spec.commandLine().getOut().flush();
  }

  private Config configuration() {
    Config loaded = config.install();
    return port == null ? loaded : ConfigFactory.parseMap(Map.of(PORT, port)).withFallback(loaded);
  }
}
