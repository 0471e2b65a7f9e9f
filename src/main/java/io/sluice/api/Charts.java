package io.sluice.api;

/** The charts that {@code stream.show(title, chart)} can draw on the page of a context. */
public final class Charts {

  private static final int USUAL = 10;
  private static final int USUAL_ROWS = 20;

  private Charts() {}

  /** A bar for each of the ten greatest of a batch; for pairs of a label and a number. */
  public static Chart bar() {
    return bar(USUAL);
  }

  /** A bar for each of the greatest. */
  public static Chart bar(int most) {
    return new Chart(Chart.Kind.BAR, most);
  }

  /** A line over time for each of the ten greatest of a batch; for pairs of a label and a number, or a number alone. */
  public static Chart line() {
    return line(USUAL);
  }

  /** A line over time for each of the greatest. */
  public static Chart line(int most) {
    return new Chart(Chart.Kind.LINE, most);
  }

  /** The first twenty records of a batch; those that are Java records have a column for each component. */
  public static Chart table() {
    return table(USUAL_ROWS);
  }

  /** The first records of a batch. */
  public static Chart table(int most) {
    return new Chart(Chart.Kind.TABLE, most);
  }

  /** The first record of a batch, large. */
  public static Chart value() {
    return new Chart(Chart.Kind.VALUE, 1);
  }
}
