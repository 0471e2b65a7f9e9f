package io.sluice.api;

import java.io.Serializable;

/**
 * How results are shown on the page; see {@link Charts}. Never changes.
 *
 * @param most rows, bars or lines at most, from 1 to 100
 */
public record Chart(Kind kind, int most) implements Serializable {

  private static final int LIMIT = 100;

  public Chart {
    if (most < 1 || most > LIMIT) {
      throw new IllegalArgumentException(
          "A chart has between 1 and " + LIMIT + " rows, bars or lines, got " + most + ".");
    }
  }

  /** What it looks like. */
  public enum Kind {
    BAR,
    LINE,
    TABLE,
    VALUE
  }
}
