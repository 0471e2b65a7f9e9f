package io.sluice.cli;

import com.typesafe.config.ConfigException;
import io.sluice.api.SluiceException;
import java.io.PrintWriter;
import picocli.CommandLine.ExitCode;

/** Failures as one line for the user. */
final class Failures {

  private Failures() {}

  static int report(Throwable failure, boolean stackTrace, PrintWriter err) {
    err.println("sluice: " + line(failure));
    if (stackTrace) {
      failure.printStackTrace(err);
    }
    err.flush();
    return ExitCode.SOFTWARE;
  }

  private static String line(Throwable failure) {
    String text = failure.getMessage();
    boolean speaksForItself = failure instanceof SluiceException
        || failure instanceof CommandException
        || failure instanceof ConfigException;
    if (text == null || !speaksForItself) {
      text = failure.toString();
    }
    return text.lines()
        .map(String::strip)
        .reduce((left, right) -> left + " " + right)
        .orElse(text);
  }
}
