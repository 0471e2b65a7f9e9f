package io.sluice.dashboard;

import io.sluice.api.ContextState;
import org.jspecify.annotations.Nullable;

/** How a context is doing, in a word, and why: what is worst counts. */
final class Health {

  private @Nullable String behind;
  private @Nullable String recovering;
  private @Nullable String sink;
  private @Nullable String failure;
  private boolean batchSeen;
  private boolean paused;

  /** The word and the reason. */
  record Verdict(String word, String reason) {}

  void batchCompleted() {
    batchSeen = true;
    recovering = null;
    sink = null;
  }

  void batchFailed(String reason) {
    failure = reason;
  }

  void fallingBehind(String reason) {
    behind = reason;
  }

  void caughtUp() {
    behind = null;
  }

  void recovering(String reason) {
    recovering = reason;
  }

  void sinkFails(String reason) {
    sink = reason;
  }

  void paused(boolean now) {
    paused = now;
  }

  boolean isPaused() {
    return paused;
  }

  Verdict verdict(ContextState state) {
    if (failure != null) {
      return new Verdict("failed", failure);
    } else if (state == ContextState.STOPPED) {
      return new Verdict("stopped", "The context was stopped.");
    } else if (paused) {
      return new Verdict(
          "paused", "No batch begins until somebody resumes it; what is received waits.");
    } else if (sink != null) {
      return new Verdict("held up", sink);
    } else if (recovering != null) {
      return new Verdict("recovering", recovering);
    } else if (behind != null) {
      return new Verdict("falling behind", behind);
    } else if (!batchSeen) {
      return new Verdict("starting", "No batch has been completed yet.");
    }
    return new Verdict("keeping up", "Batches end before the next one is due.");
  }
}
