package io.sluice.connector.http;

import static java.util.Objects.requireNonNull;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A text that nobody must see, like a token. It is read on the worker, each time that it is needed, so it does not travel with the
 * program and may change while that runs. No log, error or {@code toString} shows it.
 */
@FunctionalInterface
public interface Secret extends Serializable {

  /**
   * The text. May be called from any thread.
   *
   * @throws Exception if it cannot be read; what the exception says is reported, so it must not have the secret in it
   */
  String read() throws Exception;

  /** What an environment variable of the worker's process has. */
  static Secret environment(String variable) {
    requireNonNull(variable, "The name of the environment variable is null.");
    return () -> {
      String value = System.getenv(variable);
      if (value == null || value.isBlank()) {
        throw new SluiceException(
            ErrorCode.SETTING_INVALID,
            "Environment variable " + variable
                + " is not set. Set it for the process of every worker, since a receiver may run on each.");
      }
      return value.strip();
    };
  }

  /** What a file on the worker has, without white space around it. */
  static Secret file(String path) {
    requireNonNull(path, "The path of the file is null.");
    return () -> {
      try {
        return Files.readString(Path.of(path)).strip();
      } catch (IOException unreadable) {
        throw new SluiceException(
            ErrorCode.SETTING_INVALID,
            "File '" + path
                + "' cannot be read. It must be on every worker, since a receiver may run on each.",
            unreadable);
      }
    };
  }

  /** The same with a text before it, for example {@code "Bearer "}. */
  default Secret after(String prefix) {
    return () -> prefix + read();
  }
}
