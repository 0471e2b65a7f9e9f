package io.sluice.cli;

import com.typesafe.config.ConfigException;
import io.sluice.api.SluiceException;
import java.io.PrintWriter;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Failures as one line for the user, or with their stack trace if the user asks for it. */
final class Failures {

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command = CommandSpec.create();

  @Option(names = "--stacktrace", description = "Shows where a failure comes from.")
  private boolean stackTrace;

  /** Tells of what ended the command; gives its exit code. */
  int report(Throwable failure) {
    return report(failure, stackTrace, command.commandLine().getErr());
  }

  static int report(Throwable failure, boolean stackTrace, PrintWriter err) {
    err.println("sluice: " + line(failure));
    if (stackTrace) {
      failure.printStackTrace(err);
    }
    err.flush();
    return ExitCode.SOFTWARE;
  }

  /** Wrong arguments and wrong moments, as far as Sluice's own sentence says what is wrong. */
  private static boolean isThrownBySluice(Throwable failure) {
    StackTraceElement[] trace = failure.getStackTrace();
    boolean aboutTheCall =
        failure instanceof IllegalArgumentException || failure instanceof IllegalStateException;
    return aboutTheCall && trace.length > 0 && trace[0].getClassName().startsWith("io.sluice.");
  }

  private static String line(Throwable failure) {
    String text = failure.getMessage();
    boolean speaksForItself = failure instanceof SluiceException
        || failure instanceof CommandException
        || failure instanceof ConfigException
        || isThrownBySluice(failure);
    if (text == null || !speaksForItself) {
      text = failure.toString();
    }
    return text.lines()
        .map(String::strip)
        .reduce((left, right) -> left + " " + right)
        .orElse(text);
  }
}
