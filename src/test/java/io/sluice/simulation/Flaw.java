package io.sluice.simulation;

/** What is built in wrongly, to show that it is found; each breaks an invariant that the oracle must name. */
enum Flaw {
  NONE(""),
  /** A driver that was replaced is told that its decisions are safe. */
  EPOCH_IS_NOT_SEALED("I6"),
  /** A received block passes for copied before it is. */
  COPY_IS_NOT_AWAITED("I4"),
  /** A driver goes on before its decisions are safe. */
  DECISION_IS_NOT_AWAITED("I1"),
  /** Nodes take more into memory than they may. */
  MEMORY_IS_NOT_BOUNDED("I7");

  private final String invariant;

  Flaw(String invariant) {
    this.invariant = invariant;
  }

  /** What it breaks. */
  String invariant() {
    return invariant;
  }
}
