package io.sluice.connector.hadoop;

import java.net.URI;
import java.util.Optional;

/** A class that is not on the class path. */
record MissingLibrary(String name, Throwable cause) {

  /** The class that a failure is about; empty if it has another reason. */
  static Optional<MissingLibrary> in(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof NoClassDefFoundError || cause instanceof ClassNotFoundException) {
        return Optional.of(new MissingLibrary(name(cause), failure));
      }
    }
    return Optional.empty();
  }

  /** Hadoop makes a sentence of it. */
  private static String name(Throwable cause) {
    return String.valueOf(cause.getMessage())
        .replaceFirst("^Class (\\S+) not found$", "$1")
        .replace('/', '.');
  }

  IllegalStateException at(URI root, String artifacts) {
    return new IllegalStateException(
        "'%s' cannot be reached: %s is missing. Add %s to the class path of the driver and of every worker."
            .formatted(root, name, artifacts),
        cause);
  }
}
