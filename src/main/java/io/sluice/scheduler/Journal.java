package io.sluice.scheduler;

import io.sluice.api.ErrorCode;
import io.sluice.api.SluiceException;
import io.sluice.checkpoint.Ledger;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Writes the driver's decisions to its ledger. What follows from a decision happens when it is safe there. */
final class Journal {

  private static final int MAX_ENTRIES = 1000;

  private final Optional<Ledger> ledger;
  private final Consumer<Runnable> driver;
  private final Supplier<Decision.Snapshot> state;
  private int entries;
  private boolean begun;
  private int underWay;
  private int beatsWithoutAnswer;

  /**
   * @param ledger empty if decisions end with the driver
   * @param driver runs steps on the driver's thread
   * @param state all that was decided so far
   */
  Journal(Optional<Ledger> ledger, Consumer<Runnable> driver, Supplier<Decision.Snapshot> state) {
    this.ledger = ledger;
    this.driver = driver;
    this.state = state;
  }

  /** Stores where the driver begins. */
  void begin() {
    begun = true;
    ledger.ifPresent(kept -> when(kept.snapshot(DecisionCodec.encode(state.get())), () -> {}));
  }

  void decide(Decision decision) {
    decide(decision, () -> {});
  }

  /** Stores a decision and, when it is safe, goes on; at once if it is safe already. */
  void decide(Decision decision, Runnable then) {
    if (ledger.isEmpty() || !begun) {
      // What is decided before the beginning is part of it.
      then.run();
    } else if (++entries > MAX_ENTRIES && !(decision instanceof Decision.Ended)) {
      entries = 0;
      // It holds the decision already.
      when(ledger.get().snapshot(DecisionCodec.encode(state.get())), then);
    } else {
      when(ledger.get().append(DecisionCodec.encode(decision)), then);
    }
  }

  /** A beat has passed. */
  void beat() {
    beatsWithoutAnswer = underWay == 0 ? 0 : beatsWithoutAnswer + 1;
  }

  /** For how many beats decisions have waited to be safe while none became so. */
  int beatsWithoutAnswer() {
    return beatsWithoutAnswer;
  }

  private void when(CompletionStage<Void> stored, Runnable then) {
    CompletableFuture<Void> safe = stored.toCompletableFuture();
    if (safe.isDone() && !safe.isCompletedExceptionally()) {
      then.run();
      return;
    }
    underWay++;
    var unused = safe.whenComplete((done, failure) -> driver.accept(() -> {
      underWay--;
      beatsWithoutAnswer = 0;
      if (failure != null) {
        throw asFailure(failure);
      }
      then.run();
    }));
  }

  private static SluiceException asFailure(@Nullable Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return cause instanceof SluiceException known
        ? known
        : new SluiceException(
            ErrorCode.CHECKPOINT_FAILED, "The ledger cannot be written: " + cause, cause);
  }
}
