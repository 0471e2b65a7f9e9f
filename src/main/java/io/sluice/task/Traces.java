package io.sluice.task;

import java.io.PrintWriter;
import java.io.StringWriter;

/** Stack traces as text, since exceptions do not travel. */
final class Traces {

  private static final int MAX_CHARACTERS = 16_000;

  private Traces() {}

  static String text(Throwable failure) {
    StringWriter text = new StringWriter();
    failure.printStackTrace(new PrintWriter(text));
    String whole = text.toString();
    return whole.length() <= MAX_CHARACTERS ? whole : whole.substring(0, MAX_CHARACTERS) + " ...";
  }
}
