package io.sluice.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.batch.BlockTracker;
import io.sluice.checkpoint.Ledger;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class JournalTest {

  /** A ledger whose answers are in the test's hand. */
  private static final class SlowLedger implements Ledger {
    private final Queue<CompletableFuture<Void>> waiting = new ArrayDeque<>();

    @Override
    public CompletionStage<Opened> open() {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Void> snapshot(byte[] state) {
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Void> append(byte[] entry) {
      CompletableFuture<Void> stored = new CompletableFuture<>();
      waiting.add(stored);
      return stored;
    }

    @Override
    public void close() {}
  }

  private final SlowLedger ledger = new SlowLedger();
  private final Journal journal = new Journal(
      Optional.of(ledger),
      Runnable::run,
      () -> new Decision.Snapshot(
          0,
          1,
          0,
          0,
          List.of(),
          new Decision.Placed(List.of(), List.of(), List.of()),
          List.of(),
          Map.of(),
          Map.of(),
          new BlockTracker().snapshot(),
          List.of(),
          Map.of(),
          Map.of(),
          List.of(),
          new Rewind().snapshot(),
          SourcePlans.Snapshot.NONE,
          "",
          0));

  private void beats(int count) {
    for (int beat = 0; beat < count; beat++) {
      journal.beat();
    }
  }

  @Test
  void beatsCountOnlyWhileADecisionWaitsAndNoneBecomesSafe() {
    journal.begin();
    beats(3);
    assertThat(journal.beatsWithoutAnswer()).isZero();

    journal.decide(new Decision.Rated(Map.of()));
    journal.decide(new Decision.Rated(Map.of()));
    beats(3);
    assertThat(journal.beatsWithoutAnswer()).isEqualTo(3);

    ledger.waiting.remove().complete(null);
    assertThat(journal.beatsWithoutAnswer()).isZero();
    beats(2);
    assertThat(journal.beatsWithoutAnswer()).isEqualTo(2);

    ledger.waiting.remove().complete(null);
    beats(2);
    assertThat(journal.beatsWithoutAnswer()).isZero();
  }
}
