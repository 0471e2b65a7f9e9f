package io.sluice;

/** Null, where a program passes it though it may not. */
final class Absent {

  private Absent() {}

  @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
  static <T> T value() {
    return null;
  }
}
