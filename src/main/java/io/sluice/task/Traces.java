package io.sluice.task;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.CompletionException;

/** Failures as text, since exceptions do not travel. */
final class Traces {

  private static final int MAX_CHARACTERS = 16_000;

  private Traces() {}

  static String text(Throwable failure) {
    StringWriter text = new StringWriter();
    failure.printStackTrace(new PrintWriter(text));
    String whole = text.toString();
    return whole.length() <= MAX_CHARACTERS ? whole : whole.substring(0, MAX_CHARACTERS) + " ...";
  }

  /** What failed, without what futures wrap around it. */
  static Throwable cause(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }
}
