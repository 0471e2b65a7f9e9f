package io.sluice.plan;

import java.io.Serializable;

/** How the values of one key become one value when a shuffle brings them together. */
public sealed interface Aggregation extends Serializable {

  /** Whether map tasks combine before they send. */
  boolean mapSide();

  /** One value from any two, by an associative function. */
  record Reduce(Closure function) implements Aggregation {
    @Override
    public boolean mapSide() {
      return true;
    }
  }

  /** A combiner of another type: made of the first value, extended by more, joined with others. */
  record Combine(Closure create, Closure merge, Closure join, boolean mapSide)
      implements Aggregation {}

  /** All values of a key as a list. */
  record Group() implements Aggregation {
    @Override
    public boolean mapSide() {
      return false;
    }
  }

  /** The values of a key as one list for each input of the shuffle. */
  record Cogroup(int inputs) implements Aggregation {
    @Override
    public boolean mapSide() {
      return false;
    }
  }

  /** The pairs as they are. */
  record Pass() implements Aggregation {
    @Override
    public boolean mapSide() {
      return false;
    }
  }
}
