package io.sluice.receiver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.SluiceException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ThrottleTest {

  private Thread waiting = Thread.currentThread();

  @Test
  void openThrottleLetsEverybodyPass() throws Exception {
    Throttle throttle = new Throttle(0.001, 0, () -> 0);
    throttle.take(1000);
    CompletableFuture<Void> taken = taking(throttle);

    throttle.open();

    taken.get();
    throttle.take(1000);
    assertThat(throttle.piece(100)).isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void raisedRateWakesWhoWaits() throws Exception {
    Throttle throttle = new Throttle(0, 0.001, System::nanoTime);
    throttle.take(2);
    CompletableFuture<Void> taken = taking(throttle);

    throttle.update(1_000_000, 1);

    taken.get();
  }

  @Test
  void rateThatIsOutOfDateChangesNothing() {
    Throttle throttle = new Throttle(0, 0, () -> 0);
    throttle.update(200, 2000);

    throttle.update(100, 1000);
    throttle.update(150, 2000);

    assertThat(throttle.rate()).isEqualTo(200);
  }

  @Test
  void pieceIsWhatComesInTheTime() {
    assertThat(new Throttle(100, 0, () -> 0).piece(200)).isEqualTo(20);
    assertThat(new Throttle(1, 0, () -> 0).piece(200)).isEqualTo(1);
    assertThat(new Throttle(0, 0, () -> 0).piece(200)).isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void interruptedThreadDoesNotStore() throws Exception {
    Throttle throttle = new Throttle(0.001, 0, () -> 0);
    throttle.take(2);
    CompletableFuture<Void> taken = taking(throttle);

    waiting.interrupt();

    assertThatThrownBy(() -> taken.get(20, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasRootCauseInstanceOf(InterruptedException.class)
        .hasCauseInstanceOf(SluiceException.class);
  }

  /** Gives when the thread waits. */
  private CompletableFuture<Void> taking(Throttle throttle) {
    CompletableFuture<Void> taken = new CompletableFuture<>();
    Thread thread = new Thread(() -> {
      try {
        throttle.take(1);
        taken.complete(null);
      } catch (CompletionException | SluiceException failure) {
        taken.completeExceptionally(failure);
      }
    });
    waiting = thread;
    thread.setDaemon(true);
    thread.start();
    while (thread.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
    return taken;
  }
}
