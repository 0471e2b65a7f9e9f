package io.sluice.api;

import java.io.Serializable;

/** Three values: what a cogroup of three has for a key. */
public record Triple<A, B, C>(A first, B second, C third) implements Serializable {

  public static <A, B, C> Triple<A, B, C> of(A first, B second, C third) {
    return new Triple<>(first, second, third);
  }

  @Override
  public String toString() {
    return "(" + first + "," + second + "," + third + ")";
  }
}
