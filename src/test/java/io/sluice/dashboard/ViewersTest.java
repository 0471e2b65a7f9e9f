package io.sluice.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Open pages never make the sender wait. */
@Timeout(30)
class ViewersTest {

  /** A connection whose other end takes nothing after the first bytes, until it is let go. */
  private static final class Stuck extends OutputStream {
    private final CountDownLatch connected = new CountDownLatch(1);
    private final CountDownLatch stuck = new CountDownLatch(1);
    private final CountDownLatch gone = new CountDownLatch(1);

    @Override
    public void write(int one) {}

    @Override
    public void write(byte[] bytes, int from, int length) {
      if (connected.getCount() > 0) {
        connected.countDown();
        return;
      }
      stuck.countDown();
      try {
        gone.await();
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** What a page has read. */
  private static final class Reading extends ByteArrayOutputStream {
    synchronized void await(String text) throws InterruptedException {
      while (!toString(StandardCharsets.UTF_8).contains(text)) {
        wait();
      }
    }

    @Override
    public synchronized void write(byte[] bytes, int from, int length) {
      super.write(bytes, from, length);
      notifyAll();
    }
  }

  private static CompletableFuture<Void> serve(Viewers viewers, OutputStream out) {
    return CompletableFuture.runAsync(() -> {
      try {
        viewers.serve(out);
      } catch (IOException ended) {
        throw new IllegalStateException(ended);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
    });
  }

  @Test
  void aViewerWhoTakesNothingIsDroppedAndOthersGoOn() throws Exception {
    Viewers viewers = new Viewers(2);
    Stuck deaf = new Stuck();
    Reading reading = new Reading();
    assertThat(viewers.enter()).isTrue();
    CompletableFuture<Void> first = serve(viewers, deaf);
    assertThat(viewers.enter()).isTrue();
    CompletableFuture<Void> second = serve(viewers, reading);
    reading.await(":");
    deaf.connected.await();
    viewers.send("update", "0");
    deaf.stuck.await();

    for (int number = 1; number <= 100; number++) {
      viewers.send("update", String.valueOf(number));
      reading.await("data: " + number + "\n");
    }

    assertThat(viewers.enter()).as("the stuck one keeps its place").isFalse();
    deaf.gone.countDown();
    // It is not given the rest.
    first.get(5, TimeUnit.SECONDS);
    viewers.close();
    second.get(10, TimeUnit.SECONDS);
    assertThat(viewers.areThere()).isFalse();
  }

  @Test
  void nobodyIsServedAfterTheEnd() throws Exception {
    Viewers viewers = new Viewers(2);
    viewers.close();

    viewers.serve(new Reading());

    assertThat(viewers.areThere()).isFalse();
  }
}
