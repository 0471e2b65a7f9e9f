package io.sluice.simulation;

/** What is built in wrongly, to show that it is found. */
enum Flaw {
  NONE,
  /** A driver that was replaced is told that its decisions are safe. */
  EPOCH_IS_NOT_SEALED,
  /** A received block passes for copied before it is. */
  COPY_IS_NOT_AWAITED,
  /** A driver goes on before its decisions are safe. */
  DECISION_IS_NOT_AWAITED
}
