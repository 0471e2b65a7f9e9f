package io.sluice.cli;

import java.util.Map;
import jdk.jshell.execution.LocalExecutionControl;
import jdk.jshell.spi.ExecutionControl;
import jdk.jshell.spi.ExecutionControlProvider;
import jdk.jshell.spi.ExecutionEnv;

/** Lets JShell run its lines in this process, with classes that can be shipped to workers. Found by JShell as a service. */
public final class ShellExecution implements ExecutionControlProvider {

  static final String NAME = "sluice";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public ExecutionControl generate(ExecutionEnv environment, Map<String, String> parameters) {
    return new LocalExecutionControl(new ShellLoader(Shell.classes()));
  }
}
