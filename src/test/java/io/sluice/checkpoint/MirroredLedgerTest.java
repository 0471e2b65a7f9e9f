package io.sluice.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.SluiceException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class MirroredLedgerTest {

  private final MemoryLedger.Store first = new MemoryLedger.Store();
  private final MemoryLedger.Store second = new MemoryLedger.Store();

  private MirroredLedger open() {
    MemoryLedger opened = new MemoryLedger(second);
    var unusedOpen = opened.open();
    MirroredLedger ledger = new MirroredLedger(new MemoryLedger(first), opened);
    var unusedOpened = ledger.open();
    return ledger;
  }

  private static Ledger.Opened read(MemoryLedger.Store store) {
    return new MemoryLedger(store).open().toCompletableFuture().join();
  }

  @Test
  void whatIsSafeIsInBoth() {
    MirroredLedger ledger = open();
    assertThat(ledger.snapshot(new byte[] {1}).toCompletableFuture()).isCompleted();
    assertThat(ledger.append(new byte[] {2}).toCompletableFuture()).isCompleted();

    for (MemoryLedger.Store store : List.of(first, second)) {
      Ledger.Opened opened = read(store);
      assertThat(opened.snapshot().orElseThrow()).containsExactly(1);
      assertThat(opened.entries()).hasSize(1);
    }
  }

  @Test
  void nothingIsSafeWhenEitherIsSealed() {
    MirroredLedger ledger = open();
    var unusedSnapshot = ledger.snapshot(new byte[] {1});
    read(second);

    assertThat(ledger.append(new byte[] {2}).toCompletableFuture()).isCompletedExceptionally();
  }

  @Test
  void nothingIsSafeBeforeBothHaveIt() {
    CompletableFuture<Void> slow = new CompletableFuture<>();
    Ledger waiting = new Ledger() {
      @Override
      public CompletionStage<Opened> open() {
        throw new IllegalStateException("It is open.");
      }

      @Override
      public CompletionStage<Void> snapshot(byte[] state) {
        return slow;
      }

      @Override
      public CompletionStage<Void> append(byte[] entry) {
        return slow;
      }

      @Override
      public void close() {}
    };
    MirroredLedger ledger = new MirroredLedger(new MemoryLedger(first), waiting);
    var unusedOpened = ledger.open();
    CompletableFuture<Void> safe = ledger.snapshot(new byte[] {1}).toCompletableFuture();
    assertThat(safe).isNotDone();

    slow.complete(null);

    assertThat(safe).isCompleted();
  }

  @Test
  void sealedLedgerSaysSo() {
    MirroredLedger ledger = open();
    read(first);

    assertThat(ledger.snapshot(new byte[] {1}).toCompletableFuture())
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withCauseInstanceOf(SluiceException.class);
  }
}
