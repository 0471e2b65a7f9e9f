package io.sluice.api;

import java.util.Arrays;
import java.util.Locale;

/** What is done about the input of a task of a batch that has failed as often as it may be tried. */
public enum FailurePolicy {
  /** The context ends with the error. */
  STOP,
  /** The batch goes on without that input, which is lost. */
  SKIP,
  /** The batch goes on without that input, which is written to a directory. */
  DEAD_LETTER;

  static FailurePolicy parse(String setting, String text) {
    return Arrays.stream(values())
        .filter(policy -> policy.text().equals(text.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(
            setting + " must be stop, skip or dead-letter, got '" + text + "'."));
  }

  private String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
